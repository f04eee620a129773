"""How two texts differ, piece by piece."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal["same", "removed", "added"]
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+(?:['’.,-][^\W_]+)*|\s+|.", re.DOTALL)


def mark_difference(before: str, after: str) -> list[tuple[Mark, str]]:
    """Pieces of two texts as same, removed (only in `before`) or added (only in `after`).

    Words are compared whole; Chinese and Japanese by character.

    >>> mark_difference("Warm red shoes.", "Warm shoes.")
    [('same', 'Warm'), ('removed', ' red'), ('same', ' shoes.')]
    """
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    marks: list[tuple[Mark, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            marks.append(("same", "".join(a[i:j])))
            continue
        if j > i:
            marks.append(("removed", "".join(a[i:j])))
        if m > k:
            marks.append(("added", "".join(b[k:m])))
    return marks
