"""Numbers in Chinese characters."""

from __future__ import annotations


def numeral(number: int) -> str:
    """A number up to 99 in Chinese."""
    digits = "零一二三四五六七八九"
    tens = ("" if number < 10 else "十") if number < 20 else digits[number // 10] + "十"
    return tens + (digits[number % 10] if number % 10 or number < 10 else "")
