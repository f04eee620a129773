"""What the header of a column says that it holds, in English, Chinese and Portuguese."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

SEMANTIC_ROLES = {
    **dict.fromkeys(
        ("city", "region", "country", "gender", "occupation", "education", "marital", "household", "locale"),
        "quasi-identifier",
    ),
    **dict.fromkeys(
        ("income", "health", "religion", "ethnicity", "politics", "orientation", "credit", "spending"),
        "sensitive",
    ),
}
"""Role of the types that only a header tells; those with an entity type's name have that type's role."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORDS = re.compile(r"[^a-z0-9\u3400-\u9fff]+")
_HINTS: tuple[tuple[str, str, str], ...] = (  # type, Latin phrases, Chinese parts; the first that fits wins
    ("EMAIL_ADDRESS", "email, emails, e mail, mail, emailaddress, correio", "邮箱 邮件 电邮"),
    ("IP_ADDRESS", "ip, ip address, ipaddress, client ip", "ip地址"),
    (
        "POSTCODE",
        "zip, zipcode, zip code, postcode, post code, postal, postalcode, plz, cep",
        "邮编 邮政编码",
    ),
    (
        "PHONE_NUMBER",
        "phone, phones, mobile, telephone, tel, phonenumber, telefone, celular, fone, fax, whatsapp, msisdn, "
        "cell, cellphone, cell phone",
        "电话 手机 联系方式 座机",
    ),
    (
        "DATE_OF_BIRTH",
        "birth, birthday, birthdate, birthyear, dob, born, nascimento, aniversario, yob",
        "出生 生日",
    ),
    ("AGE", "age, ages, idade, faixa etaria, agegroup", "年龄 岁数 年纪"),
    ("gender", "gender, sex, sexo, genero", "性别"),
    ("orientation", "orientation, sexual orientation, orientacao sexual", "性取向"),
    (
        "ID",
        "ssn, cpf, cnpj, rg, passport, passaporte, id card, idcard, national id, tax id, driver license, nif",
        "身份证 护照 证件 驾驶证 社保",
    ),
    (
        "USER_NAME",
        "username, user name, login, handle, nickname, screen name, account, wechat, qq, usuario, apelido",
        "用户名 昵称 账号 账户 微信 qq号",
    ),
    ("marital", "marital, marital status, civil status, estado civil", "婚姻 婚否"),
    ("city", "city, town, municipality, cidade, municipio", "城市 所在市"),
    (
        "region",
        "state, province, region, county, district, estado, provincia, regiao, uf, bairro, prefecture",
        "省 地区 区域 区县 所在地",
    ),
    ("country", "country, pais, nation, nationality, nacionalidade", "国家 国籍"),
    ("ADDRESS", "address, addr, street, endereco, rua, logradouro, addressline", "地址 街道 住址"),
    (
        "occupation",
        "occupation, job, jobtitle, profession, employer, ocupacao, profissao, cargo, emprego",
        "职业 岗位 职位 工作单位",
    ),
    ("education", "education, degree, schooling, escolaridade, educacao", "学历 教育 学位"),
    ("household", "children, household, household size, family size, filhos, dependents", "子女 家庭人数"),
    ("locale", "locale, language, lang, idioma, lingua", "语言 语种"),
    ("income", "income, salary, wage, wages, earnings, renda, salario", "收入 工资 薪"),
    (
        "health",
        "health, disease, diagnosis, illness, medical, condition code, doenca, saude, disability, pregnant",
        "疾病 诊断 病史 健康 残疾",
    ),
    ("religion", "religion, faith, religiao", "宗教 信仰"),
    ("ethnicity", "ethnicity, ethnic, race, raca, etnia", "民族 种族"),
    ("politics", "political, politics, party membership, partido", "政治"),
    ("credit", "balance, credit score, debt, loan, overdue, saldo, divida", "余额 信用 贷款 欠款"),
    (
        "spending",
        "spend, spent, spending, ltv, lifetime value, total spent, payment value, gasto, gastos",
        "消费 支付金额",
    ),
    (
        "PERSON",
        "fullname, full name, firstname, first name, lastname, last name, surname, given name, family name, "
        "middle name, customer name, client name, buyer name, real name, recipient, receiver, consignee, "
        "contact name, contact person, cardholder, sobrenome, nome completo, nome do cliente, nome cliente, "
        "custname, customername, reviewer name, author name, seller name, person, person name",
        "姓名 名字 收货人 收件人 联系人 客户名 顾客 买家",
    ),
    (
        "id",
        "id, ids, uuid, guid, identifier, codigo, customerid, userid, orderid, key",
        "编号 单号 序号 流水号",
    ),
)
_NAMES = frozenset({"name", "names", "nome"})
_THINGS = (
    "order payment product item sku category class department division brand shop store company file event "
    "status type pedido produto categoria marca loja pagamento machine session application app workflow"
)
"""Words that make a state a status, a name a thing's and a title a product's."""
_PEOPLE = (
    "customer client user member account buyer person people patient employee shopper subscriber reviewer "
    "conversation dialogue chat ticket visitor cookie profile contact "
    "order invoice transaction session device cliente usuario comprador pedido pessoa"
)
_OF_ANYTHING = ("id", "ID", "EMAIL_ADDRESS", "PHONE_NUMBER", "ADDRESS", "spending", "income", "credit")
"""Types that stay what they are next to such a word."""
_ZH_PEOPLE = ("客户", "顾客", "用户", "会员", "买家", "订单", "交易")


def header_words(header: str) -> str:
    """A header as words: lower case, no accents, camel case and separators apart.

    >>> header_words("CustomerZip_code"), header_words("Endereço"), header_words("客户-姓名")
    ('customer zip code', 'endereco', '客户 姓名')
    """
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    plain = unicodedata.normalize("NFD", spaced).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(word for word in _WORDS.split(plain) if word)


def header_hint(header: str) -> str | None:
    """The type that a header names, an entity type or a key of `SEMANTIC_ROLES`, or id; None for none.

    >>> [header_hint(name) for name in ("customer_city", "order_state", "Class Name", "收货人手机", "idade")]
    ['city', None, None, 'PHONE_NUMBER', 'AGE']
    """
    words = header_words(header)
    padded, of_thing = f" {words} ", of_a_thing(header)
    for entity_type, phrases, parts in _HINTS:
        latin = any(f" {phrase} " in padded for phrase in phrases.split(", "))
        if latin and of_thing and entity_type not in _OF_ANYTHING:
            continue
        if latin or any(part in words for part in parts.split()):
            return entity_type
    if set(words.split()) & _NAMES and not of_thing and len(words.split()) <= 2:
        return "PERSON"
    return None


def of_a_thing(header: str) -> bool:
    """Whether the header speaks of goods, shops or states of orders rather than of people."""
    return bool(set(_THINGS.split()) & set(header_words(header).split()))


def of_a_person(header: str) -> bool:
    """Whether an id under this header tells a person, or what one person did, apart from others."""
    words = header_words(header)
    return bool(set(_PEOPLE.split()) & set(words.split())) or any(part in words for part in _ZH_PEOPLE)


_IDENTIFIERS = {
    "PERSON": "name",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "ADDRESS": "address",
    "DATE_OF_BIRTH": "birth_date",
}
_BESIDE = (
    "customer client buyer user member contact shipping delivery billing home work personal primary main "
    "number no nr date of line full name names address 1 2 cliente comprador do da de data numero entrega"
)
"""Words that leave the name of an identifier what it is; others make it another thing (address_type)."""
_OF_IT = ("birthyear", "yob", "类型", "年份", "次数")
"""What speaks of an identifier and is none."""
_PARTS = "first last given family middle firstname lastname surname sobrenome"


@cache
def identifier_of(header: str) -> str | None:
    """The identifier of the customers table (name, phone, ...) that the cells under a header are, or None.

    >>> [identifier_of(name) for name in ("Mobile Phone", "address_type", "收货地址", "first name")]
    ['phone', None, 'address', 'name']
    """
    hint, words = header_hint(header), header_words(header)
    if hint not in _IDENTIFIERS or any(part in words for part in _OF_IT):
        return None
    own = next(phrases for kind, phrases, _ in _HINTS if kind == hint).replace(",", "").split()
    latin = {word for word in words.split() if word.isascii()}
    return _IDENTIFIERS[hint] if latin <= {*own, *_BESIDE.split()} else None


def part_of_a_name(header: str) -> bool:
    """Whether a column of names holds given or family names only."""
    return not set(_PARTS.split()).isdisjoint(header_words(header).split())
