"""Labels x links x what follows: every combination finds its value; names that are words stay in prose."""

import itertools

import pytest

from privgen.anonymize import Scrubber

LINKS = ("", " ", "：", ":", "=", "是", "为", "填的是", "写的是", "登记的", "换成", "（", "【", "“", "\n")
ENDS = ("", "。", "，谢谢", "\n", "吧")
LABELLED = (
    ("订单号", "250314558812337901"),
    ("快递单号", "773312345678901"),
    ("微信号", "lin_2031ab"),
    ("QQ号", "83920174"),
    ("邮编", "310012"),
    ("生日", "1988年3月5日"),
    ("收货人", "沈若楠"),
)


@pytest.mark.parametrize(("label", "value"), LABELLED)
def test_every_link_between_a_label_and_its_value(label, value):
    scrubber = Scrubber(key=bytes(range(32)))
    for link, end in itertools.product(LINKS, ENDS):
        text = f"{label}{link}{value}{end}"
        covered = {i for span in scrubber.find(text) for i in range(span.start, span.end)}
        start = text.index(value)
        assert set(range(start, start + len(value))) <= covered, (link, end)


@pytest.mark.parametrize("name", ["高兴", "张开", "方便", "May Wong", "Will Park"])
def test_a_name_that_is_a_word_stays_in_plain_text(name):
    scrubber = Scrubber(key=bytes(range(32)))
    for text in ("穿着很高兴，张开手也方便", "May order again in May. Will keep it, it will do."):
        assert not scrubber.find(text, {"name": name})
