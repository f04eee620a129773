"""Rules for Chinese wordings of a shop's own numbers (orders, parcels, coupons, members), and postcodes."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.rules import CN_UNIT, DIGITS, LEFT, RIGHT, Rule, words
from privgen.anonymize.rules_cn_words import IS, SAID

_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,39}"
_NUMBER = r"(?:编号|编码|号码|号|单号|流水号|流水|(?i:id|no\.?|number))"
_CARRIER = (
    "顺丰|圆通|中通|申通|韵达|极兔|京东|邮政|德邦|百世|天天|优速"
    "|安能|跨越|菜鸟|丹鸟|宅急送|汇通|国通|速尔|EMS|ems|顺风|圓通"
)
_PARCEL = "快递单|运单|物流单|面单|退货单|快件|包裹|物流|快递|寄件|揽收|(?<![订工保子据])单"


def _digits(least: int) -> Callable[[str], bool]:
    return lambda value: sum(char.isdigit() for char in value) >= least


RULES = (
    Rule(
        "cn_order_number",
        "ORDER_NUMBER",
        re.compile(
            rf"(?:订单|单据|交易|支付单|商户单|退款|退货单|售后单|采购单|合同|流水|发票|工单|预约|保单|子单|凭证|单子|[这那该此笔]单"
            rf"|[取提送发订拣配补换验接派出进销]货单|提单|小票|票号|确认号|受理号|报修单?|服务单|维修单|安装单|质保单?|保修卡?"
            rf"|下单|拼单|拼团|售后|(?<![快运流面件货退])单(?=[0-9A-Za-z-]{{8}}))"
            rf"{_NUMBER}?{IS}#?({_CODE})" + RIGHT
        ),
        0.85,
        (
            *(
                "订单",
                "单据",
                "交易",
                "支付单",
                "商户单",
                "退款",
                "退货单",
                "售后单",
                "采购单",
                "合同",
                "流水",
                "发票",
                "工单",
            ),
            *(
                "预约",
                "保单",
                "子单",
                "凭证",
                "单",
                "拼团",
                "售后",
                "小票",
                "票号",
                "确认号",
                "受理号",
                "报修",
                "质保",
                "保修",
            ),
        ),
        _digits(6),
        digit=True,
    ),
    Rule(
        "cn_order_short",
        "ORDER_NUMBER",
        re.compile(
            rf"(?:(?:订单|单据|工单|交易|下单|售后)(?:编号|编码|号码|号|(?i:id))|(?<![快运流])单号|[这那]单){SAID}#?({_CODE})"
            + RIGHT
        ),
        0.84,
        ("订单", "单据", "工单", "交易", "单号", "下单", "售后", "这单", "那单"),
        _digits(4),
        digit=True,
    ),
    Rule(
        "cn_order_bare",
        "ORDER_NUMBER",
        re.compile(LEFT + r"(?:TB|JD|DD|XS|PDD|MT|SO|E)[0-9]{10,20}" + RIGHT),
        0.6,
        DIGITS,
        before=words("单", "购", "order", "退", "付款", "支付"),
    ),
    Rule(
        "cn_order_near",
        "ORDER_NUMBER",
        re.compile(
            LEFT
            + r"(?:[A-Z]{0,3}[0-9]{10,20}|[A-Z]{1,3}[0-9]{8,9}|[0-9]{6}-[0-9]{15})"
            + RIGHT
            + r"(?![ ]?的(?!订单|[这那]?个?单|快递|包裹|退|售后|货|物流|交易))"
        ),
        0.6,
        DIGITS,
        before=words(
            *("订单", "单号", "交易", "流水", "商户", "这单", "那单", "编号", "催单", "补发", "换货", "退货"),
            *("申请", "售后", "退款", "维权", "纠纷", "单子", "查单"),
        ),
        unless=words(
            *("身份证", "卡号", "税号", "护照", "电话", "手机", "证件", "快递", "运单", "物流", "信用代码"),
            r"(?:证书|认证|备案|批准|许可|执照|标准|产品|商品|型号|条码|条形码|批次|注册证?|资质|检测|报告|专利|3c|ccc)[^,，。;；]{0,6}$",
        ),
    ),
    Rule(  # in a table of which a line above names the columns
        "cn_order_cell",
        "ORDER_NUMBER",
        re.compile(r"^[\"']?([A-Z]{0,3}[0-9]{15,20}|[0-9]{6}-[0-9]{15})(?=[\"']?[,\t|;])", re.MULTILINE),
        0.6,
        ("订单号,", "订单号\t", "订单号|", "订单编号", "订单id", "交易号,", "单号,"),
        digit=True,
    ),
    Rule(  # in a row of an export without a heading, beside a phone
        "cn_order_row",
        "ORDER_NUMBER",
        re.compile(
            r"^[\"']?([A-Z]{0,3}[0-9]{12,20}|[0-9]{6}-[0-9]{15})"
            r"(?=[\"']?[,\t|;][^\n]{0,60}[,\t|;][\"' ]?1[3-9][0-9]"
            r"[0-9*]{8}(?![0-9]))",
            re.MULTILINE,
        ),
        0.55,
        DIGITS,
    ),
    Rule(
        "cn_order_after",
        "ORDER_NUMBER",
        re.compile(
            LEFT + r"([A-Z]{0,4}[0-9]{8,20}|[0-9]{6}-[0-9]{15})"
            r"(?=[ ]?[,，(（]?[ ]?(?:这个?|就|才)?(?:是|为)?(?:我"
            r"|你们?)?(?:的|那个)?(?:订单|单号|交易号|这个?单|那个?单|下单))"
        ),
        0.7,
        ("订单", "单号", "交易号", "这单", "那单", "个单", "下单"),
        digit=True,
    ),
    Rule(
        "cn_tracking_number",
        "TRACKING_NUMBER",
        re.compile(
            rf"(?:(?:{_PARCEL})(?:编号|号码|号|单号)|(?:{_CARRIER})(?:快递|速运|物流|速递|快运|国际|特快|包裹|冷运)?|快递|运单|物流|面单|包裹)"
            rf"(?:编号|号码|号|单号|单子|单)?{IS}(?:{_CARRIER})?(?:快递|速运|物流|速递)?[ :：]?"
            r"((?:[A-Za-z]{1,4}[ ]?)?[0-9](?:[ ]?[A-Za-z0-9]|-(?=[A-Za-z0-9])){8,27})" + RIGHT
        ),
        0.86,
        (
            "快递",
            "运单",
            "物流",
            "面单",
            "单号",
            "快件",
            "包裹",
            "寄件",
            "揽收",
            "退货单",
            "*ems",
            *_CARRIER.split("|")[:-3],
        ),
        _digits(8),
        digit=True,
    ),
    Rule(
        "cn_tracking_near",
        "TRACKING_NUMBER",
        re.compile(LEFT + r"(?:[A-Z]{2,4}[0-9]{9,15}(?:CN)?|[34789][0-9]{11,14}|[12][0-9]{11,12})" + RIGHT),
        0.55,
        DIGITS,
        before=words(
            *(
                "快递",
                "单号",
                "运单",
                "物流",
                "包裹",
                "快件",
                "寄出",
                "寄回",
                "发出",
                "揽收",
                "派送",
                "货运",
                "查件",
                "[这那]个件",
                "[这那]件",
                *_CARRIER.split("|"),
            ),
        ),
        unless=words("电话", "手机", "身份证", "卡号", "订单[^，。,]{0,6}$"),
    ),
    Rule(
        "cn_tracking_after",
        "TRACKING_NUMBER",
        re.compile(
            LEFT + rf"(?:[A-Z]{{2,4}}[0-9]{{9,15}}(?:CN)?|(?:[A-Z]{{2}})?[0-9]{{4}}(?: [0-9]{{4}})"
            r"{2,3}(?: [0-9]{1,3})?|[0-9]{12,16})(?=["
            rf" ,，(（]{{0,2}}(?:{_CARRIER}|(?:帮我|麻烦)?查"
            r"|这个快递|这个单号|这件|到哪|到了(?:哪|没|吗)|在哪|走到|还?没(?:到|动|更新|揽|签)|(?:一直)?不动|(?:什么|啥)时候到|几号到|的?快递|的?物流|这个包裹|派送|揽收|签收))"
        ),
        0.55,
        DIGITS,
    ),
    Rule(
        "cn_coupon_code",
        "COUPON_CODE",
        re.compile(
            r"(?:优惠券|优惠|兑换|折扣|礼品卡|邀请|红包|代金券|推荐|激活|抵扣券|提货券|充值卡|礼金)"
            rf"(?:券码|券号|编码|号码|码|号|口令|卡号){IS}[\"'“]?({_CODE})" + RIGHT
        ),
        0.8,
        (
            *(
                "优惠",
                "兑换",
                "折扣",
                "礼品卡",
                "邀请",
                "红包",
                "代金券",
                "推荐",
                "激活",
                "抵扣券",
                "提货券",
                "充值卡",
                "礼金",
            ),
        ),
        lambda value: any(char.isdigit() for char in value) or value.isupper(),
    ),
    Rule(
        "cn_loyalty_id",
        "LOYALTY_ID",
        re.compile(
            rf"(?:会员|积分|贵宾|客户|用户|VIP|vip|买家)(?:卡号|卡|编号|编码|账号|号码|号|ID|id){{1,2}}{IS}({_CODE})"
            + RIGHT
        ),
        0.8,
        ("会员", "积分", "贵宾", "客户", "用户", "vip", "买家"),
        _digits(4),
        digit=True,
    ),
    Rule(
        "cn_postcode",
        "POSTCODE",
        re.compile(
            rf"(?:邮政编码|邮递区号|邮编|邮码|邮递编号|(?<![a-z])(?i:post(?:al)?_?code|zip(?:_?code)?))[)）]?{SAID}"
            r"([0-9]{3}[ ]?[0-9]{3}|(?<=区号[: ])[0-9]{3}(?:[0-9]{2})?)" + RIGHT
        ),
        0.85,
        ("邮编", "邮政", "邮码", "邮递", "post", "zip"),
        digit=True,
    ),
    Rule(
        "cn_postcode_told_after",
        "POSTCODE",
        re.compile(
            r"(?<![0-9A-Za-z])((?:0[1-7]|[1-8][0-9])[0-9]{4})"
            r"(?=[ ]?(?:就?是|为|[(\[【])?[ ]?(?:我的|这边的|本地)?邮(?:政编码|编|码))"
        ),
        0.75,
        ("邮编", "邮政", "邮码"),
        digit=True,
    ),
    Rule(
        "cn_postcode_after_address",
        "POSTCODE",
        re.compile(
            r"(?:(?:[号室栋楼幢户元座村湾城园苑府庭区里寓厦场]|(?<![0-9])[0-9]{3,4}(?=[ ,(\[]))"
            r"[ ,]{0,2}[(\[【]?"
            r"((?:0[1-7]|[1-8][0-9])[0-9]{4})(?=[)\]】]|$))"
        ),
        0.6,
        CN_UNIT,
        digit=True,
    ),
    Rule(
        "cn_postcode_amid_address",
        "POSTCODE",
        re.compile(
            r"(?:[号室栋楼幢户元座]|(?<![0-9])(?<=[号楼栋幢座元])[0-9]{3,4})[ ,;/|]{1,3}"
            r"((?:0[1-7]|[1-8][0-9])[0-9]{4})"
            r"(?=[ ,;/|\n]{1,3}(?:[\u4e00-\u9fff]{2,4}(?:[ ,;/|(]|收)|[(+]?[0-9]{11}))"
        ),
        0.6,
        CN_UNIT,
        digit=True,
    ),
    Rule(
        "cn_carriers",
        "TRACKING_NUMBER",
        re.compile(
            LEFT + r"(?:SF[0-9]{12,15}|YT[0-9]{13,15}|YTO[0-9]{10,14}"
            r"|ZTO[0-9]{10,14}|STO[0-9]{10,14}|JD[A-Z]{0,2}[0-9]{10,15}"
            r"|DPK[0-9]{9,12}|YD[0-9]{13,15}|JT[0-9]{12,15}|EMS[0-9]{10,13}|TBA[0-9]{12}"
            r"|KY[0-9]{12,15}|LP[0-9]{14,16}"
            r"|UC[0-9]{11,14}|HT[0-9]{12,14}|TT[0-9]{12,14}|ZJS[0-9]{10,13}|ANE[0-9]{10,13})" + RIGHT,
            re.IGNORECASE,
        ),
        0.9,
        DIGITS,
    ),
)
