"""`why`: an explanation in plain words, in English and Chinese, for the shopper.

Only signals that support the sentence are named, each in the words of its kind. Words stay careful: the
scores tell what moved the model, not what is true or what the merchant had in mind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from privgen.errors import ExplainError
from privgen.explain.result import Explanation, Verdict
from privgen.explain.withheld import OTHERS
from privgen.phrases import Slots, phrases
from privgen.schema import Signal, SignalKind

Language: TypeAlias = Literal["en", "zh"]
PageRecords: TypeAlias = Sequence[Mapping[str, Any]]
"""The explanation records of one page, in order, as `explanations.jsonl` holds them."""

_CLAUSES: dict[str, dict[str, str]] = {
    "en": {
        "profile": "you often shop for {category}",
        "view": "you looked at {title} {times}",
        "cart": "you put {title} in your cart",
        "purchase": "you bought {title}",
        "return": "you returned {title}",
        "query": "you searched for {text}",
        "review": "your review of {title} mentioned “{text}”",
        "dialogue": "you asked us “{text}”",
        "attribute": "the {name} of this product is {value}",
        "campaign": "the offer {theme} gives {discount} from {starts} to {ends}",
        "terms": "the terms of the offer say “{text}”",
    },
    "zh": {
        "profile": "您经常购买{category}",
        "view": "您看过{title}{times}",
        "cart": "您把{title}加入了购物车",
        "purchase": "您买过{title}",
        "return": "您退过{title}",
        "query": "您搜索过{text}",
        "review": "您对{title}的评价提到“{text}”",
        "dialogue": "您向我们问过“{text}”",
        "attribute": "该商品的{name}是{value}",
        "campaign": "“{theme}”活动{starts}至{ends}{discount}",
        "terms": "活动条款写明“{text}”",
    },
}
"""By wording of a signal, see `phrases.WORDINGS`."""
_SOURCES: dict[str, dict[SignalKind, str]] = {
    "en": {
        SignalKind.PROFILE: "your profile says “{}”",
        SignalKind.EVENT: "your shopping history shows “{}”",
        SignalKind.REVIEW: "your reviews show “{}”",
        SignalKind.DIALOGUE: "your questions to us show “{}”",
        SignalKind.QUERY: "your searches show “{}”",
        SignalKind.ATTRIBUTE: "the product has “{}”",
        SignalKind.DIGEST: "another buyer wrote about this in a review",
        SignalKind.CAMPAIGN: "there is an offer “{}”",
        SignalKind.IMAGE: "a picture shows “{}”",
        SignalKind.AUDIO: "a recording says “{}”",
    },
    "zh": {
        SignalKind.PROFILE: "您的资料中有“{}”",
        SignalKind.EVENT: "您的购物记录显示“{}”",
        SignalKind.REVIEW: "您的评价记录显示“{}”",
        SignalKind.DIALOGUE: "您的咨询记录显示“{}”",
        SignalKind.QUERY: "您的搜索记录显示“{}”",
        SignalKind.ATTRIBUTE: "该商品具有“{}”",
        SignalKind.DIGEST: "有其他买家在评价中写到这一点",
        SignalKind.CAMPAIGN: "正在进行的活动“{}”",
        SignalKind.IMAGE: "图片显示“{}”",
        SignalKind.AUDIO: "录音中提到“{}”",
    },
}
"""By kind, for signals in a wording of somebody else; other customers are never quoted."""
_FRAMES: dict[str, dict[str, str]] = {
    "en": {
        "because": "Because {}.",
        "weak": "No single piece of information stands out as the reason for this sentence.",
        "none": "Nothing we know about you or this offer drives this sentence; it is standard wording.",
    },
    "zh": {
        "because": "因为{}。",
        "weak": "没有哪一条信息明显是这句话的原因。",
        "none": "这句话与您的信息或本次活动无关，属于通用文案。",
    },
}
_NUMBERS = ("", "once", "twice", *(f"{n} times" for n in ("three", "four", "five", "six", "seven")))
_NUMBERS += tuple(f"{n} times" for n in ("eight", "nine", "ten"))
_CHINESE_NUMBERS = ("", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


def why(page: Explanation | PageRecords, sentence: int, language: Language = "en", *, most: int = 3) -> str:
    """Why a sentence is there, in one plain sentence.

    Args:
        page: The explanation of the section that holds the sentence, or the records of a whole page.
        sentence: Index of the sentence in the section, or in the page.
        language: `en` or `zh`: the language of the frame; what signals say stays in their own.
        most: Most signals to name, at least 1.

    Raises:
        ExplainError: There is no such sentence or language.
    """
    if language not in _FRAMES:
        raise ExplainError("language: wanted 'en' or 'zh'")
    frames = _FRAMES[language]
    verdict, support = _told(page, sentence)
    if not support:
        return frames["weak" if verdict is Verdict.WEAK else "none"]
    reasons = list(dict.fromkeys(_reason(signal, language) for signal in support))
    return frames["because"].format(_joined(reasons[: max(1, most)], language))


def _told(page: Explanation | PageRecords, sentence: int) -> tuple[Verdict, tuple[Signal, ...]]:
    """The verdict on a sentence and the signals that support it, best first."""
    if isinstance(page, Explanation):
        return page.verdicts[sentence], page.support(sentence)
    if not 0 <= sentence < len(page):
        raise ExplainError(f"sentence {sentence}: the page has {len(page)} explained sentences")
    record = page[sentence]
    known = {signal["signal_id"]: signal for signal in record["signals"]}
    cited = [known[id_] for id_ in record["cited"] if id_ in known]
    return Verdict(record["verdict"]), tuple(
        Signal(s["signal_id"], SignalKind(s["kind"]), s["modality"], s["text"], "record") for s in cited
    )


def _reason(signal: Signal, language: Language) -> str:
    if signal.kind in OTHERS:
        return _SOURCES[language][signal.kind]
    for worded in dict.fromkeys((language, "en", "zh")):
        read = phrases(worded).read_signal(signal)
        if read and read[0] in _CLAUSES[language]:
            return _filled(_CLAUSES[language][read[0]], _slots(read[1], language))
    return _filled(_SOURCES[language][signal.kind], {"": _trimmed(signal.text)})


def _slots(slots: Slots, language: Language) -> Slots:
    return {name: _trimmed(value) for name, value in slots.items()} | {
        "times": _times(int(slots.get("count", "0")), language)
    }


def _times(count: int, language: Language) -> str:
    if language == "zh":
        return f"{_CHINESE_NUMBERS[count] if count < len(_CHINESE_NUMBERS) else f' {count} '}次"
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count} times"


def _filled(clause: str, slots: Slots) -> str:
    """The clause with its slots; braces in what a customer wrote stay as they are."""
    pieces = clause.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}")
        filled.append(slots[name] + rest)
    return "".join(filled)


def _trimmed(text: str) -> str:
    return text.strip().rstrip(".。")


def _joined(reasons: list[str], language: Language) -> str:
    if language == "zh":
        return "，并且".join(reasons)
    if len(reasons) < 3:
        return " and ".join(reasons)
    return f"{', '.join(reasons[:-1])}, and {reasons[-1]}"
