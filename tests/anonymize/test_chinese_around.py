"""Chinese names that a role, a verb or a list tells: many wordings by many names; words there stay."""

import itertools

import pytest

from privgen.anonymize import Scrubber
from privgen.anonymize.normalise import normalise

NAMES = ("罗小燕", "张伟", "宋佳", "欧阳静茹", "高洁", "孔令辉")
WORDINGS = (
    "收件{} 电话13812345678",
    "团长{}通知大家",
    "志愿者{}送上门",
    "工号1023的{}态度差",
    "刚才跟{}聊的",
    "由{}代收",
    "用{}的名义下单",
    "据{}反映",
    "被{}拿走了",
    "误送给{}",
    "祝{}生日快乐",
    "写成了{}",
    "{}要求退货",
    "{}没接电话",
    "{}让我来问",
    "{}拍了拍你",
    "{}（女）",
    "{}，男，35岁",
    "1、{} 2箱",
    "2. {} 鸡蛋3盒",
    "{}+1",
    "{} 苹果5斤 已付",
    "收 货 人：{}",
    "姓　　名：{}",
    "收货人（必填）{}",
    "经手：{}",
    "中奖名单：{}",
    "收货人,{}",
    "喂是{}吧",
    "【顺丰】{}，您的快件已到",
    "祝好！{} 2024年3月5日",
    "TO：{}",
    "“{}”加入了群聊",
    "新郎{} 新娘李强",
    "发型师{}剪得好",
    "{}妈妈接龙",
)
WORDS = (
    "方便",
    "高兴",
    "马上",
    "金色",
    "江西",
    "任何",
    "张开",
    "白色",
    "金黄",
    "王牌",
    "黄金",
    "安利",
    "李宁",
    "周大福",
)


@pytest.fixture(scope="module")
def scrubber():
    return Scrubber(key=bytes(range(32)))


def covered(scrubber, text):
    return {place for span in scrubber.find(text) for place in range(span.start, span.end)}


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_name_is_told_by_what_stands_around_it(scrubber, wording):
    for name in NAMES:
        start = wording.index("{}")
        assert set(range(start, start + len(name))) <= covered(scrubber, wording.format(name)), name


@pytest.mark.parametrize("word", WORDS)
def test_a_word_in_the_place_of_a_name_stays(scrubber, word):
    for wording in (
        "客服{}处理",
        "朋友{}推荐的",
        "{}，下次还来",
        "1、{} 2、好看",
        "老公说{}的好",
        "和{}一起",
        "{}的快递",
    ):
        assert not covered(scrubber, wording.format(word)), wording


@pytest.mark.parametrize("standard", ["GB 18401-2010", "执行标准GB/T 22849-2014"])
def test_a_standard_is_no_postcode(scrubber, standard):
    assert not covered(scrubber, standard)


def test_an_age_counts_beside_a_name_only(scrubber):
    assert covered(scrubber, "儿子陆子涵7岁") == set(range(2, 7))
    assert covered(scrubber, "曹磊，45岁") >= {3, 4, 5}
    assert not covered(scrubber, "适合7岁宝宝")


@pytest.mark.parametrize(("letter", "label"), itertools.product("LO", ("订单号", "order ", "编号")))
def test_a_capital_before_digits_opens_a_number_of_the_shop(scrubber, letter, label):
    text = f"{label}{letter}3812345678"
    (span,) = scrubber.find(text)
    assert (span.entity_type, text[span.start : span.end]) == ("ORDER_NUMBER", f"{letter}3812345678")
    assert normalise(f"电话{letter}3812345678").text == f"电话{'1' if letter == 'L' else '0'}3812345678"


def test_an_order_number_in_a_table(scrubber):
    number = "3847261950382716495"
    text = f"订单号,金额\n{number},128.00"
    assert set(range(7, 7 + len(number))) <= covered(scrubber, text)


@pytest.mark.parametrize("end", ["21号楼4门602", "六栋三单元四零一", "A塔1208", "T2塔楼3005室"])
def test_an_address_is_masked_to_its_door(scrubber, end):
    text = f"地址改成广东省广州市天河区体育西路103号{end}，谢谢"
    assert set(range(4, len(text) - 3)) <= covered(scrubber, text)
