"""The text of a PDF that reportlab wrote, read from its content streams as a viewer reads it."""

from __future__ import annotations

import base64
import re
import zlib

_STREAM = re.compile(rb"/Filter \[ /ASCII85Decode /FlateDecode \].*?stream\r?\n(.*?)endstream", re.S)
_FONT = re.compile(rb"\n<<\r?\n/BaseFont /([\w-]+)(?:(?!endobj).)*?/Name /(F\d+)", re.S)
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.S)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.S)


def pdf_text(content: bytes) -> str:
    """All text in the order it was set, lines and changes of font apart by one space."""
    fonts = {name.decode(): base.decode() for base, name in _FONT.findall(content)}
    found = []
    for stream in _STREAM.findall(content):
        font = ""
        for name, shown in _SHOWN.findall(
            zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        ):
            if name:
                font = fonts.get(name.decode(), "")
            else:
                raw = _ESCAPE.sub(_unescaped, shown)
                found.append(raw.decode("utf-16-be" if "Song" in font else "cp1252"))
    return " ".join(" ".join(found).split())


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return bytes([int(code, 8)]) if len(code) == 3 else plain.get(code, code)
