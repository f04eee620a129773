"""What identifies a person in Chinese texts, made at random, and the texts around it."""

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
