"""A model behind an OpenAI-compatible completions endpoint that returns the prompt's log-probabilities.

vLLM and others echo the prompt with its log-probabilities (`echo`, `logprobs`). One more token is asked for,
since many servers refuse none, and thrown away. Shared beginnings are the server's to cache. The signals
leave this machine: only what consent covers may be sent.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.absence import absent_ids
from privgen.explain.game import Mask, Values, checked_mask
from privgen.explain.target import Target
from privgen.progress import Progress, silent
from privgen.prompt import Prompt, Tokenizer, encode_prompt, signal_line
from privgen.schema import Signal

_BUSY = frozenset({429, 502, 503, 504})
_TRIES = 4


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would repeat the key, or the signals, to an address that nobody named."""

    def redirect_request(self, *_: Any) -> None:
        """Leave the redirect as the error that it is here."""


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to ask, and how; passed to `explain` in place of a generator.

    Args:
        url: Base address, such as `http://127.0.0.1:8000/v1`.
        model: Name of the model there.
        tokenizer: The model's tokenizer. With it, prompts are sent as ids, so that taking a signal away
            changes no other token; without it, as text, which the server cuts into tokens.
        bos_ids: Ids in front of a prompt that is sent as ids.
        api_key: Sent as a bearer token; never shown.
        batch_rows: Prompts per request.
        timeout: Seconds to wait for an answer.

    Raises:
        ExplainError: The address is not http or https, or holds a name, a password, a query or a fragment,
            which errors and the repr would show; the message does not repeat it.
    """

    url: str
    model: str
    tokenizer: Tokenizer | None = None
    bos_ids: tuple[int, ...] = ()
    api_key: str | None = field(default=None, repr=False)
    batch_rows: int = 32
    timeout: float = 120.0

    def __post_init__(self) -> None:
        """Check the address; `urllib` would open files as well."""
        if not _is_plain(self.url):
            raise ExplainError(
                "endpoint: wanted an http or https address without a name, a password or a query; "
                "a key goes into api_key"
            )
        if self.batch_rows < 1:
            raise ExplainError(f"endpoint: batch_rows: wanted at least 1, got {self.batch_rows}")

    def prompt_log_probs(self, prompts: Sequence[str] | Sequence[list[int]]) -> list[dict[str, Any]]:
        """The `logprobs` object of each prompt, in order, as the server sent it.

        Raises:
            ExplainError: No answer after four tries, or not such an answer. Holds nothing that was sent.
        """
        body = {
            "model": self.model,
            "prompt": list(prompts),
            "max_tokens": 1,
            "echo": True,
            "logprobs": 1,
            "temperature": 0.0,
        }
        answer = self._post(json.dumps(body).encode())
        try:
            choices = sorted(answer["choices"], key=lambda choice: choice["index"])
            found = [choice["logprobs"] for choice in choices]
        except (KeyError, TypeError):
            found = []
        if len(found) != len(prompts) or not all(isinstance(one, dict) for one in found):
            raise ExplainError(
                "endpoint: the answer has no log-probabilities; it must know echo and logprobs"
            )
        return found

    def _post(self, body: bytes) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        request = urllib.request.Request(f"{self.url.rstrip('/')}/completions", body, headers)
        for attempt in range(_TRIES):
            try:
                with _OPENER.open(request, timeout=self.timeout) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as error:
                reason, final = f"status {error.code}", error.code not in _BUSY
            except ValueError:
                reason, final = "an answer that is not JSON", True
            except (OSError, http.client.HTTPException) as error:  # refused, reset, timed out, cut short
                reason, final = type(error).__name__, False
            if final or attempt == _TRIES - 1:
                break
            time.sleep(0.25 * 2**attempt)
        raise ExplainError(f"endpoint: {reason} from {urlsplit(self.url).netloc}")


class EndpointScorer:
    """The value function of a model behind an endpoint; a `Game` like `Scorer`.

    Args:
        endpoint: Where to ask.
        prompt: The prompt.
        target: What was written; its ids where the endpoint has a tokenizer, else its texts, one per line.
        stand_ins: What stands for each absent signal, None where its line goes.
        progress: Told of rows scored.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        prompt: Prompt,
        target: Target,
        stand_ins: Sequence[Signal | None],
        *,
        progress: Progress = silent,
    ) -> None:
        self._endpoint, self._prompt, self._target = endpoint, prompt, target
        self._stand_ins, self._progress = tuple(stand_ins), progress
        self.forward_passes = 0

    @property
    def n_signals(self) -> int:
        """Number of signals in the prompt."""
        return len(self._prompt.signals)

    @property
    def n_sentences(self) -> int:
        """Number of sentences in the target."""
        return len(self._target.spans)

    def score_in_orders(
        self, orders: Sequence[Sequence[int]], keeps: Sequence[Mask]
    ) -> tuple[list[Values], int]:
        """Score subsets again with the signals in other orders; as in `Scorer.score_in_orders`."""
        values, calls = [], 0
        for order, keep in zip(orders, keeps, strict=True):
            signals = tuple(self._prompt.signals[j] for j in order)
            prompt = Prompt(self._prompt.prefix, signals, self._prompt.suffix)
            stand_ins = [self._stand_ins[j] for j in order]
            again = EndpointScorer(self._endpoint, prompt, self._target, stand_ins)
            values.append(again.score(keep[:, list(order)]))
            calls += again.forward_passes
        return values, calls

    def score(self, keep: Mask) -> Values:
        """Log-probabilities of the sentences for each coalition; shapes as in `Game.score`.

        Raises:
            ExplainError: The endpoint does not answer, or with fewer log-probabilities than tokens.
        """
        keep = checked_mask(keep, self.n_signals)
        tokenizer = self._endpoint.tokenizer
        values = np.zeros((len(keep), self.n_sentences))
        for start in range(0, len(keep), self._endpoint.batch_rows):
            rows = keep[start : start + self._endpoint.batch_rows]
            found = self._by_text(rows) if tokenizer is None else self._by_ids(rows, tokenizer)
            values[start : start + len(rows)] = found
            self.forward_passes += 1
            self._progress(start + len(rows), len(keep), "scoring subsets")
        return values

    def _by_ids(self, rows: Mask, tokenizer: Tokenizer) -> Values:
        encoded = encode_prompt(self._prompt, tokenizer, self._endpoint.bos_ids)
        lines = list(zip(absent_ids(self._stand_ins, tokenizer), encoded.signals, strict=True))
        prompts = [
            [
                *encoded.prefix,
                *(i for kept, line in zip(row, lines, strict=True) for i in line[int(kept)]),
                *encoded.suffix,
            ]
            for row in rows
        ]
        target = list(self._target.token_ids)
        found = self._endpoint.prompt_log_probs([prompt + target for prompt in prompts])
        return np.array(
            [
                [_total(one, len(prompt) + start, len(prompt) + end) for start, end in self._target.spans]
                for one, prompt in zip(found, prompts, strict=True)
            ]
        )

    def _by_text(self, rows: Mask) -> Values:
        prompts = [self._text(row) for row in rows]
        written = "".join(text + "\n" for text in self._target.texts)
        found = self._endpoint.prompt_log_probs([prompt + written for prompt in prompts])
        lengths = [len(text) + 1 for text in self._target.texts]
        return np.array(
            [
                [_total(one, *places) for places in _places(one, [*accumulate(lengths, initial=len(prompt))])]
                for one, prompt in zip(found, prompts, strict=True)
            ]
        )

    def _text(self, row: Any) -> str:
        lines = [
            "" if (one := signal if kept else stand_in) is None else signal_line(one)
            for kept, signal, stand_in in zip(row, self._prompt.signals, self._stand_ins, strict=True)
        ]
        return self._prompt.prefix + "".join(lines) + self._prompt.suffix


def _is_plain(url: str) -> bool:
    """Whether an address is http or https and no place for a key."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return known and not ("@" in parts.netloc or "?" in url or "#" in url)


def _places(answer: dict[str, Any], borders: list[int]) -> list[tuple[int, int]]:
    """Tokens of each sentence, by the characters where tokens end; a token over a border goes to the later.

    Raises:
        ExplainError: The answer has no text offsets.
    """
    starts = answer.get("text_offset")
    if not isinstance(starts, list) or not all(isinstance(start, int) for start in starts):
        raise ExplainError("endpoint: the answer has no text offsets; give the endpoint a tokenizer")
    ends = np.array([*starts[1:], borders[-1] + 1])
    cuts = [int(np.searchsorted(ends, border, side="right")) for border in borders[:-1]]
    # the token that was generated starts where the text ends
    last = int(np.searchsorted(np.array(starts), borders[-1], side="left"))
    return list(pairwise([*cuts, last]))


def _total(answer: dict[str, Any], start: int, end: int) -> float:
    """Sum of the log-probabilities of tokens `start` to `end`, float64.

    Raises:
        ExplainError: One of them is missing.
    """
    values = answer.get("token_logprobs")
    part = values[start:end] if isinstance(values, list) else []
    if len(part) < end - start or not all(isinstance(one, int | float) for one in part):
        raise ExplainError("endpoint: fewer log-probabilities than tokens; it must know echo and logprobs")
    return float(np.sum(part, dtype=np.float64))
