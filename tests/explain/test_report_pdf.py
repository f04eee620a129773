"""report.pdf: the words and numbers of the HTML, as text that can be copied, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_text import pdf_text
from report_run import PLANTED, make_run

from privgen.explain.report import write_report
from privgen.explain.report_html import labels
from privgen.explain.report_pdf import pdf_bytes
from privgen.explain.report_pdf_text import LATIN, runs, width
from privgen.explain.report_pdf_tree import read_html
from privgen.runfolder import RunFolder


@pytest.fixture(scope="module", params=["en", "zh"])
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, bytes, str]:
    """Language, PDF and HTML of a report."""
    folder = RunFolder(make_run(tmp_path_factory.mktemp("run"), rounds=2))
    made = write_report(folder, language=request.param)
    report = folder.path / "report"
    assert made["pdf"] == {"path": "report/report.pdf", "bytes": (report / "report.pdf").stat().st_size}
    return request.param, (report / "report.pdf").read_bytes(), (report / "index.html").read_text("utf-8")


def test_every_number_of_the_html_is_in_the_pdf(written: tuple[str, bytes, str]) -> None:
    _, pdf, html = written
    text = pdf_text(pdf).replace(" ", "")  # an escaped sign is set as a piece of its own
    shown = re.findall(r"<data [^>]*>([^<]+)</data>", html)
    assert len(shown) > 100
    words: dict[str, int] = {}
    for number in shown:
        words[number] = words.get(number, 0) + 1
    for number, times in words.items():
        plain = number.replace("&gt;", ">").replace("&lt;", "<")
        assert text.count(plain) >= times, number


def test_headings_and_wording_can_be_copied_out(written: tuple[str, bytes, str]) -> None:
    language, pdf, _ = written
    text = pdf_text(pdf).replace(" ", "")
    for section in ("summary", "consent", "privacy", "groups", "rules", "erasures"):
        assert labels(language)[section]["heading"].replace(" ", "") in text
    assert labels(language)["rules"]["note"].replace(" ", "") in text


def test_nothing_planted_and_hostile_text_only_as_text(written: tuple[str, bytes, str]) -> None:
    _, pdf, _ = written
    text = pdf_text(pdf)
    assert not any(value in text for value in PLANTED)
    assert "onerror=alert(1)" in text and "{{ 7*7 }}" in text
    for key in (b"/JavaScript", b"/OpenAction", b"/URI", b"/Launch", b"/EmbeddedFile"):
        assert key not in pdf


def test_language_title_and_outline(written: tuple[str, bytes, str]) -> None:
    language, pdf, _ = written
    assert f"/Lang ({'zh-CN' if language == 'zh' else 'en'})".encode() in pdf
    assert pdf.count(b"/Title (") >= 14  # the document and its sections


def test_equal_html_gives_equal_bytes(written: tuple[str, bytes, str]) -> None:
    language, pdf, html = written
    assert pdf_bytes(html, language=language, title=labels(language)["page"]["title"]) == pdf


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_no_character_is_lost(text: str) -> None:
    """Each is written by a face that has it, or as its code point."""
    told = "".join(found for _, found in runs(text))
    plain = text.replace("\u2212", "-").replace("\u00a0", " ")
    assert re.sub(r"\[U\+([0-9A-F]+)\]", lambda m: chr(int(m.group(1), 16)), told) == plain or "[U+" in plain
    for family, found in runs(text):
        found.encode("cp1252" if family == LATIN else "gbk")
    assert width(text, 9) >= 0


def test_the_widest_row_fits_the_paper() -> None:
    cells = "".join(f"<td>{'x' * 120}</td>" for _ in range(8))
    html = f"<body><table><caption>c</caption><tbody><tr>{cells}</tr></tbody></table></body>"
    assert pdf_text(pdf_bytes(html, language="en", title="t")).replace(" ", "").count("x") == 960


def test_navigation_and_style_stay_out() -> None:
    tree = read_html("<head><style>p{}</style></head><body><nav>n</nav><p>a<b>c</b></p></body>")
    assert tree.text == "ac"


def test_without_the_extra_there_is_no_pdf_and_no_old_one(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    write_report(RunFolder(path))
    code = (
        "import sys; from pathlib import Path; from importlib.machinery import PathFinder\n"
        "class Without(PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        "        return None if name == 'reportlab' else super().find_spec(name, path, target)\n"
        "sys.meta_path[sys.meta_path.index(PathFinder)] = Without\n"
        "from privgen.explain.report import write_report\nfrom privgen.runfolder import RunFolder\n"
        "print(write_report(RunFolder(Path(sys.argv[1])))['pdf'])"
    )
    assert (path / "report" / "report.pdf").exists()
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"
    assert not (path / "report" / "report.pdf").exists() and (path / "report" / "index.html").exists()
