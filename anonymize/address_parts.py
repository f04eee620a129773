"""Parts of English postal addresses: numbers, units, states, codes, and what may follow a street."""

from __future__ import annotations

STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC"
    "|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
    "|DC|PR|GU|VI|AA|AE|AP"
)
STATE_NAMES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii"
    "|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana"
    "|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada"
    "|New (?:Hampshire|Jersey|Mexico|York)|North (?:Carolina|Dakota)"
    "|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South (?:Carolina|Dakota)|Tennessee|Texas|Utah"
    "|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
    "|New South Wales|Victoria|Queensland|Tasmania|Ontario|Quebec|Québec|British Columbia|Alberta"
    "|Manitoba|Saskatchewan|Nova Scotia|New Brunswick"
)
PROVINCES = "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|NSW|VIC|QLD|WA|SA|TAS|ACT|NT"
GB_POSTCODE = (
    r"[A-PR-UWYZa-pr-uwyz][A-HK-Ya-hk-y]?[0-9][0-9A-Za-z]? ?[0-9][ABD-HJLNP-UW-Zabd-hjlnp-uw-z]"
    r"{2}(?![A-Za-z0-9])"
)
CA_POSTCODE = r"[A-CEGHJ-NPRSTVXYa-ceghj-nprstvxy][0-9][A-Za-z][ -]?[0-9][A-Za-z][0-9](?![A-Za-z0-9])"
ZIP = r"[0-9]{5}(?:-[0-9]{4})?(?![0-9])"
CITY = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{1,24}(?:[ ][A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{1,24}){0,3}"
NUMBER = r"(?<![A-Za-z0-9.,$€£:#-])[0-9]{1,6}(?:[A-Za-z]|-[0-9]{1,4}[A-Za-z]?|/[0-9]{1,5}[A-Za-z]?| 1/2)?"
SIDE = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)\.?)"
UNIT_WORD = (
    r"(?i:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|bldg|building|block|lot|space|spc|trlr"
    r"|trailer|penthouse|ph|level|lvl|door|shop|tower|wing|dept"
    r"|department|villa|townhouse|studio|po box|p\.o\. box|piso|apto|bloco|bl)"
)
UNIT = (
    rf"(?:{UNIT_WORD}(?![A-Za-z])\.?[ ]?(?:[Nn]o\.?[ ]?)?#?[ ]?[A-Za-z0-9-]{{1,8}}"
    rf"|#[ ]?[A-Za-z0-9-]{{1,8}}|[0-9]{{1,3}}(?:st|nd|rd|th) [Ff](?:loor|l\.?))"
)
SEP = r"(?:,[ ]?\n?|[ ]{1,2}|[ ]?\n[ ]{0,4}|[ ]-[ ])"
REGION = rf"(?:{STATES}|{PROVINCES}|{STATE_NAMES})"
COUNTRY = (
    r"(?:USA|U\.S\.A\.|United States(?: of America)?|US|UK|U\.K\.|United Kingdom|England|Scotland|Wales"
    r"|Canada|Australia|India|Ireland|New Zealand|Brasil|Brazil"
    r"|Deutschland|Germany|France|España|Spain|Italia|Italy|Singapore|South Africa)(?![A-Za-z])"
)
CODES = (
    rf"(?:{ZIP}|{GB_POSTCODE}|{CA_POSTCODE}|[0-9]{{6}}(?![0-9])|[0-9]{{3}} [0-9]{{3}}(?![0-9])"
    rf"|[0-9]{{4}}(?![0-9]))"
)
AFTER = (
    rf"(?:{SEP}{UNIT}){{0,2}}"
    rf"(?:(?:{SEP}{CITY}){{1,3}}?{SEP}(?:{REGION}(?![A-Za-z]){SEP}?)?{CODES}"
    rf"|(?:{SEP}{CITY}){{1,2}}?{SEP}{REGION}(?![A-Za-z])(?:{SEP}{CODES})?"
    rf"|(?:,[ ]?\n?|\n){CITY}(?=[.,;\n]|\s*$)|{SEP}{CODES})?"
    rf"(?:{SEP}{COUNTRY})?"
)
"""What may follow a street: a unit, the town, the state, the code, the country."""
