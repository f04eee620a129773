"""Generators of valid and invalid identifiers with their own checksum code, so that they check ours."""

import random
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from privgen.anonymize import Scrubber

sys.path.insert(0, str(Path(__file__).parent))  # importlib import mode: makes ner_models importable
settings.register_profile("privgen", deadline=None, derandomize=True)  # fixed seeds; no timed tests
settings.load_profile("privgen")


@dataclass
class Make:
    """Makes identifiers from a seeded generator."""

    rng: random.Random

    def digits(self, count: int) -> str:
        return "".join(self.rng.choice("0123456789") for _ in range(count))

    def id_card(self) -> str:
        born = f"{self.rng.randint(1950, 2005)}{self.rng.randint(1, 12):02}{self.rng.randint(1, 28):02}"
        body = self.rng.choice(["110105", "310104", "440305", "510107", "330106"]) + born + self.digits(3)
        total = sum(int(char) * 2 ** (17 - place) for place, char in enumerate(body))
        return body + "10X98765432"[total % 11]

    def card(self, prefix: str, length: int) -> str:
        body = prefix + self.digits(length - len(prefix) - 1)
        doubled = [int(char) * (2 if place % 2 == 0 else 1) for place, char in enumerate(reversed(body))]
        return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)

    def uscc(self) -> str:
        symbols = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = "91" + self.rng.choice(["110105", "310104"]) + "MA" + self.digits(7)
        total = sum(symbols.index(char) * 3**place for place, char in enumerate(body))
        return body + symbols[(31 - total % 31) % 31]

    def mobile(self) -> str:
        return f"1{self.rng.choice('3456789')}{self.digits(9)}"

    def plate(self) -> str:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        area = self.rng.choice("京沪粤浙苏川鄂") + self.rng.choice(letters)
        old = f"{self.digits(4)}{self.rng.choice(letters)}"
        return area + (old if self.rng.random() < 0.5 else f"D{self.digits(5)}")

    def iban(self) -> str:
        bank = self.digits(18)
        check = 98 - int(bank + "131400") % 97  # DE00
        return f"DE{check:02}{bank}"

    def cpf(self) -> str:
        body = [self.rng.randrange(10) for _ in range(9)]
        for weights in (range(10, 1, -1), range(11, 1, -1)):
            body.append(sum(a * b for a, b in zip(body, weights, strict=True)) * 10 % 11 % 10)
        return "".join(map(str, body))


@pytest.fixture
def make() -> Make:
    return Make(random.Random(20260))


@pytest.fixture(scope="session")
def scrubber() -> Scrubber:
    return Scrubber(languages=("en", "zh", "pt"), key=bytes(range(32)))
