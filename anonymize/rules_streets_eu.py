"""Rules for postal addresses in Portuguese, Spanish, Italian, French, German and their neighbours."""

from __future__ import annotations

import re

from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_labelled import any_of

_UP, _WORD = "A-ZÀ-ÖØ-Þ", r"[\wÀ-ÿ'’.º°ª-]{0,24}"
_LEFT = r"(?<![A-Za-zÀ-ÿ])"
_TOWN = rf"(?:d[aeo]s? )?[{_UP}][{_UP}a-zß-ÿ'’.-]{{1,24}}(?:[ -][{_UP}a-z(][{_UP}a-zß-ÿ'’.)-]{{0,24}}){{0,3}}"
_CODE_TOWN = (
    rf"(?:,?[ ]|,?[ ]?\n[ ]{{0,4}}|[ ]-[ ]|[ ]?[,/–-][ ]?)(?:(?:D|A|CH|F|E|I|NL|B|L|DK|S|FI|PL"
    rf"|CP|C\.P\.|CEP)[ .:-]{{1,2}})?(?:[0-9]{{4,5}}(?:-[0-9]{{3}})?(?: ?[A-Z]{{2}}(?![A-Za-z]))"
    rf"?|[0-9]{{3}} [0-9]{{2}}|[0-9]{{2}}-[0-9]{{3}}),?[ ]{{1,2}}{_TOWN}"
)
_TOWN_CODE = (
    rf"(?:[ ]{{1,3}}|,[ ]{{1,2}}|[ ]?,?[ ]?\n[ ]{{0,4}}){_TOWN},?[ ]{{1,2}}[0-9]{{4,5}}(?![0-9])"
    rf"(?:,[ ]{_TOWN})?"
)
_HOUSE = (
    r"[0-9]{1,5}(?![0-9])(?:[ ]?[A-Za-z](?![A-Za-zÀ-ÿ])|[ ]?[/-][ ]?(?:[0-9]{1,4}[A-Za-z]?"
    r"|[A-Za-z](?![A-Za-z]))|[ ](?:bis|ter|hs|I{1,3}|IV)(?![A-Za-z]))?"
)
_NAME = (
    rf"(?:[{_UP}0-9]{_WORD}|d[aeo]s?|del|della|dei|degli|delle|la|las|los|les|le|e|y|und|der|den|dem"
    rf"|des|du|de|di|von|zur|zum|d['’]{_WORD}|l['’]{_WORD}|dell['’]{_WORD})"
)
_ANY = r"[\wÀ-ÿ'’.º°ª-]{1,24}"

_PT = (
    r"Rua|R\.|Avenida|Av\.?|Travessa|Tv\.?|Alameda|Al\.|Praça|Pça\.?|Rodovia|Rod\.|Estrada|Largo|Beco"
    r"|Vila|Quadra|Ladeira|Viela|Loteamento|Conjunto|Via|Servidão"
)
_PT_MORE = (
    r"(?:[ ,–-]{1,3}(?i:apto?|conj|ap|apartamento|bloco|bl|casa|sala|conjunto|cj|andar|lote|quadra|qd|lt"
    r"|fundos|torre|edif[ií]cio|ed|bairro|jardim|jd|vila|parque"
    r"|centro)(?![A-Za-zÀ-ÿ])\.?(?:[ ]?[A-Za-z0-9À-ÿ]{1,20}(?:[ ][A-ZÀ-Ý0-9][\wÀ-ÿ]{0,20}){0,2})?"
    r"|,?[ ][0-9]{1,2}[º°ªoa]\.?[ ]?(?:[A-Za-z]{1,4}\.?(?![A-Za-z]))?|,?[ ]r/c){0,4}"
)
_PT_TOWN = (
    rf"(?:(?:[ ]?[,–-][ ]?\n?){_TOWN}){{0,3}}?(?:[ ]?[,/–-][ ]?(?:AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT"
    rf"|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO)(?![A-Za-z]))(?:[ ,–-]{{1,3}}(?:CEP:?[ ]?)"
    rf"?[0-9]{{5}}-?[0-9]{{3}}(?![0-9]))?"
)
_ES = (
    r"Calle|C/\.?|C\.|Acceso|Cañada|Pasadizo|Avenida|Avda?\.?|Av\.|Paseo|P[ºo]\.|Plaza|Pza\.?|Pl\.|Camino"
    r"|Cno\.?|Carretera|Ctra\.?|Ronda|Rda\.?|Traves[ií]a|Urbanizaci[oó]n|Urb\.|Carrera|Cra\.?|Kra\.?"
    r"|Cll?\.?|Diagonal|Transversal|Boulevard|Blvd\.?"
    r"|Calzada|Prolongaci[oó]n|Privada|Cerrada|Andador|Circuito|Glorieta|Rambla|Carrer|Pasaje|Psje\.?"
    r"|Jir[oó]n|Jr\.|Cuesta|Callej[oó]n|Viad?ucto|Alameda|Vial|Retorno|Peatonal|Eje vial"
)
_ES_MORE = (
    r"(?:,?[ ](?i:apt|piso|planta|puerta|pta|esc(?:alera)?|bajo|[aá]tico|int(?:erior)?|depto|dpto"
    r"|departamento|apto?|apartamento|local|casa|torre|oficina|of|portal|bloque|edif(?:icio)?"
    r"|col(?:onia)?|fracc(?:ionamiento)?|barrio)(?![A-Za-zÀ-ÿ])\.?[ ]?[A-Za-zÀ-ÿ0-9º°ª-]{0,20}(?:[ ][A-ZÀ"
    r"-Ý][\wÀ-ÿ]{1,20}){0,2}"
    r"|,?[ ][0-9]{1,2}[ºª°oa]\.?[ ]?(?:[A-Za-z0-9]{1,3}(?![A-Za-z]))?[ªa]?){0,4}"
)
_IT = (
    r"Via|Viale|V\.le|Piazza(?:le)?|P\.zz?a|P\.le|Corso|C\.so|Largo|Vicolo|Strada|Contrada|C\.da"
    r"|Lungo[a-z]{3,10}|Borgo|Rotonda|Incrocio|Canale|Stretto|Salita|Traversa|Loc(?:alit[aà]|\.)"
    r"|Frazione|Fraz\.|Calle|Fondamenta|Campo"
)
_FR = (
    r"rue|r\.|avenue|av\.?|boulevard|bd\.?|blvd|place|pl\.|chemin|che?\.|impasse|imp\.|all[ée]es?|quai"
    r"|cours|route|rte|square|faubourg|fbg|passage|villa|cit[ée]|r[ée]sidence|lotissement|sentier"
    r"|esplanade|promenade|rond-point|mont[ée]e|traverse|voie|ruelle|hameau"
)
_DE_SURE = (
    r"stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|chaussee|straat|laan|plein|gracht|dijk|singel"
    r"|gatan|v[äa]gen|veien|vegen|vej|katu|kuja|steeg|kade|dreef|stieg|steig|pfad"
)
_DE_ELSE = (
    r"ring|damm|ufer|hof|tal|berg|feld|markt|steg|br[üu]cke|winkel|graben|wall|park|siedlung"
    r"|garten|g[äa]rten|h[öo]he|gade|gata|plads|torg|torget|tie|pad|heide|wiese|kamp|horst|busch"
    r"|bach|grund|anger|zeile|stra[ßs]"
)


_SMALL = "abcdefghijklmnopqrstuvwxyzßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
_PROSE = re.compile(
    r"[a-zß-ÿ]{4}(?<!str)(?<!conj)(?<!pto)(?<!edif)\. |[ ](?:is|the|and|its|it|has|but|with|for|was|are"
    r"|que|não|foi|com|mas"
    r"|para|por|pero|est|ist|und|son|fue)[ ]"
)


def _trim(value: str) -> int:
    """Length up to prose, without trailing punctuation; 0 for a sentence that runs on to a number."""
    prose = _PROSE.search(value)
    if prose and not re.search("[0-9]", value[: prose.start()]):
        return 0
    return len((value[: prose.end(0) - len(prose[0].lstrip(_SMALL))] if prose else value).rstrip(" ,.-–\n"))


def _street_rule(name: str, pattern: str, triggers: tuple[str, ...], score: float = 0.8) -> Rule:
    return Rule(name, "ADDRESS", re.compile(pattern), score, triggers, _trim, digit=True)


RULES = (
    _street_rule(
        "street_pt",
        rf"{_LEFT}(?:{_PT}|(?i:rua|avenida|travessa|alameda|rodovia"
        rf"|estrada))[ ](?:{_ANY}[ ]){{0,7}}?{_ANY}(?:,[ ]?|[ ])(?:[nN][º°o.]{{0,2}}[ ]?|[nN]úmero[ ]"
        rf"|#)?(?:{_HOUSE}|[sS]/[nN]){_PT_MORE}(?:{_PT_TOWN}|{_CODE_TOWN}|{_TOWN_CODE})?",
        any_of(
            "rua|*r. |avenida|av|travessa|tv|alameda|al.|praça|pça|rod|estrada|largo|beco|vila "
            "|quadra|ladeira|viela|loteam|conjunto|via |servid"
        ),
    ),
    _street_rule(
        "street_es",
        rf"{_LEFT}(?:{_ES}|(?i:calle|avenida|avda|carrera|paseo))[ ]?(?:{_ANY}[ ]){{0,6}}?"
        rf"{_ANY}(?:,[ ]?|[ ])(?:(?i:n[º°o.]{{1,2}}|núm(?:ero)?\.?)[ ]?"
        rf"|#[ ]?)?{_HOUSE}(?:[ ]?#?[ ]?[0-9]{{1,3}}[A-Z]?[ ]?-[ ]?[0-9]{{1,3}})?{_ES_MORE}(?:"
        rf"{_CODE_TOWN}|{_TOWN_CODE})?(?:,[ ](?:[A-Z]\.[ ]?[A-Z]\.|CDMX|[A-Z][a-z]{{1,4}}\.))?",
        any_of(
            "calle|*c. |acceso|cañada|pasad|c/|avenida|av|avda|paseo|plaza|pza|camino|carretera|ctra"
            "|ronda|traves|urb|carrera|cra|kra|cl|cll|diagonal|transv|boulev|blvd|calzada|prolong"
            "|privada|cerrada|andador|circuito|glorieta|rambla|carrer|pasaje|jirón|jiron|alameda"
            "|cuesta|callej|viad|vial|retorno|peatonal|eje vial"
        ),
    ),
    _street_rule(
        "street_romance_lower",
        rf"{_LEFT}(?:(?<=at )via|(?<=in )via|(?<=to )via|viale|piazza|corso|calle|rua|avenida|paseo|plaza"
        rf"|praça|travessa"
        rf"|strada)[ ](?:[a-zà-ÿ'’]{{1,20}}[ ]){{0,4}}?[a-zà-ÿ'’]{{3,20}},?[ ](?:n[.º°]?[ ]?)?{_HOUSE}"
        rf"(?=[ ]?[,;.)\n]|\s*$|[ ](?:and|but|no|nobody|please|apt|ap|piso|int))",
        any_of("via|viale|piazza|corso|calle|rua|avenida|paseo|plaza|praça|travessa|strada"),
        0.6,
    ),
    _street_rule(
        "street_it",
        rf"{_LEFT}(?:{_IT})[ ](?:(?:{_NAME})[ ]){{0,5}}?(?:[{_UP}0-9]{_WORD}"
        rf"|[IVX]{{1,5}}),?[ ](?:n\.?[º°]?[ ]?|civico[ ])?{_HOUSE}(?:,?[ ](?i:int|scala|piano|palazzina"
        rf"|appartamento|interno)\.?[ ]?[A-Za-z0-9]{{1,6}}){{0,2}}(?:{_CODE_TOWN}(?:[ ]?\([A-Z]{{2}}\))?)?",
        any_of(
            "via |viale|v.le|piazza|p.zza|p.za|p.le|corso|c.so|largo|vicolo|strada|contrada|lungo"
            "|borgo|rotonda|incroc|canale|stretto|salita|traversa|loc|frazione|fraz|calle|fondam"
            "|campo"
        ),
    ),
    _street_rule(
        "street_fr",
        rf"(?<![A-Za-z0-9.,])[0-9]{{1,4}}(?:[ ]?(?:bis|ter|quater"
        rf"|[A-D](?![A-Za-z])))?,?[ ](?i:{_FR})[ ](?:(?i:de|du|des|la|le|les|l['’]|d['’]|au|aux|en|et|sur"
        rf"|saint|sainte|st|ste)[ -]?){{0,3}}(?:[{_UP}0-9]{_WORD}"
        rf"|[a-zà-ÿ][\wÀ-ÿ'’-]{{2,20}})(?:[ -](?:(?:de|du|des|la|le|les"
        rf"|et)[ ])?[{_UP}][\wÀ-ÿ'’-]{{0,24}}){{0,4}}(?:{_CODE_TOWN}|{_TOWN_CODE})?(?:[ ](?:CEDEX"
        rf"|Cedex)(?:[ ][0-9]{{1,2}})?)?",
        any_of(
            "rue|*r. |avenue|av|boulevard|bd|blvd|place|pl.|chemin|che|impasse|imp.|allée|allee"
            "|allées|quai|cours|route|rte|square|faubourg|passage|villa|cité|résid|resid|lotiss"
            "|sentier|esplan|promen|rond-point|montée|montee|traverse|voie|ruelle|hameau"
        ),
    ),
    _street_rule(
        "street_de",
        rf"{_LEFT}(?:[{_UP}][a-zß-ÿ.]{{1,25}}[ -]){{0,3}}(?:[{_UP}][a-zß-ÿ-]{{0,25}}(?:{_DE_SURE})"
        rf"|[SsGgWwAaPp](?:traße|trasse|tr\.|asse|eg|llee|latz)"
        rf"|[{_UP}][a-zß-ÿ-]{{1,25}}(?:{_DE_ELSE})(?=[ ][0-9]{{1,4}}[a-zA-Z]?{_CODE_TOWN}))[ ]{_HOUSE}(?:"
        rf"{_CODE_TOWN}|{_TOWN_CODE})?",
        any_of(
            "*straße|*strasse|*str.|*str |*weg |*platz |*allee |*gasse |*ring |*damm |*ufer "
            "|*chaussee|*straat|*laan |*plein |*gracht|*dijk |*singel|*gatan |*vägen |*vagen |*veien "
            "|*vegen |*vej |*katu |*kuja |*steeg |*kade |*dreef |*hof |*tal |*berg |*feld |*markt "
            "|*steg |*stieg |*steig |*pfad |*graben |*wall |*park |*siedlung |*garten |*höhe |*gade "
            "|*gata |*plads |*brücke |*winkel |*heide |*wiese |*kamp |*bach |*grund "
        ),
    ),
    _street_rule(
        "street_lower_de",
        rf"{_LEFT}[a-zäöüß-]{{2,25}}(?:straße|strasse|straat|gasse"
        rf"|allee)[ ][0-9]{{1,4}}[ ]?[a-z]?(?![A-Za-z0-9])(?:,?[ ][0-9]{{4,5}}[ ][A-Za-zÄÖÜäöüß]+)?",
        ("*straße", "*strasse", "*straat", "*gasse", "*allee"),
        0.6,
    ),
    _street_rule(
        "street_pl",
        rf"{_LEFT}(?i:ul|al|os|pl)\.[ ](?:[\w.-]{{1,24}}[ ]){{1,"
        rf"4}}[0-9]{{1,4}}[A-Za-z]?(?:[/ ]{{1,3}}m?\.?[ ]?[0-9]{{1,4}})?(?:,?[ ]"
        rf"|\n)?(?:[0-9]{{2}}-[0-9]{{3}}[ ]{_TOWN})?",
        ("ul.", "al.", "os.", "pl."),
        0.7,
    ),
    _street_rule(
        "street_code_town",
        rf"{_LEFT}[{_UP}][\wÀ-ÿ'’.-]{{1,24}}(?:[ ][\wÀ-ÿ'’.-]{{1"
        rf",24}}){{0,4}}[ ]{_HOUSE}(?:,[ ]|[ ]?\n)(?:(?:D|A"
        rf"|CH|F|E|I|NL|B|L|DK|S)-)?(?:[0-9]{{5}}|[0-9]{{4}}(?: ?[A-Z]{{2}})?"
        rf"|[0-9]{{3}} [0-9]{{2}}|[0-9]{{2}}-[0-9]{{3}})[ ]{_TOWN}",
        (",", "*\n"),
        0.6,
    ),
    _street_rule(
        "street_tr",
        rf"{_LEFT}(?:[{_UP}İŞĞ][\wÀ-ÿıİşŞğĞ.]{{1,24}}[ ]){{1,3}}(?:Mah(?:allesi|\.)?|Cad(?:desi"
        rf"|de|\.)?|Sok(?:ak|ağı|\.)?|Bulvarı|Blv\.)(?:[ ,]{{1,3"
        rf"}}[\wÀ-ÿıİşŞğĞ.:/]{{1,24}}){{0,8}}?[ ]?(?i:no)[ :.]{{1,2}}[0-9]{{1,4}}(?:/[0-9]{{1,4}})?",
        any_of("mah|mah.|mahall|cad|cad.|cadde|sok|sokak|bulvar|blv"),
        0.7,
    ),
)
