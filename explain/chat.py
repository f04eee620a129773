"""The prompt as the user's turn of a tokenizer's chat template."""

from __future__ import annotations

from typing import Any

from privgen.errors import ExplainError
from privgen.prompt import Prompt


def in_chat(prompt: Prompt, tokenizer: Any) -> Prompt:
    """The prompt with the template's text around it; the signals stay what they are.

    Templates that trim the user's text take white space from the outer ends of prefix and suffix.

    Raises:
        ExplainError: The tokenizer has no chat template, or it changes more of the prompt than its ends.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise ExplainError("chat: the tokenizer has no chat template")
    text = prompt.text()
    turn = [{"role": "user", "content": text}]
    whole = tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
    prefix, suffix = prompt.prefix, prompt.suffix
    if text not in whole:
        # white space at the end of a prompt without a suffix belongs to its last signal
        prefix, suffix = prefix.lstrip(), suffix.rstrip()
        text = Prompt(prefix, prompt.signals, suffix).text()
    if whole.count(text) != 1:
        raise ExplainError("chat: the template changes the prompt, so its signals cannot be told apart")
    before, after = whole.split(text)
    return Prompt(before + prefix, prompt.signals, suffix + after)
