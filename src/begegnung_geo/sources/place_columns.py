# SPDX-License-Identifier: MIT
"""What the columns of a list from people mean, and how an address in one line falls apart."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from begegnung_geo.privacy import REMOVED, redact_text

# Role -> folded headers (see `fold_header`), the preferred one first.
ROLES: Mapping[str, tuple[str, ...]] = {
    role: tuple(headers.split())
    for role, headers in {
        "id": "id sourceid placeid objectid objektid osmid gmlid globalid uuid kennung einrichtungsid "
        "schulnummer",
        "name": "name objektname bezeichnung einrichtung einrichtungsname schulbezeichnung titel title "
        "ortsname nameeinrichtung namedereinrichtung namedesortes nameobjekt nameortes namedestreffs "
        "einrichtungsbezeichnung objektbezeichnung begegnungsort begegnungsstaette treffpunkt",
        "class_hint": "klasse class objektart art artdereinrichtung einrichtungsart einrichtungstyp "
        "artdesortes artdesobjekts artderstaette typdereinrichtung objekttyp ortstyp treffart arttreff "
        "nutzungsart nutzung angebotsart artdesangebots kategorie hauptkategorie unterkategorie category typ "
        "type objektkate objektkategorie poityp poiart rubrik sparte schulform "
        "amenity",
        "lat": "breite lat latitude breitengrad geobreite geolat wgs84lat ycoord",
        "lon": "laenge lon lng long longitude laengengrad geolaenge geolon wgs84lon lange xcoord",
        "easting": "ostwert easting rechtswert utmost utmx xwert xkoordinate koordx x",
        "northing": "nordwert northing hochwert utmnord utmy ywert ykoordinate koordy y",
        "point": "geopoint2d geopoint geopunkt koordinaten geographischekoordinaten coordinates position "
        "latlon geom wkt",
        "address": "adresse address anschrift adresszeile addrfull strassehausnummer strasseundhausnummer "
        "strassehausnr strasseundhausnr strassenr strasseundnr",
        "street": "strasse street strassenname addrstreet str",
        "house_number": "hausnummer hausnr hnr housenumber addrhousenumber",
        "house_suffix": "hausnummerzusatz hausnrzusatz hausnummernzusatz adz",
        "postcode": "plz postleitzahl postcode zip addrpostcode",
        "city": "ort stadt city gemeinde wohnort addrcity",
        "postcode_city": "plzort plzundort ortplz",
        # When somebody looked, when the row was valid, when it was edited.
        "date": "geprueftam zuletztgeprueft zuletztgeprueftam letztepruefung pruefdatum bestaetigtam "
        "erhobenam erhebungsdatum erhebungstag datumdererhebung erfasstam erfassungsdatum checkdate "
        "checkedon lastchecked surveydate surveyedon stand datenstand standderdaten standvom standdatum "
        "standam stichtag asof asofdate datum date datadate aktualisiertam aktualisiert "
        "zuletztaktualisiert letzteaktualisierung aktualisierungsdatum geaendertam zuletztgeaendert "
        "letzteaenderung aenderungsdatum updated updatedat updatedon lastupdated lastupdate modified "
        "modifiedat lastmodified",
    }.items()
}
_LOCATING = (("point",), ("lat", "lon"), ("easting", "northing"), ("address",), ("street",))
_PARENTHESIS = re.compile(r"\([^()]*\)")
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]")
_POSTCODE = re.compile(r"(?:^|(?<=[\s,;]))(?:[Dd](?:[Ee])?\s?-\s?)?(\d{5})(?!\d)\s*([^,;\d]*)")
# Which floor, behind the house number.
_FLOOR = re.compile(
    r"(?P<number>\d\s?[a-z]?)\b[,;]?\s*(?:\b\d{1,2}\s*\.\s*)?"
    r"\b(?:[EOUD]G|Etage|Stock(?:werk)?|(?:Erd|Ober|Unter|Dach)geschoss)\b\.?(?:\s*(?:links|rechts|Mitte)\b)?",
    re.IGNORECASE,
)
_IN_HOUSE = re.compile(r"^im\s+(?:haus|gebäude)\s+(?=[^\W\d])", re.IGNORECASE)
_LETTER = r"(?:\s*[a-zA-Z](?![a-zA-Zäöüß]))?"
_NUMBER = rf"\d{{1,4}}{_LETTER}(?:\s*(?:[-–—/+&,;]|und|bis)\s*\d{{0,4}}{_LETTER})*"
_NUMBER_AT_END = re.compile(
    r"(?:\b(?:Haus\s*)?(?:Nr|Nummer|Hausnummer|Hausnr)[.:]?\s*|(?<=[\s.,])|(?<=[a-zß]{3}))"
    rf"(?P<number>{_NUMBER}(?:\s+1/2)?)$",
    re.IGNORECASE,
)
_LINE_MAX = 300  # longer texts are no addresses
# What people and programs write where nothing is to be said; in small letters, without blanks and dots.
_FILLERS = frozenset(
    (
        "nn", "ka", "keineangabe", "keineangaben", "unbekannt", "nichtbekannt", "unknown", "fehlt", "folgt",
        "tba", "tbd", "null", "none", "nan", "na", "nil", "n/a", "#n/a", "#nv", "#ref!", "#bezug!", "#name?",
        "#wert!", "#value!", "#div/0!", "xxx",
    )
)  # fmt: skip
_WEB_ADDRESS = re.compile(r"(?:https?:|www\.)\S*", re.IGNORECASE)


def fold_header(header: str) -> str:
    """Return a header in small ASCII letters and digits: `Länge (WGS84)` gives `laenge`."""
    text = unicodedata.normalize("NFKC", _PARENTHESIS.sub("", header)).casefold()
    text = text.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    text = unicodedata.normalize("NFKD", text)
    return _NO_LETTER_OR_DIGIT.sub("", text)


def assign_roles(columns: Sequence[str]) -> dict[str, list[str]]:
    """
    Return the columns of each role, the preferred one first; roles without column are left out.

    A column `Nr.` right after the street is the house number; anywhere else it is
    a running number, which says nothing about a place.
    """
    folded = [fold_header(column) for column in columns]
    roles: dict[str, list[str]] = {}
    for role, headers in ROLES.items():
        found = [columns[folded.index(header)] for header in headers if header in folded]
        if found:
            roles[role] = found
    if "house_number" not in roles and "street" in roles:
        after = list(columns).index(roles["street"][0]) + 1
        if after < len(folded) and folded[after] in ("nr", "no", "nummer"):
            roles["house_number"] = [columns[after]]
    return roles


def rate_header(cells: Sequence[str]) -> int:
    """Return how many columns are understood; 0 where none of them tells where a place is."""
    roles = assign_roles([cell.strip() for cell in cells])
    is_usable = any(all(role in roles for role in group) for group in _LOCATING)
    return len(roles) if is_usable else 0


def pick_first(cells: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Return a row's first filled cell of these columns, in one line; null where all are empty."""
    picked = pd.Series(None, index=cells.index, dtype="str")
    for column in columns:
        picked = picked.fillna(cells[column])
    lines = [" ".join(text.split()) if isinstance(text, str) else None for text in picked]
    return pd.Series(lines, index=cells.index, dtype="str")


def drop_fillers(texts: pd.Series) -> pd.Series:
    """
    Return texts without what stands for nothing: `-`, `?`, `k. A.`, `N.N.`, `unbekannt`, `#REF!`; null there.

    A text without any letter or digit is a filler, too.
    """
    return texts.mask(texts.isin([text for text in texts.dropna().unique() if _is_filler(text)])).astype(
        "str"
    )


def pick_names(cells: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Return the names of the rows; null also where the cell holds no letter but in a web or mail address."""
    names = drop_fillers(pick_first(cells, columns))
    told = {text: redact_text(text).replace(REMOVED, "") for text in names.dropna().unique()}
    named = [text for text, rest in told.items() if any(map(str.isalpha, _WEB_ADDRESS.sub("", rest)))]
    return names.where(names.isin(named)).astype("str")


def _is_filler(text: str) -> bool:
    if not any(map(str.isalnum, text)):
        return True
    return re.sub(r"[\s.]", "", text).casefold() in _FILLERS


def build_addresses(cells: pd.DataFrame, roles: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """
    Return street, house number, postcode and city of each row, wherever they stand.

    Own columns win over a line with the whole address. A house number inside the
    street column is split off where the house number's own column is empty.
    """

    def pick(role: str) -> pd.Series:
        return drop_fillers(pick_first(cells, roles.get(role, ())))

    street = pick("street")
    number = _mend_number(pick("house_number"), pick("house_suffix"))
    line = pick("address")
    from_street = split_addresses(street.where(number.isna()))
    from_line = split_addresses(line)
    from_city = split_addresses(pick("postcode_city"))
    has_own = street.notna()
    return pd.DataFrame(
        {
            "street": from_street["street"].fillna(street).fillna(from_line["street"]),
            "house_number": number.fillna(from_street["house_number"]).fillna(
                from_line["house_number"].where(~has_own | (from_line["street"] == street))
            ),
            "postcode": _mend_postcode(pick("postcode"))
            .fillna(from_city["postcode"])
            .fillna(from_line["postcode"])
            .fillna(from_street["postcode"]),
            "city": pick("city")
            .fillna(from_city["city"])
            .fillna(from_line["city"])
            .fillna(from_street["city"]),
        }
    ).astype("str")


def split_addresses(lines: pd.Series) -> pd.DataFrame:
    """
    Split addresses written in one line.

    Parameters
    ----------
    lines
        Such as `Märkische Str. 21, 44135 Dortmund`, `Dorfstr. Haus Nr. 5`, `44135 Dortmund,
        Am Amtshaus 12 a`, `Leopoldstr. 50-58`. Remarks in parentheses are ignored.

    Returns
    -------
    parts
        On the same index: `street`, `house_number`, `postcode`, `city`; null where
        the line does not tell. A line without any digit is a street.
    """
    unique = lines.dropna().unique()
    parts = {line: _split_address(line) for line in unique}
    nothing = (None, None, None, None)
    rows = [parts.get(line, nothing) for line in lines]
    names = ["street", "house_number", "postcode", "city"]
    return pd.DataFrame(rows, columns=names, index=lines.index).astype("str")


_Parts = tuple[str | None, str | None, str | None, str | None]


def _split_address(line: str) -> _Parts:
    text = " ".join(_FLOOR.sub(r"\g<number>", _PARENTHESIS.sub(" ", line[:_LINE_MAX])).split())
    text = _IN_HOUSE.sub("", text)
    postcode = city = None
    found = list(_POSTCODE.finditer(text))
    if found:
        last = found[-1]
        postcode, city = last.group(1), last.group(2).strip(" -") or None
        text = f"{text[: last.start()]},{text[last.end() :]}"
    pieces = [piece.strip(" ,;") for piece in re.split(r"[,;](?!\s*\d)", text)]
    pieces = [piece for piece in pieces if piece]
    for i, piece in enumerate(pieces):
        match = _NUMBER_AT_END.search(piece)
        street = piece[: match.start()].strip(" ,") if match else ""
        if match and any(char.isalpha() for char in street):
            city = city or next((other for other in pieces[i + 1 :] if not _has_digit(other)), None)
            return street, match["number"].strip(" ,;"), postcode, city
    first = pieces[0] if pieces else None
    city = city or (pieces[1] if len(pieces) > 1 and not _has_digit(pieces[1]) else None)
    return first, None, postcode, city


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _mend_number(number: pd.Series, suffix: pd.Series) -> pd.Series:
    # Excel turns the range 3-5 into a date long before anybody looks; ISO dates are no house numbers.
    plain = number.str.replace(r"(?i)^(?:haus\s*)?(?:nr|nummer)[.:]?\s*", "", regex=True)
    joined = plain.str.cat(suffix.fillna(""), sep="").str.strip()
    return joined.mask(joined.isin(["", "-", "0", "o. Nr.", "o.Nr."])).astype("str")


def _mend_postcode(postcode: pd.Series) -> pd.Series:
    # Number columns lose the leading zero of 01067 Dresden.
    digits = postcode.str.extract(r"(\d{4,5})(?!\d)", expand=False).str.zfill(5)
    return digits.astype("str")
