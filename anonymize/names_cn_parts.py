"""What a Chinese name looks like in a text, and what only looks like one."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CJK
from privgen.anonymize.surnames import COMMON, COMPOUND, SINGLE

HAN = "[\u4e00-\u9fff]"
COMPOUNDS = "|".join(COMPOUND)
NEVER = "的了是在我你您他她吗呢吧啊呀哦嘛很这那个也都不就收签要请哪么怎啥"
NEXT = (
    "电话|手机|联系|地址|明天|今天|昨天|快递|订单|先生|女士|小姐|太太|夫人|老师|经理|同学|您好|你好|已经|已收|收到|发货|到货|寄到"
    "|拒收|代收|下单|购买|买的|退货|退款|有个|有没|有人|想问|想要|能不|能否|会不|为什|给我|给你|让他|让她|说的|说要|来电|来的"
    "|反映|反馈|咨询|投诉|身份|微信|邮箱|住在|住址|号码|签字|本人|小区|北京|上海|广东|浙江|江苏|在家|没有|还没|现在|刚刚|亲启"
    "|师傅|会员|客户|帮我|麻烦|谢谢|和他|和她|及电|及手|态度|耐心|服务|处理|跟进|解答|上周|上个|上月|申请|名字|取件|拿去|去拿|回复"
    "|安排|认真|负责|热情|送货|打电|打过|接电|付款|名下|可以|回电|回个|确认|同意|核实"
)
GIVEN = rf"(?:(?![{NEVER}]|{NEXT}){HAN})"
FOREIGN = rf"{HAN}{{2,6}}(?:[·•・]{HAN}{{1,8}}){{1,3}}"
NAME = rf"(?:{FOREIGN}|(?:{COMPOUNDS}|[{SINGLE}])(?:{GIVEN}{{1,2}}|[ ]{GIVEN}(?:[ ]?{GIVEN})?))"
FREQUENT = rf"(?:{FOREIGN}|(?:{COMPOUNDS}|[{COMMON}]){GIVEN}{{1,2}})"
END = rf"(?=[^{CJK}]|[{NEVER}]|{NEXT}|$)"
MARK = rf"(?=[^{CJK}]|$)"
_AFTER_LABEL = wordlist("after_labels_cn")
_NOT_GIVEN = wordlist("not_names_cn")
WORDS = wordlist("common_words_cn")
_PLACES = wordlist("cities_cn")
LAST = frozenset(
    "伟芳娜敏磊洋艳杰娟涛霞婷宇轩涵梓萱浩怡欣瑶俊豪琪曦鹏桐丹琳颖倩斌旭宁辉鑫楠琴莹茜薇蕾雯妍婕彬峰锋昊晖晟煜钰娅媛婉菲芸芷莉莎岚玲"
    "珊珍瑛璐瑞睿哲铭钧炜烨琦瑾翔翰骏诗洁芬芝萍燕淑惠慧蓉莲勇刚强军斌坤雄"
    "佳晨茹婉卿奕茜诺咏爽俐懿昕昱昭晗嫣婵妮姝璟瑜珂玥琰瑶曼蔚薛菁岚峻嵘帆鸿鹤鹃雁飒凯毅桦榕梅栋楷洲沛淼焕炎飞"
)
"""Characters that end given names and hardly a word of three characters."""
TYPICAL = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志玉梅雪婷宇轩子涵梓萱浩然思远晓佳怡欣瑶俊豪博文诗琪晨曦鹏飞雨桐凯丹琳颖倩斌旭宁"
    "阳辉龙凤林波鑫楠春兰红梅莉海燕云峰永宏庆福贵荣宝金银珍珠秋冬夏生根长松柏树森江河湖泉川山岩岚峻毅诚信义仁礼智忠孝廉良善美慧淑贤德才"
    "嘉瑞祥吉安康健民家兴旺盛昌隆达通顺利富成功业创新立正光亮星辰月昊天启航翔腾越卓奇彦彬炜炎烨焱煜灿烁钧铭锋锐锦钰琦琛琼瑛瑜璇璐珊瑾"
    "菲菁莹莎蓉蕾薇茜芸芝芬苗若可心悦乐语嫣然媛婉妍姗娅婕依伊雅雯霖露晴昕昱晗朗朋凡帆帅少世仲伯叔孟季一艺亦逸奕益乃之以其元中大小东西南北"
    "冠冰凌凝卉双同君哲唯坤培城基堂堃夫威学守宗定宜宸宽尚展岳希帝年广廷弘彤征恒恩惠愉意懿成振政敬新旻昭晋景智曼朝本权来栋梁梦欢武毓水泽洁洪润清"
    "渊源滨漫潇澄潮玲珂琴甜田申畅白百盈真知研硕祖禾秉程稳竹筠紫红纯绍维绮翠翰耀胜能舒航良芷苏荷莲菊萌蓝蔚虹裕西言誉谦贝贞赫超路轶迪进远连迎逊邦"
    "郁郎酉铁铎镇长闻阔陆雁雷霄青靖非韵音顶顺颂风飒香馨驰骁骏高魁鸣鸿鹤麒麟黎默"
    "卿茹令央宽虹霭静洋咏枫爽昧锡垚淼鹿岑冉妮萧尔妤妙姝婧婵嬅孜屹岱峥嵘帼庚延弛彰彪忆怀怜恬悠惟慈懋扬拓捷敦斐斓昀昶晏晔暄暖曜朔杭杉柔柯栩桀梨棋棠楷榕槿樱橙汐沁沅沐沛泓洲浦涓淇淳渝湘湛滔滢漪澜瀚灵炯焕煊熠"
    "燊牧玄玖玫珏珩珮琅琨瑄璟瑗甄甫甯盼眉睦祎祺禄禛禹秦竞筱粤缘羽翎翌聪聿肖臻舟芃芊芋芙芮苒苓茗茵荃荔荟莞菀萍葳葵蓓蔓蕊薏藜虎蝶衡觅诺谊豫跃逍遥邑郡酩钊钢钦铠锌镭隽霁霆霏霓霜靓韬颐飏馥骋骥鸽鹃鹰麓麾黛龄勤耕菱苑亭亨任仕伶侠俐俪凛励勋友"
)
"""Characters of which most given names are made, and fewer words."""
BRANDS = wordlist("brands_like_names_cn")
NOT_LAST = frozenset(
    "个件次些种条只双款套点下上里过着得来去会能可多少大小型号色码价钱货物品质量衣裤裙鞋帽包袋盒箱"
    "店家人们时候天年月日元块分折"
)
"""Characters that end few given names and many words."""


PEOPLE = wordlist("people_words_cn")
"""Words that are names of people, and hardly occur in a shop's texts."""
WORD_NAMES = wordlist("word_names_cn") | PEOPLE


_GRAMMAR = "都那后经有和能从别连通时"
"""Rare family names that are common words: only a label with a colon makes them names."""


def word_or_name(value: str) -> int:
    """As `no_word`, where only a person is named: a word that people are called is a name there."""
    return len(value) if value in WORD_NAMES else no_word(value)


def no_word(value: str) -> int:
    """Length of a name; 0 where it is an ordinary word, a place, or opens with one."""
    name = re.sub(r"\s", "", value)
    if "·" in name:
        return len(value)
    if name in _NOT_GIVEN or name in WORDS or name[0] in _GRAMMAR:
        return 0
    word = name[:2] not in COMPOUND and (name[:2] in WORDS or name[:2] in _PLACES)
    return 0 if word and not _surely_given(name) else len(value)


def _surely_given(name: str) -> bool:
    """Whether the third character ends given names only, so that the first two are no word here."""
    return len(name) == 3 and name[2] in LAST and name[1:] not in WORDS


def alone(value: str) -> bool:
    """Whether what stands alone beside a phone or an address is no ordinary word and no place."""
    name = re.sub(r"\s", "", value)
    known = name in WORD_NAMES or name not in WORDS
    return known and name not in _NOT_GIVEN and (name[:2] not in _PLACES or _surely_given(name))


def labelled(value: str) -> bool:
    """Whether what follows a label of a person is a name and not the rest of another label."""
    name = re.sub(r"\s", "", value)
    return name not in _NOT_GIVEN and name[:2] not in _AFTER_LABEL


def told(value: str) -> bool:
    """Whether it is no remark such as "as above"."""
    return re.sub(r"\s", "", value) not in _NOT_GIVEN


def full_name(value: str) -> int:
    """As `no_word`, for contexts that also hold other words: what ends in an unusual character is none."""
    name = re.sub(r"\s", "", value)
    return 0 if "·" not in name and (name[-1] in NOT_LAST or name in BRANDS) else no_word(value)
