"""Headers that name an identifier of the row's person, in three languages, and those that do not."""

import pytest

from privgen.anonymize import Scrubber, scrub_file
from privgen.anonymize.headers import identifier_of
from privgen.anonymize.person_columns import identifiers_in, tells_of_a_person

NAMED = {
    "name": "name full_name CustomerName recipient consignee 姓名 收货人 客户姓名 联系人 nome first_name",
    "phone": "phone phone_number mobile Mobile-Phone tel cell 手机 手机号码 联系电话 telefone celular",
    "email": "email E-Mail mail email_address 邮箱 电子邮件",
    "address": "address Street_Address shipping_address 地址 收货地址 endereço",
    "birth_date": "birth_date birthday DOB date_of_birth 生日 出生日期 data_nascimento",
}
OTHERS = "email_sent address_type product_name store_name birth_year ip_address phone_model 地址类型 city"


@pytest.mark.parametrize(("name", "headers"), NAMED.items())
def test_an_identifier_is_known_by_its_header(name, headers):
    assert {header: identifier_of(header) for header in headers.split()} == dict.fromkeys(
        headers.split(), name
    )


@pytest.mark.parametrize("header", OTHERS.split())
def test_what_only_speaks_of_one_is_none(header):
    assert identifier_of(header) is None


def test_parts_of_a_name_are_one_name_and_tell_of_a_person():
    row = {"First Name": "Quillon", "Last Name": "Vexley", "age": "41", "email": True}
    assert identifiers_in(row) == {"name": "Quillon Vexley"} and tells_of_a_person(row)
    assert identifiers_in({"name": "A B", "first_name": "A", "tel": "", "mobile": "1"}) == {
        "name": "A B",
        "phone": "1",
    }


def test_a_row_is_scrubbed_with_the_parts_of_its_name(tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "out.csv"
    source.write_text("first_name,last_name,note\nQuillon,Vexley,the shoes of quillon vexley fit\n")
    scrub_file(source, out, scrubber=Scrubber(key=bytes(range(32))))
    assert "quillon" not in out.read_text().lower() and "vexley" not in out.read_text().lower()
