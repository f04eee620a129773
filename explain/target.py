"""What is explained: the token ids a model wrote, cut into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privgen.errors import ExplainError
from privgen.prompt import Tokenizer, encode_sentences


@dataclass(frozen=True, slots=True)
class Target:
    """Generated ids with one half-open token range per sentence.

    Args:
        token_ids: Ids as generated, never decoded and encoded again.
        spans: `(start, end)` into `token_ids`, one per sentence, not empty.
        texts: The sentences as shown.

    Raises:
        ExplainError: No sentence, counts that differ, or a range that is empty or outside the ids.
    """

    token_ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the spans; `score` relies on them."""
        if not self.spans or len(self.spans) != len(self.texts):
            raise ExplainError(
                f"target: wanted one span per sentence and at least one sentence, "
                f"got {len(self.spans)} spans and {len(self.texts)} sentences"
            )
        for index, (start, end) in enumerate(self.spans):
            if not 0 <= start < end <= len(self.token_ids):
                raise ExplainError(f"target: the token range of sentence {index} is empty or outside the ids")

    @classmethod
    def encode(cls, sentences: Sequence[str], tokenizer: Tokenizer) -> Target:
        """Encode sentences that no model of ours generated, one per line.

        Raises:
            ExplainError: There is no sentence, or one has no tokens.
        """
        ids, spans = encode_sentences(sentences, tokenizer)
        return cls(tuple(ids), tuple(spans), tuple(sentences))

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"Target({len(self.token_ids)} tokens, {len(self.texts)} sentences)"
