# SPDX-License-Identifier: MIT
"""What must not leave the house: phones, mail addresses and names of private persons."""

import re
from collections.abc import Mapping

_PRIVATE_KEYS = re.compile(
    r"""(^|[:_ -])(contact|kontakt|phone|telefon|telephone|tel|fax|mobile?|mobil(telefon|nummer)?|handy
        |e-?mail|mail|ansprechpartner(in)?|ansprechperson|ansprechpersonen|leitung|leiter(in)?|inhaber(in)?|owner|proprietor
        |vorname|nachname|vorsitz(ende[rn]?)?|verantwortlich(e|er)?|person|user|uid|changeset|author|whatsapp|telegram|signal
        |facebook|instagram|twitter|iban)($|[:_ -])|^(p_email|ptl_anschl)$""",
    re.IGNORECASE | re.VERBOSE,
)
_EDITOR_KEYS = re.compile(
    r"^(note|fixme|created_by|source|survey|attribution|todo|comment)($|:)", re.IGNORECASE
)
_CODE_KEYS = re.compile(
    r"(^|[:_])(ref|id|nr|code|wikidata|gnd|isil)($|[:_])|schluessel|schlüssel|^(de|addr):", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?<![\d.,])(?:\+\s?\d{2}|00\d{2}|\(?0\d{2,5}\)?)[\s/().-]{0,3}\d(?:[\s/().-]{0,2}\d){4,12}(?![\d.,])"
)
_REMOVED = "[entfernt]"
_PERSON_WORDS = range(2, 5)
_BODY = re.compile(
    r"""\b(e\.?\s?v\.?|g?gmbh|ag|kg|ohg|gbr|eg|ug|se|mbh|inc|ltd|stiftung|verein|verband|stadt|gemeinde|kreis|land|bund
        |amt|awo|drk|caritas\w*|diakoni\w*|caritasverband|kirche|pfarrei|bistum|erzbistum|orden|universität|hochschule
        |genossenschaft|gesellschaft|gruppe|group|holding|betriebe|werk|werke|bank|sparkasse|zentrum|haus|hotel|kette
        |company|co|kgaa|international|deutschland|lebenshilfe|johanniter|malteser|paritätisch\w*
        |vhs|sankt|st\.|ev\.|evangelisch\w*|kath\.|katholisch\w*|jüdisch\w*|islamisch\w*|kgv|ditib|studierendenwerk)\b
        |verein|verband|kreis\b|kirchlich|gemeinde|stiftung|gesellschaft|genossenschaft|kirche|werk\b""",
    re.IGNORECASE | re.VERBOSE,
)


def redact_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """
    Return raw tags or columns without contacts, persons and editors' remarks.

    Keys that hold a phone, a mail address, a person or a remark between editors are
    left out; mail addresses and phone numbers inside other texts are replaced by
    "[entfernt]". Keys come back in alphabetical order.
    """
    kept: dict[str, object] = {}
    for key in sorted(fields):
        if _PRIVATE_KEYS.search(key) or _EDITOR_KEYS.search(key):
            continue
        value = fields[key]
        is_prose = isinstance(value, str) and not _CODE_KEYS.search(key)
        kept[key] = redact_text(str(value)) if is_prose else value
    return kept


def redact_text(text: str) -> str:
    """Return a text with mail addresses and phone numbers replaced by "[entfernt]"."""
    if "@" in text:
        text = _MAIL.sub(_REMOVED, text)
    return _PHONE.sub(_REMOVED, text) if any(char.isdigit() for char in text) else text


def is_body(operator: str) -> bool:
    """
    Tell whether an operator's name is that of a body and not of a person.

    A known word or legal form makes it a body, and so do a brand of one word, a figure,
    and more than four words. Two to four plain words may be a person and are not
    published (DOMAIN 5.5).
    """
    words = operator.split()
    is_like_person = len(words) in _PERSON_WORDS and not any(char.isdigit() for char in operator)
    return bool(_BODY.search(operator)) or not is_like_person
