"""Personal numbers of many countries, as Presidio knows them, in English sentences that name them."""

from random import Random

from scrub_texts import PROSE, Form
from scrub_values import Make, aadhaar, cnpj, cpf, digits, grouped, luhn, nhs, shape, shaped, ssn, weighted


def itin(rng: Random) -> str:
    """US individual taxpayer number."""
    return f"9{digits(rng, 2)}-{rng.choice((*range(70, 89), 90, 91, 92, *range(94, 100)))}-{digits(rng, 4)}"


def dea(rng: Random) -> str:
    """US medical licence (DEA number)."""
    body = digits(rng, 6)
    odd, even = sum(map(int, body[::2])), sum(map(int, body[1::2]))
    return rng.choice("ABFGM") + rng.choice("ABCDEFGHJKLM") + body + str((odd + 2 * even) % 10)


def nino(rng: Random) -> str:
    """UK national insurance number."""
    return rng.choice(("AB", "CE", "HJ", "JK", "PW", "SR", "TX", "ZY")) + digits(rng, 6) + rng.choice("ABCD")


def routing(rng: Random) -> str:
    """US bank routing number."""
    body = rng.choice(("02", "11", "12", "31", "07")) + digits(rng, 6)
    return body + str(-weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10)


def tfn(rng: Random) -> str:
    """Australian tax file number."""
    while True:
        body = digits(rng, 9, "123456789")
        if weighted(body, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0:
            return body


def abn(rng: Random) -> str:
    """Australian business number."""
    while True:
        body = digits(rng, 11, "123456789")
        if (weighted(body, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0:
            return body


def medicare(rng: Random) -> str:
    """Australian Medicare number."""
    body = digits(rng, 8, "23456")
    return body + str(weighted(body, (1, 3, 7, 9, 1, 3, 7, 9)) % 10) + digits(rng, 1, "12345")


def nric(rng: Random) -> str:
    """Singapore identity card."""
    body = digits(rng, 7)
    return "S" + body + "JZIHGFEDCBA"[weighted(body, (2, 7, 6, 5, 4, 3, 2)) % 11]


def nif(rng: Random) -> str:
    """Spanish NIF."""
    body = digits(rng, 8)
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def pesel(rng: Random) -> str:
    """Polish PESEL."""
    body = f"{rng.randint(50, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{digits(rng, 4)}"
    return body + str(-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def hetu(rng: Random) -> str:
    """Finnish identity code."""
    head, tail = (
        f"{rng.randint(1, 28):02}{rng.randint(1, 12):02}{rng.randint(40, 99)}",
        f"{rng.randint(2, 899):03}",
    )
    return f"{head}-{tail}" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(head + tail) % 31]


def fiscal(rng: Random) -> str:
    """Italian fiscal code."""
    body = shaped(rng, "@@@@@@##") + rng.choice("ABCDEHLMPRST") + f"{rng.randint(1, 28):02}H501"
    odd = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    letters = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    odd |= dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", letters, strict=True))
    total = sum(odd[char] for char in body[::2])
    total += sum(int(char) if char.isdigit() else ord(char) - 65 for char in body[1::2])
    return body + chr(65 + total % 26)


def plain(make: Make, sizes: tuple[int, ...], separator: str) -> Make:
    """A number in groups."""
    return lambda rng: grouped(make(rng), sizes, separator)


def dotted_cpf(rng: Random) -> str:
    """CPF as it is printed."""
    return grouped(number := cpf(rng), (3, 3), ".")[:7] + f".{number[6:9]}-{number[9:]}"


def slashed_cnpj(rng: Random) -> str:
    """CNPJ as it is printed."""
    number = cnpj(rng)
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


NUMBERS: tuple[tuple[str, str, dict[str, Make]], ...] = (
    (
        "US_SSN",
        "SSN",
        {
            "hyphens": ssn,
            "spaces": lambda r: ssn(r).replace("-", " "),
            "bare": lambda r: ssn(r).replace("-", ""),
        },
    ),
    ("US_SSN", "social security number", {"hyphens_long_name": ssn}),
    ("US_ITIN", "ITIN", {"hyphens": itin, "bare": lambda r: itin(r).replace("-", "")}),
    ("US_PASSPORT", "passport", {"digits": shape("#########"), "letter": shape("A########", "C########")}),
    (
        "US_DRIVER_LICENSE",
        "driver's license",
        {"letter": shape("@#######", "@############"), "digits": shape("########")},
    ),
    ("US_BANK_NUMBER", "bank account", {"digits": shape("##########", "############")}),
    ("ABA_ROUTING_NUMBER", "routing", {"bare": routing}),
    ("MEDICAL_LICENSE", "DEA", {"bare": dea}),
    ("UK_NHS", "NHS", {"spaces": plain(nhs, (3, 3), " "), "bare": nhs, "hyphens": plain(nhs, (3, 3), "-")}),
    ("UK_NINO", "national insurance", {"bare": nino, "spaces": plain(nino, (2, 2, 2, 2), " ")}),
    ("UK_PASSPORT", "passport", {"letters": shape("@@#######")}),
    ("AU_TFN", "TFN", {"bare": tfn, "spaces": plain(tfn, (3, 3), " ")}),
    ("AU_ABN", "ABN", {"bare": abn, "spaces": plain(abn, (2, 3, 3), " ")}),
    ("AU_MEDICARE", "medicare", {"spaces": plain(medicare, (4, 5), " ")}),
    (
        "CA_SIN",
        "SIN",
        {
            "spaces": lambda r: grouped(luhn(digits(r, 8, "1234567")), (3, 3), " "),
            "hyphens": lambda r: grouped(luhn(digits(r, 8, "1234567")), (3, 3), "-"),
        },
    ),
    ("IN_PAN", "PAN", {"bare": shape("@@@P@####@")}),
    ("IN_AADHAAR", "aadhaar", {"bare": aadhaar, "spaces": plain(aadhaar, (4, 4), " ")}),
    (
        "IN_VEHICLE_REGISTRATION",
        "vehicle registration",
        {
            "bare": lambda r: r.choice(("MH12", "DL8C", "KA05", "TN09")) + shaped(r, "@@####"),
            "spaces": lambda r: r.choice(("MH 12", "KA 05")) + shaped(r, " @@ ####"),
        },
    ),
    ("SG_NRIC_FIN", "NRIC", {"bare": nric}),
    ("ES_NIF", "NIF", {"bare": nif, "hyphen": plain(nif, (8,), "-")}),
    ("PL_PESEL", "PESEL", {"bare": pesel}),
    ("FI_PERSONAL_IDENTITY_CODE", "henkilötunnus", {"bare": hetu}),
    ("IT_FISCAL_CODE", "codice fiscale", {"bare": fiscal}),
    ("BR_CPF", "CPF", {"dots": dotted_cpf, "bare": cpf}),
    ("BR_CNPJ", "CNPJ", {"dots": slashed_cnpj, "bare": cnpj}),
)

FORMS = [
    Form(
        "en_patterns", kind, name, make, [frame.replace("{name}", words) for frame in PROSE["en"]["numbers"]]
    )
    for kind, words, makes in NUMBERS
    for name, make in makes.items()
]
