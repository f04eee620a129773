"""Chinese family names: the Hundred Family Surnames and the commonest of today (common knowledge)."""

from __future__ import annotations

from privgen.anonymize.data_files import wordlist

SINGLE = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌"
    "马苗凤花方"
    "俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛禹狄"
    "米贝明臧计伏"
    "成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝"
    "管卢莫经房裘"
    "缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦"
    "巴弓牧隗山谷"
    "车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠"
    "蒙池乔阴胥能"
    "苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古"
    "易慎戈廖庾终"
    "暨居衡步都耿满弘匡国文寇广禄阙东殴殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯"
    "相查后荆红游"
    "竺权逯盖益桓公肖付闫涂覃欧"
)
COMPOUND = tuple(sorted(wordlist("compound_surnames")))
_ALSO_WORDS = set(
    "水时于能从那是有和经通别连都充向相查后红满双明成平安常全公国利益终盖干应解单家广养空关花方东强富山居万"
    "支容步须游丰巢白双高路云米车"
)
TITLED = "".join(char for char in SINGLE if char not in _ALSO_WORDS or char in "方高万白路云成明安常平关")
"""Single family names that are safe to read as one when only a title follows."""

TITLES = "先生|女士|小姐|太太|夫人|老师|师傅|经理|阿姨|叔叔|大姐|大哥|大爷|大妈|同学|医生|总监|主任"
