"""Chinese texts as shoppers, agents and labels write them, made at random: what is masked, and what stays."""

import random
import time

import pytest

from privgen.anonymize.normalise import normalise
from privgen.anonymize.scanner import RULES, Triggers

FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛超秀霞刚英华玉萍红玲芬燕彬凯琳晨浩宇轩涵怡欣悦佳琪雪梅婷慧莉颖璐倩鹏飞斌辉"
)
ROADS = (
    "中山",
    "人民",
    "解放",
    "建设",
    "南京",
    "文化",
    "科技",
    "环城",
    "和平",
    "胜利",
    "世纪",
    "文三",
    "学院",
    "锦绣",
    "为民",
)
ESTATES = (
    "阳光花园",
    "金色家园",
    "碧桂园",
    "恒大绿洲",
    "紫金公寓",
    "幸福里小区",
    "西溪诚园",
    "书香门第",
    "工人新村",
)
AREAS = (
    "浙江省杭州市西湖区",
    "北京市朝阳区",
    "广东深圳南山区",
    "成都市武侯区",
    "江苏省 苏州市 昆山市",
    "上海市浦东新区",
    "昌都市卡若区",
)
NUMERALS = (
    "零一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "⓿❶❷❸❹❺❻❼❽❾",
    "٠١٢٣٤٥٦٧٨٩",
)


def name(rng):
    return rng.choice(FAMILY) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))


def address(rng):
    road = rng.choice(ROADS) + rng.choice(("路", "街", "大道", "东路", "巷", "胡同", "南路西段"))
    number = rng.choice(
        (f"{rng.randint(1, 900)}号", f"{rng.randint(1, 900)}弄{rng.randint(1, 99)}号", "甲12号", "二十七号")
    )
    house, room = rng.randint(1, 40), rng.randint(101, 3304)
    unit = rng.choice(
        (
            f"{house}栋{rng.randint(1, 6)}单元{room}室",
            f"{house}号楼{room}",
            f"{house}幢{room}室",
            f"{house}-2-{room}",
        )
    )
    middle = rng.choice(
        (road + number, road + number + rng.choice(ESTATES) + unit, rng.choice(ESTATES) + unit)
    )
    return rng.choice(AREAS) + middle


def written(rng, mobile):
    """A mobile number in one of the ordinary ways."""
    parts = (mobile[:3], mobile[3:7], mobile[7:])
    prefix = rng.choice(("", "+86", "+86 ", "0086", "(+86)", "86-"))
    return prefix + rng.choice(("", " ", "-", ".")).join(parts) + rng.choice(("", "", "转1234"))


def hidden(rng, number):
    """A number written so that no plain pattern finds it."""
    gap = rng.choice((" ", "-", ".", "/", "_", "·", "*", "|", " - ", "\u200b", "\u2060"))
    digits = rng.choice(NUMERALS)
    return rng.choice(
        (
            gap.join(number),
            "".join(digits[int(char)] if char.isdigit() else char for char in number),
            "".join(char + "\ufe0f\u20e3" if char.isdigit() else char for char in number),
            "".join(chr(ord(char) + 0xFEE0) for char in number),
            "".join(NUMERALS[0][int(c)] if c.isdigit() and rng.random() < 0.4 else c for c in number),
        )
    )


def mail(rng):
    local = rng.choice(("zhang", "li.na", "wang_88", "x-chen"))
    host = rng.choice(("qq.com", "163.com", "mail.com.cn"))
    return f"{local}{rng.randint(1, 999)}@{host}"


def spelled_mail(rng):
    local, _, host = mail(rng).partition("@")
    dotted = host.replace(".", rng.choice(("点", " dot ", "。", ".")))
    return local + rng.choice(("艾特", "@", " @ ", "(at)")) + dotted


def parcel(rng, make):
    return rng.choice(("SF", "YT", "JT")) + make.digits(13) if rng.random() < 0.5 else "77" + make.digits(13)


KINDS = {
    "mobile": (
        lambda rng, make: written(rng, make.mobile()),
        ("打{}我下来拿", "号码是{}谢谢", "【电话】{}", "{}机主", "call me {}"),
    ),
    "landline": (
        lambda rng, make: (
            rng.choice(("0571-", "010 ", "(021)", "0755"))
            + "8"
            + make.digits(7)
            + rng.choice(("", "转801", "-12"))
        ),
        ("座机{}", "公司电话：{}谢谢", "请拨{}"),
    ),
    "id card": (
        lambda rng, make: rng.choice((str, str.lower))(make.id_card()),
        ("清关用{}谢谢", "身份证号：{}", "本人{}，退税"),
    ),
    "bank card": (lambda rng, make: make.card("62", 19), ("打到我{}上", "卡号{}", "退款请打{}")),
    "company": (lambda rng, make: make.uscc(), ("税号{}", "公司：某某科技，{}", "开专票 {} 谢谢")),
    "passport": (lambda rng, make: "E" + make.digits(8), ("护照{}", "护照号码是{}", "passport no. {}谢谢")),
    "permit": (lambda rng, make: rng.choice("HMC") + make.digits(8), ("港澳通行证{}", "台胞证：{}")),
    "plate": (lambda rng, make: make.plate(), ("{}挪车", "车牌号：{}，白色", "开{}来取")),
    "e-mail": (lambda rng, make: mail(rng), ("发票发到{}谢谢", "邮箱{}", "{}这个邮箱")),
    "chat": (
        lambda rng, make: f"lucky_{make.digits(4)}",
        ("加我微信{}", "VX：{}", "vx{}", "微信搜{}", "我的v是{}", "加卫星{}", "{}是我的微信"),
    ),
    "qq": (lambda rng, make: "3" + make.digits(8), ("加Q{}", "扣扣：{}", "q我{}", "QQ群{}", "企鹅号{}")),
    "address": (
        lambda rng, make: address(rng),
        ("寄到{}，谢谢", "改成{}可以吗", "我家在{}", "{}", "搬家了，现在住{}", "张伟，13800138000，{}"),
    ),
    "postcode": (lambda rng, make: "3" + make.digits(5), ("邮编{}", "邮政编码：{}")),
    "parcel": (
        parcel,
        ("快递单号{}", "运单{}到哪了", "顺丰 {}", "单号{}一直不动", "{}（中通）", "中通快递{}"),
    ),
    "order": (
        lambda rng, make: "2" + make.digits(17),
        ("订单号{}", "这单{}", "编号：{}的订单", "交易号{}", "我的订单{}还没发"),
    ),
    "birthday": (
        lambda rng, make: rng.choice(
            ("1990年5月17日", "九月十二号", "一九九零年五月七日", "1988-03-02", "5月17号", "农历二月初九")
        ),
        ("生日{}", "我是{}出生的", "出生日期：{}", "生日那天{}"),
    ),
    "name": (
        lambda rng, make: name(rng),
        (
            *(
                "收货人{}",
                "收件人：{}，电话13800138000",
                "联系人 {}",
                "我叫{}",
                "{}收",
                "寄给{}收",
                "署名：{}",
                "亲爱的{}，",
                "持卡人{}",
            ),
            *(
                "{}，13800138000，北京市朝阳区建国路1号",
                "北京市朝阳区建国路1号 {} 13800138000",
                "收件人改成{}，谢谢",
                "——{}",
            ),
            *(
                "快递上写的是{}",
                "13800138000，{}，北京市朝阳区建国路1号",
                "我是{}，订单号123456789",
                "Dear {}, 您好",
                "{}先生您好",
            ),
        ),
    ),
    "minority name": (
        lambda rng, make: rng.choice(("阿依古丽·买买提", "迪丽热巴·迪力木拉提", "扎西·多吉")),
        ("收货人{}", "姓名：{}", "{} 13800138000"),
    ),
    "title": (
        lambda rng, make: rng.choice(FAMILY) + rng.choice(("先生", "女士", "小姐")),
        ("{}您好", "我是{}", "抱歉{}，久等了", "请问{}在吗", "为{}服务"),
    ),
    "manager": (
        lambda rng, make: rng.choice(FAMILY) + rng.choice(("经理", "老师", "师傅", "姐")),
        ("给{}", "麻烦{}了", "请转交{}"),
    ),
    "hidden mobile": (
        lambda rng, make: hidden(rng, make.mobile()),
        ("电话{}", "{}", "call me {}", "号码{}谢谢"),
    ),
    "hidden id card": (lambda rng, make: hidden(rng, make.id_card()), ("身份证{}", "{}", "my id {}")),
    "hidden bank card": (
        lambda rng, make: hidden(rng, make.card("62", 19)),
        ("卡号{}", "{}", "card {} 谢谢"),
    ),
    "spelled e-mail": (lambda rng, make: spelled_mail(rng), ("邮箱{}", "发到{}", "email: {}")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_identifies_a_person_is_fully_masked(scrubber, make, kind):
    value_of, templates = KINDS[kind]
    rng = random.Random(7)
    missed = 0
    for turn in range(200):
        template, value = templates[turn % len(templates)], value_of(rng, make)
        text, start = template.replace("{}", value), template.index("{}")
        masked = {place for span in scrubber.find(text) for place in range(span.start, span.end)}
        wanted = {start + place for place, char in enumerate(value) if char.isalnum()}
        missed += not wanted <= masked
    assert missed <= 4  # two in a hundred


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


@pytest.mark.parametrize(
    "piece",
    [
        "市",
        "1号",
        "路1号",
        "12栋",
        "张三",
        "王先生",
        "一1",
        "a点",
        "微信",
        "q1",
        "订单号",
        "年1月",
        "l1 ",
        "three ",
        "买·",
        "京A1",
        "1 ",
        "O0",
        "１",
    ],
)
def test_time_grows_no_faster_than_the_text(piece):
    triggers = Triggers(rule for rule in RULES if "cn" in rule.name or rule.name in ("wechat_id", "qq_id"))

    def spent(count):
        text = piece * (count // len(piece))
        begin = time.process_time()
        plain = normalise(text).text
        for rule, places in triggers.pick(plain):
            list(rule.find(plain, places))
        return time.process_time() - begin

    spent(2000)
    assert spent(24_000) < 40 * spent(2000) + 0.5  # twelve times the text
