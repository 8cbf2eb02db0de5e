# SPDX-License-Identifier: MIT
"""
What must not leave the house: phones, mail addresses and names of private persons.

The readers call this before anything is kept, so no table holds a contact. What remains
of one is a key of twelve bits to compare places by (decision 0016): about 150 telephone
lines of a large city, and any number of mail addresses, share each key.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

REMOVED = "[entfernt]"
WITHHELD_KEY = "withheld"
"""Field that keeps the word by which a removed contact betrays a shelter, and nothing else of it."""

_PRIVATE_KEYS = re.compile(
    r"""(^|[:_ -])(contact|kontakt|phone|telefon|telephone|tel|fax|mobile?|mobil(telefon|nummer)?|handy
        |e-?mail|mail|ansprechpartner(in)?|ansprechperson|ansprechpersonen|leitung|leiter(in)?|inhaber(in)?|owner|proprietor
        |vorname|nachname|vorsitz(ende[rn]?)?|verantwortlich(e|er)?|person|user|uid|changeset|author|whatsapp|telegram|signal
        |facebook|instagram|twitter|iban)($|[:_ -])|^(p_email|ptl_anschl)$""",
    re.IGNORECASE | re.VERBOSE,
)
_PHONE_KEYS = re.compile(
    r"(^|[:_ -])(phone|telefon|telephone|tel|mobile?|mobil(telefon|nummer)?|handy)($|[:_ -])|^ptl_anschl$",
    re.IGNORECASE,
)
_MAIL_KEYS = re.compile(r"(^|[:_ -])(e-?mail|mail)($|[:_ -])|^p_email$", re.IGNORECASE)
_EDITOR_KEYS = re.compile(
    r"^(note|fixme|created_by|source|survey|attribution|todo|comment)($|:)", re.IGNORECASE
)
_CODE_KEYS = re.compile(
    r"(^|[:_])(ref|id|nr|code|wikidata|gnd|isil)($|[:_])|schluessel|schlüssel|^(de|addr):", re.IGNORECASE
)
_NAME_KEYS = re.compile(
    r"(^|[:_ -])\w*name($|[:_ -])|^(brand|bezeichnung|titel|title|objektname)$", re.IGNORECASE
)
_OPERATOR_KEYS = re.compile(
    r"^(operator(:name)?|tr(ae|ä|a)ger|betreiber|organisation|finanziert_von|bespielt_von)$", re.IGNORECASE
)
_MAIL = re.compile(
    r"[^\s@<>()\[\],;:\"']{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE
)
_MAIL_SIGNS = ("@", "(at)", "[at]")
_PHONE = re.compile(
    r"(?<!\w)(?<!\d[.,:-])(?:\+\s?\d|00\d|\(?0\d{2,5}\)?)(?:[\s/().–-]{0,3}\d){4,14}(?![\w:]|[.,]\d)"
)
_TIMES = re.compile(r"\d{4}\s?[–-]\s?\d{4}")
_PHONE_DIGITS_MIN = 8
_BARE_DIGITS_MIN = 9  # fewer without any sign between them are a code: 05913000
_KEY_DIGITS_MIN = 6
_PERSON = re.compile(
    r"(?<![Ll]iebe )(?<![Ll]ieben )(?<![Ll]ieber )\b(?:Frau|Herrn?)\s+(?:(?:Dr|Prof)\.\s*)*[A-ZÄÖÜ][\w'’.-]*"
    r"(?:[ -](?:von |van |de |el )?[A-ZÄÖÜ](?:[\w'’-]+|\.))?"
)
# First names usual in Germany, without those that are also words or places (Horst, Marten, Hagen, August).
_FIRST_NAMES = (
    "Achim Adam Adrian Agnes Ahmed Ahmet Albert Aleksandra Alexander Alexandra Alfred Ali Alice Alina "
    "Amelie Amir Amira Andrea Andreas Andrzej Angela Angelika Anita Anja Anke Ann Anna Anne Anneliese "
    "Annemarie Annette Annika Antje Anton Antonia Arno Arthur Astrid Axel Ayse Ayşe Barbara Bastian "
    "Beate Ben Benedikt Benjamin Bernd Bernhard Berthold Bettina Birgit Björn Brigitte Britta Bruno "
    "Burkhard Carina Carla Carmen Carola Carolin Caroline Carsten Cem Charlotte Christa Christel "
    "Christian Christiane Christina Christine Christof Christoph Christopher Clara Claudia Claus Conny "
    "Cornelia Dagmar Daniel Daniela David Deniz Dennis Detlef Diana Dieter Dietmar Dietrich Dirk Doris "
    "Dorothea Dorothee Eberhard Eckhard Edeltraud Edgar Egon Elena Eleonore Elfriede Elif Elisabeth Elke "
    "Ella Ellen Elsbeth Emil Emilia Emine Emma Emre Erich Erik Erika Erna Esra Esther Eugen Eva Evelyn "
    "Fabian Fatih Fatima Fatma Felix Ferdinand Finn Florian Frank Franz Franziska Frauke Frederik Frieda "
    "Friedrich Fritz Gabi Gabriele Georg Gerald Gerd Gerda Gerhard Gerlinde Gert Gertrud Gisela Gregor "
    "Gudrun Guido Gustav Günter Günther Hanna Hannah Hannelore Hannes Hans Harald Harry Hartmut Hasan "
    "Hatice Hedwig Heike Heiko Heinrich Heinz Helena Helene Helga Hella Helmut Helmuth Henning Henrik "
    "Herbert Hermann Hilde Hildegard Holger Hubert Hüseyin Ibrahim Ida Ilona Ilse Ina Ines Inga Inge "
    "Ingeborg Ingo Ingrid Irene Irina Irmgard Isabel Isabell Isabella Ivonne Jakob Jan Jana Janina "
    "Jannik Jennifer Jens Jessica Joachim Jochen Johann Johanna Johannes Jonas Jonathan Josef Joseph "
    "Julia Julian Juliane Julius Justin Jutta Jörg Jürgen Karin Karina Karl Karla Karsten Katarina "
    "Katarzyna Katharina Kathrin Katja Katrin Kemal Kerstin Kevin Kirsten Klara Klaus Knut Konrad "
    "Konstantin Kristin Kristina Kurt Lara Larissa Lars Laura Lea Lena Leon Leonie Leyla Lieselotte Lina "
    "Linda Linus Lisa Lorenz Lothar Louis Louisa Luca Ludwig Luis Luisa Luise Lukas Lutz Lydia Magdalena "
    "Maik Maike Malte Mandy Manfred Manuel Manuela Marcel Marco Marcus Margarete Margarethe Margit "
    "Margot Margret Maria Marianne Marie Marina Mario Marion Markus Marlene Marlies Martha Martin "
    "Martina Marvin Mathias Mathilde Matthias Max Maximilian Mehmet Meike Melanie Melina Meral Merle Mia "
    "Michael Michaela Michel Mike Mila Miriam Mirko Mohamed Mohammad Mohammed Monika Moritz Muhammad "
    "Murat Mustafa Nadine Nadja Natalia Natalie Natascha Nele Nicola Nicole Niklas Nils Nina Nora "
    "Norbert Nuray Olaf Ole Olga Oliver Oskar Pascal Patricia Patrick Paul Paula Pauline Peter Petra "
    "Philipp Pia Rainer Ralf Ralph Ramona Raphael Rebecca Regina Reiner Reinhard Reinhold Renate René "
    "Ricarda Richard Rita Robert Roland Rolf Ronald Rosemarie Roswitha Rudi Rudolf Ruth Rüdiger "
    "Sabine Sabrina Sadik Salih Samira Samuel Sandra Sara Sarah Sascha Sebastian Selin Selma Sevim "
    "Siegfried Sigrid Silke Silvia Simon Simone Sina Sonja Sophia Sophie Stefan Stefanie Steffen Stephan "
    "Stephanie Susanne Suse Sven Svenja Sylvia Tamara Tanja Tatjana Thea Theo Theodor Theresa Therese "
    "Thomas Thorsten Tim Timo Tina Tobias Tom Torben Torsten Udo Ulf Uli Ulla Ulrich Ulrike Ursel Ursula "
    "Uschi Ute Uwe Valentin Valentina Vanessa Vera Verena Veronika Viktor Volker Walter Walther "
    "Waltraud Werner Wiebke Wilfried Wilhelm Willi Willy Wolfgang Yasemin Yasmin Yusuf Yvonne Zeynep "
    "Özlem"
)
_FIRST = rf"(?:{'|'.join(_FIRST_NAMES.split())})"
_NO_SURNAME = r"(?!\w*(?i:büro|amt|haus|dienst|stelle|team|leitung))"
_SURNAME = rf"(?:[ ](?:von |van |de |el )?{_NO_SURNAME}[A-ZÄÖÜ](?:[\w'’-]+|\.))?"
_FIRST_NAME = rf"(?<![\w-]){_FIRST}(?:[- ]{_FIRST})?(?![\w-]){_SURNAME}"
_NAMED_PERSON = re.compile(_FIRST_NAME)
_ASKED = re.compile(  # after these words a first name is a person, whatever stands before
    r"(?P<lead>\b(?i:kontakt|leitung|leiter(?:in)?|vorsitz(?:ende[rn]?)?|inhaber(?:in)?|hausmeister(?:in)?|schlüssel"
    r"|fragt?|fragen|bei|verantwortlich)(?:\s+(?:ist|sind|hat|haben|die|der|unsere?|Sie|an))*\s*[:–-]?\s*)"
    rf"(?P<name>{_FIRST_NAME})"
)
_NAMED = re.compile(  # after these words only a person or a body can follow
    r"(?P<lead>(?<!\w)(?i:ansprech(?:partner(?:in(?:nen)?)?|person(?:en)?)|kontaktperson(?:en)?|c/o|z\.\s?hd\.)"
    r"(?:\s+(?:ist|sind|die|der|unsere?|für|von))*\s*[:–-]?\s*)"
    r"(?P<name>[A-ZÄÖÜ][\w'’-]*\.?(?:[ ][A-ZÄÖÜ](?:[\w'’-]+|\.)){0,2})"
)
_LEAD_HINTS = (
    "ansprech", "kontakt", "c/o", "hd.", "leit", "vorsitz", "inhaber", "hausmeister", "schlüssel", "frag",
    "bei", "verantwortlich",
)  # fmt: skip
"""One of these is in every text with a lead: most texts need no closer look."""
_MORE_NAMES = re.compile(rf"(?P<lead>\[entfernt\](?:,| und| &|/)\s*)(?P<name>{_FIRST_NAME})")
_HOUSE = re.compile(
    r"""(?:haus|heim|häuschen|caf[eé]|bistro|gast(?:stätte|hof)|restaurant|treff(?:punkt)?|kita|kindergarten|schule|club|klub|stube
        |laden|saal|villa|kapelle|kloster|stift|hof|st\.|sankt|heilig\w*|hotel|zentrum|kirche|gemeinde|stiftung|verein)$""",
    re.IGNORECASE | re.VERBOSE,
)
_KEY_HEX = 3  # twelve bits
_PERSON_WORDS = range(2, 5)
_BODY = re.compile(
    r"""\b(e\.?\s?v\.?|g?gmbh|ag|kg|ohg|gbr|eg|ug|se|mbh|inc|ltd|stiftung|verein|verband|stadt|gemeinde|kreis|land|bund
        |amt|awo|drk|caritas\w*|diakoni\w*|caritasverband|kirche|pfarrei|bistum|erzbistum|orden|universität|hochschule
        |genossenschaft|gesellschaft|gruppe|group|holding|betriebe|werk|werke|bank|sparkasse|zentrum|haus|hotel|kette
        |company|co|kgaa|international|deutschland|lebenshilfe|johanniter|malteser|paritätisch\w*
        |vhs|sankt|evangelisch\w*|katholisch\w*|jüdisch\w*|islamisch\w*|kgv|ditib|studierendenwerk
        |caf[eé]|bistro|restaurant|gaststätte|gasthof|kita|kindergarten|treff|treffpunkt)\b
        |\b(st|ev|kath)\.|(bürger|jugend|senioren|familien|vereins|kultur|begegnungs|nachbarschafts)(haus|heim|treff|zentrum|stätte|büro)
        |verein|verband|kreis\b|kirchlich|gemeinde|stiftung|gesellschaft|genossenschaft|kirche|werk\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ROLE = re.compile(
    r"""koordinat|büro|\bamt\b|\w+amt\b|leitung|planung|verwalt|mitarbeit|träger|betreib|ehrenamt|redaktion|stelle\b
        |dienst|referat|fachbereich|abteilung|\bteam|pflege|manage|hausmeister|beauftrag|agentur|arbeit|nachbar|besuch
        |vorstand|sitzung|bezirk|\brat\b|quartier|begehung|anwohn|nutze|gruppe|helfer|berat|seelsorg|pfarr|archiv
        |statistik|geodaten|kataster|test|projekt|schule|ansprech|kontakt""",
    re.IGNORECASE | re.VERBOSE,
)


def redact_fields(
    fields: Mapping[str, object], *, withhold_words: Sequence[re.Pattern[str]] = ()
) -> dict[str, object]:
    """
    Return raw tags or columns without contacts, persons and editors' remarks.

    Keys that hold a phone, a mail address, a person or a remark between editors are
    left out, and so is an operator that may be a person; mail addresses, phone numbers
    and persons by name ("Frau Muster") inside other texts are replaced by "[entfernt]".
    Keys come back in alphabetical order.

    Parameters
    ----------
    withhold_words
        Words that mark a shelter. Where a removed value holds one, the word itself stays
        in the field `withheld`: without it the shelter would no longer be recognised.
    """
    kept: dict[str, object] = {}
    for key in sorted(fields):
        value = fields[key]
        shown = _redact_value(key, value)
        if shown is not None:
            kept[key] = shown
        if shown != value and (word := _find_word(str(value), withhold_words)):
            kept[WITHHELD_KEY] = word
    return dict(sorted(kept.items()))


def list_contact_keys(fields: Mapping[str, object]) -> list[str]:
    """
    Return short keys of the phones and mail addresses in raw tags or columns, to compare places by.

    The same number gives the same key however it is written (+49 231 50-1, 0231/501). A key has
    12 bits, so nobody can tell from it which number it was: see decision 0016.
    """
    keys: set[str] = set()
    for name in fields:
        kind = _kind_of_contact(name)
        if not kind or fields[name] is None:
            continue
        for part in re.split(r"[;,|\n]", str(fields[name])):
            plain = _normalise_phone(part) if kind == "p" else _normalise_mail(part)
            if plain:
                keys.add(kind + hashlib.sha256(f"{kind}{plain}".encode()).hexdigest()[:_KEY_HEX])
    return sorted(keys)


def redact_text(text: str) -> str:
    """Return a text with mail addresses and phone numbers replaced by "[entfernt]"."""
    if any(sign in text for sign in _MAIL_SIGNS):
        text = _MAIL.sub(REMOVED, text)
    return _PHONE.sub(_hide_phone, text) if any(char.isdigit() for char in text) else text


def redact_remark(text: str) -> str:
    """
    Return a remark as `redact_text` does, persons taken out, too.

    A person is who has Frau or Herr before the name; who stands after Ansprechpartner or
    c/o and is neither body nor role; and whose usual first name stands after Kontakt,
    Leitung, bei, fragt and the like. "Haus Maria" and "Café Sabine" stay.
    """
    text = _PERSON.sub(REMOVED, redact_text(text))
    folded = text.casefold()
    if not any(hint in folded for hint in _LEAD_HINTS):
        return text
    text = _NAMED.sub(_hide_unless_body, text)
    text = _ASKED.sub(rf"\g<lead>{REMOVED}", text)
    while (more := _MORE_NAMES.sub(rf"\g<lead>{REMOVED}", text)) != text:
        text = more
    return text


def redact_role(text: str) -> str:
    """
    Return what of a text says in which role somebody speaks, without the person.

    Of "Erika Muster, Quartiersbüro" and "Quartiersbüro Erika" the part "Quartiersbüro" stays,
    "Haus Maria" is a house; empty where nothing is a role.
    """
    plain = _NAMED_PERSON.sub(_hide_unless_house, redact_remark(text))
    parts = [_drop_names(part.strip()) for part in re.split(r"[,;/|()]", plain) if part.strip()]
    if len(parts) == 1:
        return parts[0] if parts[0] and is_role(parts[0]) else ""
    return ", ".join(part for part in parts if _ROLE.search(part) or _BODY.search(part))


def is_body(operator: str) -> bool:
    """
    Tell whether an operator's name is that of a body and not of a person.

    A known word or legal form makes it a body, and so do a brand of one word, a figure,
    and more than four words. Two to four plain words and a lone first name may be a person
    and are not published (DOMAIN 5.5).
    """
    words = operator.split()
    is_like_person = len(words) in _PERSON_WORDS and not any(char.isdigit() for char in operator)
    is_like_person |= len(words) == 1 and _NAMED_PERSON.fullmatch(operator.strip()) is not None
    return bool(_BODY.search(operator)) or not is_like_person


def is_role(text: str) -> bool:
    """Tell whether a text says in which role somebody speaks, and does not name that person."""
    is_titled = _PERSON.search(text) is not None
    return not is_titled and (is_body(text) or bool(_ROLE.search(text)))


def _hide_unless_body(match: re.Match[str]) -> str:
    name = match["name"]
    return match[0] if _BODY.search(name) or _ROLE.search(name) else match["lead"] + REMOVED


def _hide_unless_house(match: re.Match[str]) -> str:
    before = match.string[: match.start()].split()
    return match[0] if before and _HOUSE.search(before[-1].strip("„“\"'")) else f" {REMOVED} "


def _drop_names(part: str) -> str:
    """Return a part of a signature, without anything but roles and bodies where a person stood in it."""
    if REMOVED not in part:
        return part
    words = part.replace(REMOVED, " ").split()
    return " ".join(word.strip(":–-") for word in words if _ROLE.search(word) or _BODY.search(word))


def _redact_value(key: str, value: object) -> object:
    kind = _kind_of_key(key)
    if kind == "private" or not isinstance(value, str):
        return None if kind == "private" else value
    if kind == "operator" and not is_body(value):
        return None
    if kind == "code":
        return value
    return redact_text(value) if kind in ("name", "operator") else redact_remark(value)


@lru_cache(maxsize=4096)
def _kind_of_key(key: str) -> str:
    if _PRIVATE_KEYS.search(key) or _EDITOR_KEYS.search(key):
        return "private"
    if _OPERATOR_KEYS.search(key):
        return "operator"
    if _CODE_KEYS.search(key):
        return "code"
    return "name" if _NAME_KEYS.search(key) else "text"


@lru_cache(maxsize=4096)
def _kind_of_contact(key: str) -> str:
    if _PHONE_KEYS.search(key):
        return "p"
    return "m" if _MAIL_KEYS.search(key) else ""


def _find_word(text: str, words: Sequence[re.Pattern[str]]) -> str:
    folded = text.casefold()
    return next((found[0] for pattern in words if (found := pattern.search(folded))), "")


def _normalise_phone(text: str) -> str:
    plain = re.sub(r"\(0\)", "", text.strip())
    digits = re.sub(r"\D", "", plain)
    if plain.startswith("+49") or digits.startswith("0049"):
        digits = "0" + digits.removeprefix("00").removeprefix("49")
    is_whole = digits.startswith("0") or plain.startswith("+")
    return digits if is_whole and len(digits) >= _KEY_DIGITS_MIN else ""


def _normalise_mail(text: str) -> str:
    plain = re.sub(r"\s*[(\[]at[)\]]\s*", "@", text.strip().casefold()).removeprefix("mailto:")
    return plain if "@" in plain else ""


def _hide_phone(match: re.Match[str]) -> str:
    text = match[0]
    digits = sum(char.isdigit() for char in text)
    least = _BARE_DIGITS_MIN if text.isdigit() else _PHONE_DIGITS_MIN
    return text if digits < least or _TIMES.fullmatch(text) else REMOVED
