"""A record that takes too long is refused: a running match is stopped, and nobody else's alarm is touched."""

import re
import signal
import threading
import time

import pytest
from presidio_analyzer import Pattern, PatternRecognizer, pattern_recognizer

from privgen.anonymize import Scrubber, Span
from privgen.anonymize.presidio import PresidioFinder
from privgen.anonymize.time_limit import TimeLimitError, check_time, limited, unlimited
from privgen.errors import ConfigError, ScrubError

KEY = bytes(range(32))
SLOW = "a" * 60 + "b"  # takes years with (?:a|aa)+$


class SlowFinder:
    """A pattern with catastrophic backtracking."""

    name = "slow"

    def find(self, text):
        return [Span("PERSON", *m.span(), 0.9) for m in re.compile(r"(?:a|aa)+$").finditer(text)]


class SwallowingFinder:
    """A recogniser that goes on after any exception, as libraries do."""

    name = "swallowing"

    def find(self, text):
        try:
            return SlowFinder().find(text)
        except Exception:
            return []


@pytest.mark.parametrize("finder", [SlowFinder(), SwallowingFinder()])
def test_a_running_match_is_stopped(finder):
    scrubber = Scrubber(key=KEY, finders=[finder], time_limit=0.2)
    started = time.monotonic()
    with pytest.raises(ScrubError, match=r"longer than 0\.2 s") as caught:
        scrubber.scrub(SLOW)
    assert time.monotonic() - started < 2 and "aaaa" not in str(caught.value)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert scrubber.scrub("a short one").text == "a short one"


def test_an_alarm_of_the_caller_is_left_alone():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(TimeLimitError):
            limited(0.2, lambda: time.sleep(0.3))
        assert rung == [1] and signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_in_a_thread_the_text_is_refused_afterwards():
    faults = []

    def work():
        try:
            limited(0.05, lambda: time.sleep(0.1) or "never seen")
        except TimeLimitError as fault:
            faults.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(faults) == 1


def test_a_limit_inside_a_limit_is_the_outer_one():
    def inner():
        return limited(0.01, lambda: time.sleep(0.05) or check_time() or 7)

    assert limited(5, inner) == 7
    check_time()  # no limit is left behind


def test_loading_a_library_does_not_count():
    def work():
        with unlimited():
            time.sleep(0.3)
        return 7

    assert limited(0.2, work) == 7
    with pytest.raises(TimeLimitError):
        limited(0.2, lambda: work() and time.sleep(0.5))
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_is_positive(limit):
    with pytest.raises(ConfigError, match="time_limit"):
        Scrubber(key=KEY, time_limit=limit)


def test_a_pattern_that_presidio_skips_refuses_the_text(monkeypatch):
    """Presidio itself warns, skips the pattern and returns: the text would leave unscrubbed."""
    monkeypatch.setattr(pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 1)
    recognizer = PatternRecognizer("BADGE", patterns=[Pattern("slow", r"(?:a|aa)+$", 0.9)])
    assert recognizer.analyze(SLOW, ["BADGE"]) == []  # it fails open
    scrubber = Scrubber(key=KEY, finders=[PresidioFinder(recognizer)], time_limit=None)
    with pytest.raises(ScrubError, match="TimeoutError"):
        scrubber.scrub(SLOW)
    assert scrubber.scrub("aa").text != "aa"
