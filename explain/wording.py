"""`why`: an explanation in plain words, in English and Chinese, for the shopper.

Only signals that support the sentence are named. Words stay careful: the scores tell what moved the model,
not what is true or what the merchant had in mind.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from privgen.errors import ExplainError
from privgen.explain.result import Explanation, Verdict
from privgen.schema import Signal, SignalKind

Language: TypeAlias = Literal["en", "zh"]

_SOURCES: dict[str, dict[SignalKind, str]] = {
    "en": {
        SignalKind.PROFILE: "your profile says “{}”",
        SignalKind.EVENT: "your shopping history shows “{}”",
        SignalKind.REVIEW: "your reviews show “{}”",
        SignalKind.DIALOGUE: "your questions to us show “{}”",
        SignalKind.QUERY: "your searches show “{}”",
        SignalKind.ATTRIBUTE: "the product has “{}”",
        SignalKind.DIGEST: "other buyers' reviews say “{}”",
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
        SignalKind.DIGEST: "其他买家的评价提到“{}”",
        SignalKind.CAMPAIGN: "正在进行的活动“{}”",
        SignalKind.IMAGE: "图片显示“{}”",
        SignalKind.AUDIO: "录音中提到“{}”",
    },
}
_FRAMES: dict[str, dict[str, str]] = {
    "en": {
        "because": "You see this because {}.",
        "weak": "No single piece of information stands out as the reason for this sentence.",
        "none": "Nothing we know about you or this offer drives this sentence; it is standard wording.",
    },
    "zh": {
        "because": "您看到这句话，是因为{}。",
        "weak": "没有哪一条信息明显是这句话的原因。",
        "none": "这句话与您的信息或本次活动无关，属于通用文案。",
    },
}


def why(explanation: Explanation, sentence: int, language: Language = "en", *, most: int = 3) -> str:
    """Why a sentence is there, in one plain sentence.

    Args:
        explanation: Of the section that holds the sentence.
        sentence: Index of the sentence.
        language: `en` or `zh`: the language of the frame; signals are quoted in their own.
        most: Most signals to name, at least 1.

    Raises:
        ExplainError: There is no such sentence or language.
    """
    if language not in _FRAMES:
        raise ExplainError("language: wanted 'en' or 'zh'")
    frames = _FRAMES[language]
    signals = explanation.support(sentence)[: max(1, most)]
    if not signals:
        weak = explanation.verdicts[sentence] is Verdict.WEAK
        return frames["weak" if weak else "none"]
    reasons = list(dict.fromkeys(_reason(signal, language) for signal in signals))
    return frames["because"].format(_joined(reasons, language))


def _reason(signal: Signal, language: Language) -> str:
    text = signal.text.strip().rstrip(".。")
    return _SOURCES[language][signal.kind].replace("{}", text)


def _joined(reasons: list[str], language: Language) -> str:
    if language == "zh":
        return "，并且".join(reasons)
    if len(reasons) < 3:
        return " and ".join(reasons)
    return f"{', '.join(reasons[:-1])}, and {reasons[-1]}"
