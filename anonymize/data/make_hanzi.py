"""Makes the three Chinese tables beside this file; see README.md for sources and licences.

    python -m pip install --target TOOLS pypinyin opencc-python-reimplemented jieba
    PYTHONPATH=TOOLS python anonymize/data/make_hanzi.py

Needs the sources only when the tables are made again; the package reads the tables alone.
"""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
SURNAME_WORD, GIVEN_WORD, LONG_WORD = 40, 500, 20
"""Least frequency of a word in jieba's dictionary to be listed: by its length and its first character."""

FREQUENT = "王李张刘陈杨赵周吴徐孙朱林何郭罗梁郑"
"""Family names so frequent that what the dictionary lists as a name with one of them is a name."""
ALSO = (
    "王朝 王爷 王府 王子 王宫 张贴 张罗 张口 张嘴 张开 张扬 张望 陈述 陈列"
    " 陈设 陈旧 林立 林木 林子 周转 周密 周全 周旋 杨柳 李子 孙子 孙女"
    " 谢谢 老太 老板 成熟 时尚 年轻 优雅 高个 于老 干皮 油皮 方脸 圆脸"
    " 常客 商家 店家 亲们 宝妈 单品 段位 高性 花费 元起 包邮 任选 温润 水润"
)
RARE = (
    "偲祎珺玥璟堃昇濛淼喆翀晞煊玘珮钰琲翎赟婳媞嫚嬅昉昫晗晟曈栩桉樾橦浠渃湉溦漪潆燚琋甯翾葳蓁骅鸢茗垚犇昊烨烜炘琰瑀琤璠瑢颢韡"
    "祐祯禛禤竣笙笠筠筱芃苒茏莜菀菲蒽蔓薏袆诣赪轶辰逸遨邈钊钧铄锴锶镕闫阚隽雯霏霈靓韫颉颍馥骁骞鸣鸾麾黛龑瑱珣珂玚怿忻恺悰愔懿"
    "暄曌朦杺柃柠栎桢椿楒楠榕槿橙檀欤歆沅沐沄泠泓洺洵浛涓淇淳渟湲溱滟滢漩潼澄澜濡瀚灏炅炜烁焓焜煦熠熹爔玙珈珩琎琬琮琯瑗瑛瑭璎"
)
"""Characters of given names that GB 2312 lacks, and some that it has."""


def source(package: str, path: str) -> list[str]:
    """Lines of a file of an installed package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed")
    return (Path(spec.origin).parent / path).read_text(encoding="utf-8").splitlines()


def write(name: str, lines: list[str]) -> None:
    """Write a table, one line each."""
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def common_characters() -> list[str]:
    """The 6,763 characters of GB 2312, which hold nearly every name."""
    return [
        bytes([row, cell]).decode("gb2312", "ignore")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
    ]


def pinyin() -> list[str]:
    """`syllable:characters`, all readings of every character, ü as v."""
    readings = import_module("pypinyin")

    table: dict[str, str] = defaultdict(str)
    for char in dict.fromkeys([*filter(None, common_characters()), *RARE]):
        for syllable in readings.pinyin(char, style=readings.Style.NORMAL, heteronym=True, v_to_u=False)[0]:
            if syllable.isalpha() and syllable.isascii():
                table[syllable] += char
    return [f"{syllable}:{table[syllable]}" for syllable in sorted(table)]


def simplified() -> list[str]:
    """Two lines of equal length: traditional characters and their simplified ones."""
    pairs = [line.split("\t") for line in source("opencc", "dictionary/TSCharacters.txt")]
    kept = [(old, new.split()[0]) for old, new in pairs if len(old) == len(new.split()[0]) == 1]
    kept = [(old, new) for old, new in kept if old < "\u9fff" and new < "\u9fff" and old not in "著乾瞭於藉"]
    return ["".join(old for old, _ in kept), "".join(new for _, new in kept)]


def words() -> list[str]:
    """Ordinary words that a Chinese name could be taken for."""
    surnames = set((HERE / "surnames.txt").read_text(encoding="utf-8").replace("\n", ""))
    found = []
    for line in source("jieba", "dict.txt"):
        word, count, kind = line.split()
        least = LONG_WORD if len(word) == 3 else SURNAME_WORD if word[0] in surnames else GIVEN_WORD
        wanted = len(word) == 2 or (len(word) == 3 and word[0] in surnames)
        if kind.startswith("nr") and (len(word) == 3 or word[0] in FREQUENT or word[0] not in surnames):
            continue
        if wanted and int(count) >= least:
            found.append(word)
    lines: list[str] = []
    line = ""
    for word in sorted({*found, *ALSO.split()}):
        line = f"{line} {word}".strip()
        if len(line) > 100:
            lines, line = [*lines, line], ""
    return [*lines, line]


if __name__ == "__main__":
    write("pinyin", pinyin())
    write("simplified", simplified())
    write("common_words_cn", words())
