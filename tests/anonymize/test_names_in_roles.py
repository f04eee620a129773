"""Names that a role, a label or a place in the text gives away, and the same words without one."""

import pytest
from marked import marked

CASES = (
    "我姓{欧阳}，谢谢",
    "麻烦转告{王丽}老师",
    "【收件人】{张伟}",
    "此致 {张伟}",
    "这是{张伟}的快递",
    "买家昵称：x 姓名：{张伟}",
    "给{张伟}的",
    "name: {Ann Lee}",
    "Hello, it is {Ann Lee} again",
    "What is your name?\nCustomer: {Ann Lee}",
    "this is {Ann Lee}",
    "my husband {Peter} loves it",
    "my daughter {Sofia} wears it",
    "- {Mary Smith}",
    "{Mary Smith}, 12 Oak Street, Springfield, IL 62704",
    "Customer: {Ann Lee}\nAgent: hello",
    "signed - {Mary Smith}",
)
CLEAN = (
    "my husband loves it",
    "my daughter wears it daily",
    "this is great quality",
    "Hello, it is me again",
    "What is your name?",
    "signed - sealed - delivered",
    "- very soft",
    "name: unknown",
    "我姓什么不重要",
    "麻烦转告老师",
    "【收件人】信息有误",
    "给家人的",
    "这是朋友的快递",
)


@pytest.mark.parametrize("text", CASES)
def test_the_name_is_found(scrubber, text):
    plain, value = marked(text)
    found = {plain[s.start : s.end] for s in scrubber.find(plain) if s.entity_type == "PERSON"}
    assert found == {value}


@pytest.mark.parametrize("text", CLEAN)
def test_without_a_name_nothing_is_found(scrubber, text):
    assert scrubber.find(text) == ()
