"""What Chinese writers, forms and exports put between the name of a thing and its value."""

from __future__ import annotations

import re

from privgen.anonymize.rules_numbers import ORDER_CONTEXT


def one_of(words: str) -> str:
    """A pattern of one of `words`, told apart by their first characters: at most places none stands."""
    ends: dict[str, list[str]] = {}
    for word in words.split("|"):
        ends.setdefault(word[0], []).append(word[1:])
    branches = "|".join(f"{first}(?:{'|'.join(some)})" for first, some in ends.items())
    return f"(?=[{''.join(ends)}])(?:{branches})"


_VERB = "填|写|登记|预留|绑定|留|用|报|记|选|给|录|备注|显示"
_LINK = (
    rf"(?:{_VERB})(?:的|了|过|错)*|就?是|为|就?叫|应该|其实|现在|在|这个|如下|一下|报一下|这里|[吧呗哦哈啊呀嘛呢的]|多少|正确|(?i:is)(?![A-Za-z])"
    r"|(?:改|换|变|更新|变更|修改)(?:成|为|到|了)|(?:发|给)给?(?:你|您|大家|他|她)?了?|告诉(?:你|您)|[:=|>~#→➡⇒👉☞-]|[(\[{【「『《\"'“‘]"
)
IS = rf"(?:\s?(?:{_LINK})){{0,6}}\s{{0,3}}"
"""A link such as `是`, `填的是`, `：`, `改成`, a bracket, a quotation mark, a line break, or nothing."""

SAID = rf"(?:\s?(?:{_LINK}|[,，。.!！?？吗])){{0,6}}\s{{0,3}}"
"""As `IS`, with punctuation, for labels that nothing but a value follows."""

ORDER_NEAR = re.compile(
    rf"(?:{ORDER_CONTEXT.pattern})(?!员|小哥|公司|太慢|显示|说)[^,.;!?，。；！？~\n]{{0,20}}$", re.IGNORECASE
)
"""`ORDER_CONTEXT` in the same clause, directly before a number."""
