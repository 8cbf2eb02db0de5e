# SPDX-License-Identifier: MIT
"""Who hands the pages out, where to turn to, and what of it the profile does not name yet."""

import re

from markupsafe import Markup, escape

from begegnung_geo.profile import Publisher
from begegnung_geo.render.text import Words, clean_text

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LINKS = {"imprint_url": "imprint", "privacy_url": "privacy", "accessibility_url": "accessibility"}


def list_missing(publisher: Publisher) -> list[str]:
    """Return the keys of the profile's section `publisher` that hold nothing, in its order."""
    return [key for key, value in publisher.model_dump().items() if not clean_text(value)]


def build_publisher(publisher: Publisher, *, words: Words) -> dict[str, object]:
    """
    Return what the foot of a page says of who hands it out.

    Returns
    -------
    parts
        `name`; `contact` (a sentence as HTML, the address as a link where it is one);
        `links` (`url`, `name`); `missing`: a sentence that names what is not entered, as
        nobody but the publisher can know it. Empty where there is nothing to say.
    """
    given = {key: clean_text(value, limit=300) for key, value in publisher.model_dump().items()}
    links = [
        {"url": given[key], "name": words.say(f"publisher.{name}")}
        for key, name in _LINKS.items()
        if given[key]
    ]
    missing = [words.say(f"publisher.{_LINKS.get(key, key)}_entry") for key in list_missing(publisher)]
    contact = mark_contact(given["contact"])
    return {
        "name": given["name"],
        "contact": words.markup_say("publisher.contact", contact=contact) if contact else "",
        "links": links,
        "missing": words.say("publisher.missing", parts=", ".join(missing)) if missing else "",
    }


def say_contact(publisher: Publisher, *, words: Words) -> Markup:
    """Return who publishes and where to ask, as HTML for a fact sheet; empty where neither is known."""
    name, contact = clean_text(publisher.name), mark_contact(clean_text(publisher.contact, limit=300))
    if name and contact:
        return words.markup_say("sheet.contact", name=name, contact=contact)
    if contact:
        return words.markup_say("sheet.contact_only", contact=contact)
    return words.markup_say("sheet.contact_none", name=name) if name else Markup()


def mark_contact(contact: str) -> Markup:
    """Return a mail address or a page as a link, anything else as text."""
    if _MAIL.fullmatch(contact):
        return Markup('<a href="mailto:{0}">{0}</a>').format(contact)
    if contact.startswith("https://") and " " not in contact:
        return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(contact)
    return escape(contact)
