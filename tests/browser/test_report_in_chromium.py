"""The report in a real Chromium: axe-core, three widths, light and dark, keyboard, no network, paper."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import Tab, tab
from full_run import full_run

from privgen.explain.report import write_report
from privgen.runfolder import RunFolder

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 768, 1280)
A4 = 794
"""Width of A4 in CSS pixels."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report of one run in both languages: folders."""
    path = full_run(tmp_path_factory.mktemp("run") / "run")
    found = {}
    for language in ("en", "zh"):
        write_report(RunFolder(path), language=language)
        found[language] = (path / "report").rename(path / f"report-{language}")
    return found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with tab(tmp_path_factory.mktemp("chromium") / "profile") as opened:
        yield opened


LOOKS = [("en", 360, False), ("en", 768, True), ("en", 1280, False), ("zh", 360, True), ("zh", 1280, False)]


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS)
def test_axe_finds_nothing(
    browser: Tab, reports: dict[str, Path], language: str, width: int, dark: bool
) -> None:
    browser.open(reports[language] / "index.html", width=width, dark=dark)
    assert AXE.is_file(), "no axe-core here; run: make browser"
    browser.run(AXE.read_text(encoding="utf-8"))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = browser.run(f"axe.run(document, {json.dumps(rules)}).then(JSON.stringify)")
    result = json.loads(found)
    assert len(result["passes"]) > 20
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in result["violations"]] == []


@pytest.mark.parametrize("width", [320, *WIDTHS])
def test_nothing_runs_out_of_the_window(browser: Tab, reports: dict[str, Path], width: int) -> None:
    for language, folder in reports.items():
        browser.open(folder / "index.html", width=width)
        assert browser.run("document.scrollingElement.scrollWidth - innerWidth") <= 0, language
        assert _wider(browser) == [], language


def _wider(browser: Tab) -> list[str]:
    """Elements that reach beyond the right edge of the page, outside of what scrolls by itself."""
    found: list[str] = browser.run(
        """[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && e.checkVisibility()
        && getComputedStyle(e).clipPath === 'none' && !e.closest('thead')
        && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 60))"""
    )
    return found


def test_nothing_is_fetched_and_no_error_is_logged(browser: Tab, reports: dict[str, Path]) -> None:
    browser.send("Log.enable")
    browser.open(reports["en"] / "index.html", width=1280)
    browser.run("new Promise(done => setTimeout(done, 300))")
    asked = [
        e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"
    ]
    assert asked == [(reports["en"] / "index.html").as_uri()]
    assert not any(e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown") for e in browser.events)


def test_the_keyboard_reaches_everything_in_order(browser: Tab, reports: dict[str, Path]) -> None:
    browser.open(reports["en"] / "index.html", width=1280)
    wanted = browser.run("[...document.querySelectorAll('a[href], [tabindex=\"0\"], summary')].length")
    tops, outlined = [], []
    for _ in range(wanted):
        browser.press("Tab")
        seen = browser.run(
            """(() => { const e = document.activeElement, s = getComputedStyle(e);
            const r = e.getBoundingClientRect();
            return [e.tagName, r.top + scrollY, r.width > 0 && r.left > -1, s.outlineStyle] })()"""
        )
        tops.append(seen[1])
        outlined.append((seen[0] != "BODY", seen[2], seen[3] != "none"))
    assert wanted > 30 and set(outlined) == {(True, True, True)}
    assert tops[1:] == sorted(tops[1:]) or _columns(tops[1:14])
    first = browser.run("document.querySelector('a.skip').getAttribute('href')")
    assert browser.run(f"document.querySelector('{first}') !== null")


def _columns(tops: list[float]) -> bool:
    """Whether places fall back once only, as where contents stand in two columns."""
    return sum(b < a for a, b in pairwise(tops)) <= 1


def test_what_a_screen_reader_is_told(browser: Tab, reports: dict[str, Path]) -> None:
    for language, folder in reports.items():
        browser.open(folder / "index.html", width=360)  # where the style sheet turns tables into blocks
        nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
        told = [(_of(n, "role"), _of(n, "name")) for n in nodes if not n["ignored"]]
        roles = [role for role, _ in told]
        assert browser.run("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[language]
        assert roles.count("main") == roles.count("navigation") == roles.count("banner") == 1
        tables = browser.run("document.querySelectorAll('table').length")
        assert roles.count("table") == tables > 30
        assert all(
            name for role, name in told if role in ("table", "image", "img", "region", "link", "heading")
        )
        assert sum(role in ("image", "img") for role in roles) >= 6
        assert roles.count("columnheader") > tables and roles.count("rowheader") > tables


def _of(node: dict[str, Any], key: str) -> str:
    return str(node.get(key, {}).get("value", ""))


def test_paper_cuts_no_table(browser: Tab, reports: dict[str, Path], tmp_path: Path) -> None:
    for language, folder in reports.items():
        browser.open(folder / "index.html", width=A4)
        browser.print(tmp_path / f"{language}.pdf")
        browser.send("Emulation.setEmulatedMedia", media="print")
        browser.resize(A4 - 113)  # the margins of @page, 15 mm on both sides
        assert _wider(browser) == [], language
        heights = browser.run(
            """[...document.querySelectorAll('tr')].map(r => [getComputedStyle(r).breakInside,
            r.getBoundingClientRect().height])"""
        )
        assert {rule for rule, _ in heights} == {"avoid"} and max(height for _, height in heights) < 900
        heads = browser.run("[...document.querySelectorAll('thead')].map(h => getComputedStyle(h).display)")
        assert set(heads) == {"table-header-group"}
        _words_lie_on_the_paper(tmp_path / f"{language}.pdf")


def _words_lie_on_the_paper(pdf: Path) -> None:
    """Every word of the printed report lies within the margins, and every table's numbers are there."""
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">', boxes)
    assert pages and all(abs(float(w) - 595) < 2 and abs(float(h) - 842) < 2 for w, h in pages)
    right = max(float(x) for x in re.findall(r'xMax="([\d.]+)"', boxes))
    bottom = max(float(y) for y in re.findall(r'yMax="([\d.]+)"', boxes))
    assert right <= 595 - 40 and bottom <= 842 - 40


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_viewer_copies_the_numbers_out_of_report_pdf(reports: dict[str, Path], language: str) -> None:
    folder = reports[language]
    command = ["pdftotext", "-raw", str(folder / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    html = (folder / "index.html").read_text("utf-8")
    title = re.search(r"<h1>([^<]+)</h1>", html)
    assert title and title[1] in text
    for shown in set(re.findall(r"<data [^>]*>([^<&]+)</data>", html)):
        assert shown in text, shown
