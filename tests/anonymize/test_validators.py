"""Checksums against published examples, python-stdnum, and every single-digit slip."""

import pytest
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.br import cnpj as stdnum_cnpj
from stdnum.br import cpf as stdnum_cpf
from stdnum.cn import ric as stdnum_ric
from stdnum.cn import uscc as stdnum_uscc

from privgen.anonymize import validators


def slips(number, alphabet="0123456789"):
    for place, char in enumerate(number):
        for other in alphabet:
            if other != char and char in alphabet:
                yield number[:place] + other + number[place + 1 :]


@pytest.mark.parametrize(
    ("ours", "theirs", "number"),
    [
        (validators.cn_id_card, stdnum_ric.is_valid, "11010519491231002X"),
        (validators.cn_uscc, stdnum_uscc.is_valid, "91110000600037341L"),
        (validators.cpf, stdnum_cpf.is_valid, "52998224725"),
        (validators.cnpj, stdnum_cnpj.is_valid, "11444777000161"),
        (validators.luhn, stdnum_luhn.is_valid, "4111111111111111"),
        (
            lambda number: validators.iban_length(number) == len(number),
            stdnum_iban.is_valid,
            "GB82WEST12345698765432",
        ),
    ],
)
def test_agrees_with_stdnum_on_a_number_and_all_its_slips(ours, theirs, number):
    assert ours(number) and theirs(number)
    for slip in slips(number):
        assert not ours(slip) or theirs(slip), "accepted what stdnum refuses"
        assert ours(slip) or not theirs(slip) or ours is validators.cn_id_card, "refused what stdnum accepts"


def test_generated_numbers_are_valid(make):
    for _ in range(50):
        assert validators.cn_id_card(make.id_card())
        assert validators.cn_uscc(make.uscc())
        assert validators.luhn(make.card("62", 19))
        assert validators.cpf(make.cpf())
        assert validators.iban_length(make.iban()) == 22


def test_postal_item_number_of_the_standard():
    assert validators.s10("RR473124829GB") and not validators.s10("RR473124828GB")
