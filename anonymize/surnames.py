"""Chinese family names: the Hundred Family Surnames and the commonest of today (common knowledge)."""

from __future__ import annotations

from privgen.anonymize.data_files import lettered, wordlist

SINGLE = "".join(sorted(lettered("surnames")))
COMPOUND = tuple(sorted(wordlist("compound_surnames")))
_ALSO_WORDS = set(
    "水时于能从那是有和经通别连都充向相查后红满双明成平安常全公国利益终盖干应解单家广养空关花方东强富山居万"
    "支容步须游丰巢白双高路云米车但保信区代母商时黑鲜占原由修召初展门星战肇侍晋沿衣铁银火卓卿户"
)
TITLED = "".join(char for char in SINGLE if char not in _ALSO_WORDS or char in "方高万白路云成明安常平关")
"""Single family names that are safe to read as one when only a title follows."""

COMMON = (
    "付闫肖王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁"
)
"""Single family names of nearly everybody."""

TITLES = "先生|女士|小姐|太太|夫人|老师|师傅|经理|阿姨|叔叔|大姐|大哥|大爷|大妈|同学|医生|总监|主任"
