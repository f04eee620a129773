"""Rules for names of the peoples of China who have no family name: Tibetan, Mongolian, Uyghur, Kazakh.

They are made of few parts; two of these in a row, or one with a title, are a name and hardly anything else.
"""

from __future__ import annotations

import re

from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_cn_words import one_of

_PARTS = (
    "卓玛|央金|扎西|次仁|次旦|次央|多吉|多杰|平措|旺堆|旺姆|旺扎|格桑|桑吉|桑珠|拉姆|拉巴|白玛|尼玛|达娃|仁青|仁增|才让|才旦|才仁|洛桑|丹增|旦增|德吉|顿珠|边巴|普布|普琼"
    "|索朗|巴桑|米玛|强巴|曲珍|曲扎|曲吉|云丹|贡布|加措|嘉措|卓嘎|央宗|梅朵|措姆|罗布|坚赞|群培|江白|益西|久美|晋美|吉美|阿旺|赤列|东智|扎巴|旺杰|旺久|伦珠|班丹|更登|更尕"
    "|其木格|其其格|格日乐|格日勒|巴特尔|巴雅尔|乌云|敖登|苏日娜|苏日|高娃|娜仁|萨仁|萨日娜|图雅|斯琴|托娅|巴图|朝鲁|朝克|孟和|孟根|宝力格|宝力|那日|那顺|呼和|哈斯|塔娜|乌兰"
    "|阿木尔|布和|毕力格|格根|额尔敦|苏和|乌日娜|乌日|通拉嘎|达来|特木尔|苏德|道尔吉|道尔基|图门|莎仁|娜日|满都|花尔|斯日|古楞|巴根|吉日|乌力吉|白音|青格"
    "|买买提|麦麦提|阿依|古丽|古力|娜尔|努尔|阿不都|阿布都|阿卜杜|阿不力|热合曼|热西提|吾买尔|艾合买提|阿合买提|木合塔尔|帕提|帕夏|玛依|阿迪力|艾力|艾则孜|迪丽|热依|热依扎"
    "|玉素甫|吐尔逊|吐尔|沙吾提|依明|伊明|图尔荪|巴哈尔|别克|哈力|赛力|叶尔|克孜|肯杰|江古|木拉提|萨吾提|库尔班|加娜|阿娜尔|哈提|汗古|提古|米热|力江|拜尔|古娜"
)
_TITLES = "女士|先生|小姐|阿佳|大哥|大姐|阿姨|老师|师傅|姐姐|哥哥|同学"

RULES = (
    Rule(
        "person_cn_peoples",
        "PERSON",
        re.compile(
            rf"(?:{one_of(_PARTS)}[娜尔古丽汗江]?[·•・]?){{2,4}}(?<![·•・])(?!同款|代言)|(?:{one_of(_PARTS)})[娜尔扎]?(?=(?:{_TITLES}))"
        ),
        0.6,
        tuple(_PARTS.split("|")),
    ),
)
