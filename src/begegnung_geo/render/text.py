# SPDX-License-Identifier: MIT
"""
All words of the pages, in German and English, and how numbers and dates are written.

The sentences stand in `assets/words.toml`, both languages side by side. A sentence is
a whole template with named values; nothing is glued together from pieces.
"""

import importlib.resources
import math
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from begegnung_geo.errors import ConfigError

LANGUAGES = ("de", "en")
_GROUP_SIGN = {"de": ".", "en": ","}
_DECIMAL_SIGN = {"de": ",", "en": "."}
_PERCENT = {"de": "{number}\N{NO-BREAK SPACE}%", "en": "{number}%"}
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ENGLISH = re.compile(r"\bcontributors\b")  # as OpenStreetMap wants to be named, in every language
_NAME_LIMIT = 120
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def require_language(language: str) -> None:
    """
    Make sure that there are words in a language.

    Raises
    ------
    ConfigError
        If there are none; names the languages.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            f"there are no words in {language[:20]!r}",
            where="language",
            hint=f"choose one of {', '.join(LANGUAGES)}",
        )


@cache
def read_phrases() -> dict[str, dict[str, Any]]:
    """Return all phrases by dotted key: language -> text, or -> plural form -> text."""
    source = importlib.resources.files("begegnung_geo.render") / "assets" / "words.toml"
    return dict(_flatten(tomllib.loads(source.read_text(encoding="utf-8")), prefix=""))


@dataclass(frozen=True)
class Words:
    """One language of the pages."""

    language: str

    def say(self, key: str, *, count: int | None = None, **values: str) -> str:
        """
        Return a phrase with its named values filled in.

        Parameters
        ----------
        key
            Dotted key of `words.toml`.
        count
            Chooses the plural form, and is `{count}` in the text.

        Raises
        ------
        KeyError
            If the key, a value or the plural form is missing: a fault of the program.
        """
        phrase = read_phrases()[key][self.language]
        if isinstance(phrase, dict):
            if count is None:
                raise KeyError(f"{key} needs a count")
            phrase = phrase[_choose_form(count, phrase)]
        if count is not None:
            values = {"count": self.number(count), **values}
        return str(phrase).format_map(values)

    def markup_say(self, key: str, **values: str) -> Markup:
        """Return a phrase as HTML; values that are no HTML yet are escaped."""
        return Markup(escape(read_phrases()[key][self.language])).format(**values)  # noqa: S704 - own words

    def forms(self, key: str, **values: str) -> dict[str, str]:
        """Return all plural forms of a phrase, `{count}` left for the page to fill in."""
        forms = read_phrases()[key][self.language]
        return {form: str(text).format_map({"count": "{count}", **values}) for form, text in forms.items()}

    def has(self, key: str) -> bool:
        """Return whether there is such a phrase."""
        return key in read_phrases()

    def number(self, value: float, *, decimals: int = 0) -> str:
        """Return a number as people of the language write it: 22.000 or 22,000."""
        plain = f"{value:,.{decimals}f}"
        grouped, _, fraction = plain.partition(".")
        whole = grouped.replace(",", _GROUP_SIGN[self.language])
        return f"{whole}{_DECIMAL_SIGN[self.language]}{fraction}" if fraction else whole

    def share(self, value: float) -> str:
        """Return a share (0-1) as whole percent; never 0 % or 100 % unless it is exact."""
        percent = round(value * 100)
        if percent == 0 and value > 0:
            return self.say("share.below", share=self._percent(1))
        if percent == 100 and value < 1:  # noqa: PLR2004
            return self.say("share.above", share=self._percent(99))
        return self._percent(percent)

    def share_range(self, low: float, high: float) -> str:
        """
        Return a share (0-1) that lies between two: `61 %`, or `60 bis 64 %` (widened to whole percent).

        Where one of them is NaN, that it cannot be said.
        """
        if math.isnan(low) or math.isnan(high):
            return self.say("share.no_statement")
        if round(low * 100) == round(high * 100):
            return self.share(low)
        ends = math.floor(round(low * 100, 6)), math.ceil(round(high * 100, 6))
        return self.say("share.range", low=self.number(ends[0]), high=self.share(ends[1] / 100))

    def percent(self, value: float, *, decimals: int) -> str:
        """Return a share (0-1) in percent with decimals, as it is."""
        return _PERCENT[self.language].format(number=self.number(value * 100, decimals=decimals))

    def date(self, iso: str) -> str:
        """Return an ISO date as 14.07.2026 or 14 July 2026; other text comes back cleaned."""
        found = _ISO_DATE.match(iso)
        if not found:
            return clean_text(iso)
        year, month, day = found.groups()
        return self.say("date.full", day=day, month=month, year=year)

    def _percent(self, percent: int) -> str:
        return _PERCENT[self.language].format(number=percent)


def clean_text(text: object, *, limit: int = _NAME_LIMIT) -> str:
    """
    Return text from a source fit for a page: one line, no invisible signs, not too long.

    Missing values (None, NaN) give an empty text. Signs that turn the writing direction
    are dropped, because they would reorder the words around the name. What is longer
    than `limit` ends in an ellipsis.
    """
    if text is None or text != text:  # noqa: PLR0124 - NaN is the one value unlike itself
        return ""
    one_line = " ".join(_INVISIBLE.sub(" ", str(text)).split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1].rstrip() + "…"


def mark_language(text: str, language: str) -> Markup:
    """
    Return text from a source as HTML that says in which language it is, if not in the page's.

    The sources of a German city speak German; OpenStreetMap's attribution is English. A
    screen reader would read either with the wrong sounds.
    """
    spoken = "en" if _ENGLISH.search(text) else "de"
    if not text or spoken == language:
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(spoken, text)


def fold_name(name: str) -> str:
    """Return a name as German lists sort it: capitals and accents make no difference (DIN 5007-1)."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _flatten(node: dict[str, Any], *, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    if set(node) >= set(LANGUAGES):
        return [(prefix, node)]
    return [
        leaf
        for key, child in node.items()
        for leaf in _flatten(child, prefix=f"{prefix}.{key}" if prefix else key)
    ]


def _choose_form(count: int, forms: dict[str, str]) -> str:
    if count == 0 and "zero" in forms:
        return "zero"
    return "one" if count == 1 else "other"
