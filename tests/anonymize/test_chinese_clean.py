"""Chinese reviews without personal data, and numbers of no valid check digit: nothing is found."""

import random

BRANDS = (
    "李宁",
    "王老吉",
    "马应龙",
    "老干妈",
    "大宝",
    "小米",
    "白小姐",
    "康师傅",
    "马大姐",
    "周大福",
    "张小泉",
    "王守义十三香",
    "顾家",
)
GOODS = (
    "连衣裙",
    "羽绒服",
    "蓝牙耳机",
    "电饭煲",
    "面霜",
    "猫粮",
    "奶粉",
    "床垫",
    "茶叶",
    "水杯",
    "行车记录仪",
    "手表",
    "童装",
    "路由器",
)
SENTENCES = (
    *(
        "{b}的{g}用了{n}天，效果不错",
        "我{h}cm，{w}斤，穿L码刚刚好",
        "{m}月{d}号下单{m}月{e}号就到了",
        "{p}块钱也就这样了",
        "第{d}次回购了",
    ),
    *(
        "尺寸{n}*{w}*{n}cm，放客厅刚好",
        "型号MX450，容量{w}ml，功率{n}W",
        "买了{d}件，每件{p}元",
        "保质期到2027年{m}月{d}日",
        "明星同款",
    ),
    *(
        "生产日期2026.0{e}.15，日期新鲜",
        "联系客服{d}次才解决",
        "电池{w}00mAh",
        "评分4.{d}分",
        "这款比{b}的好用多了",
        "{h}/{w}A 的码",
    ),
    *(
        "我是油皮，用着不油腻",
        "我是敏感肌",
        "我叫了外卖都没这么快",
        "高先进的设计，方便安装",
        "老公常年穿{b}",
        "客服小姐姐很耐心",
        "家里老太太很喜欢",
    ),
    *(
        "时尚女士的选择",
        "送给女士的礼物很合适",
        "颜色选了{d}号色",
        "家住{d}楼，师傅送上门",
        "收货人信息核对后才发货",
        "联系人方式填错了",
    ),
    *(
        "尊敬的卖家，质量一般",
        "亲爱的店家，东西很好",
        "谢谢老板，下次还来",
        "快递放在门口",
        "微信支付减了{d}块",
        "用{d}号线，{n}米长",
        "向店家致敬",
    ),
    *(
        "三围{n}-{w}-{n}",
        "新Mate60比iPhone15好",
        "万科物业推荐的",
        "楼下超市卖{p}，这里便宜",
        "顾客就是上帝",
        "高个子女生穿也够长",
        "于是又买了{d}盒",
    ),
    *(
        "160/165/170都有货",
        "2.4G和5G双频",
        "白色的比黑色好看",
        "成熟先生穿很有范",
        "马上就收到了",
        "时间久了会不会坏还不知道",
        "都会取货很方便",
    ),
)


def review(rng):
    values = {
        "b": rng.choice(BRANDS),
        "g": rng.choice(GOODS),
        "n": rng.randint(20, 99),
        "h": rng.randint(150, 188),
        "w": rng.randint(100, 199),
        "m": rng.randint(1, 12),
        "d": rng.randint(2, 9),
        "e": rng.randint(1, 9),
        "p": rng.choice((99, 128.5, "19.90", 1999)),
    }
    return rng.choice(("，", "。", "！", " ", "~")).join(
        rng.choice(SENTENCES).format(**values) for _ in range(4)
    )


def test_reviews_without_personal_data_stay_as_they_are(scrubber):
    rng = random.Random(11)
    assert sum(bool(scrubber.find(review(rng))) for _ in range(500)) <= 2  # four in a thousand


def test_numbers_of_no_valid_check_digit_are_neither_cards_nor_ids(scrubber, make):
    for _ in range(200):
        card, number = make.card("62", 19), make.id_card()
        wrong = [card[:-1] + str((int(card[-1]) + 1) % 10), number[:-1] + ("1" if number[-1] != "1" else "2")]
        for value in wrong:
            found = {span.entity_type for span in scrubber.find(f"数字{value}在这")}
            assert not found & {"CN_ID_CARD", "CN_BANK_CARD", "CREDIT_CARD"}
