# SPDX-License-Identifier: MIT
"""
Addresses as people write them: other correct spellings, and slips of every kind.

Knows nothing of the matcher and imports nothing of the package: what it does to an address is
what typists do, not what the matcher can undo.
"""

import random
from collections.abc import Callable, Iterable

Address = tuple[str, str, str, str]
"""Street, house number, postcode, city; the last two may be empty."""

_KEYBOARD = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
_PLAIN = {"ä": "a", "ö": "o", "ü": "u", "ß": "s", "Ä": "A", "Ö": "O", "Ü": "U"}
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}


def respell(address: Address, chance: random.Random) -> Address:
    """Return the address in another spelling that is as correct: nothing of it is wrong."""
    street, number, postcode, city = address
    change = chance.choice(
        (_abbreviate, _write_out, _in_two_letters, str.upper, str.lower, _split_words, _keep)
    )
    number = chance.choice((number, number.upper(), _space_letter(number), f" {number} "))
    postcode = postcode if chance.random() < 0.6 else ""
    city = chance.choice((city, city, f"{city} ", ""))
    return change(street), number, postcode, city


def misspell(address: Address, chance: random.Random) -> tuple[Address, str]:
    """Return the address with a fault, in a fifth of all cases with two, and the faults' names."""
    names = list(_FAULTS)
    first = chance.choices(names, weights=[_FAULTS[name][1] for name in names])[0]
    faults = [first]
    if chance.random() < 0.2:
        faults.append(chance.choice([name for name in names if name != first]))
    for name in faults:
        address = _FAULTS[name][0](address, chance)
    if chance.random() < 0.3:
        address = (_abbreviate(address[0]), *address[1:])
    return address, "+".join(sorted(faults))


def spoil(addresses: Iterable[Address], *, seed: int) -> list[tuple[Address, str]]:
    """
    Return every address misspelt, with the names of its faults.

    What comes out is never another of these addresses: that would be no slip that anybody
    could see.
    """
    chance = random.Random(seed)  # noqa: S311 - the same slips in every run
    given = list(addresses)
    known = {_identify(address) for address in given}
    spoilt = []
    for address in given:
        written, faults = misspell(address, chance)
        while _identify(written) in known and _identify(written) != _identify(address):
            written, faults = misspell(address, chance)
        spoilt.append((written, faults))
    return spoilt


def rewrite(addresses: Iterable[Address], *, seed: int) -> list[Address]:
    """Return every address in another correct spelling."""
    chance = random.Random(seed)  # noqa: S311 - the same slips in every run
    return [respell(address, chance) for address in addresses]


def _identify(address: Address) -> tuple[str, str]:
    return _write_out(address[0]).lower(), address[1].strip().lower()


def _abbreviate(street: str) -> str:
    for long, short in (("straße", "str."), ("Straße", "Str."), ("platz", "pl."), ("Platz", "Pl.")):
        if street.endswith(long):
            return street.removesuffix(long) + short
    return street


def _write_out(street: str) -> str:
    for short, long in (("str.", "straße"), ("Str.", "Straße")):
        if street.endswith(short):
            return street.removesuffix(short) + long
    return street


def _in_two_letters(street: str) -> str:
    return "".join(_TWO_LETTERS.get(letter, letter) for letter in street)


def _split_words(street: str) -> str:
    return street.replace("-", " ")


def _keep(street: str) -> str:
    return street


def _space_letter(number: str) -> str:
    digits = number.rstrip("abcdefghijklmnopqrstuvwxyz")
    return f"{digits} {number[len(digits) :]}".strip()


def _slip(address: Address, chance: random.Random) -> Address:
    """Hit one letter of the name wrong: left out, doubled, swapped, or the key beside it."""
    street = address[0]
    places = [at for at, letter in enumerate(street) if letter.isalpha()]
    at = chance.choice(places)
    letter = street[at]
    changed = {
        "out": street[:at] + street[at + 1 :],
        "doubled": street[:at] + letter + street[at:],
        "swapped": street[:at] + street[at + 1 : at + 2] + letter + street[at + 2 :],
        "beside": street[:at] + _hit_beside(letter, chance) + street[at + 1 :],
    }
    return changed[chance.choice(sorted(changed))], *address[1:]


def _hit_beside(letter: str, chance: random.Random) -> str:
    for row in _KEYBOARD:
        at = row.find(letter.lower())
        if at >= 0:
            beside = chance.choice([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)])
            return beside.upper() if letter.isupper() else beside
    return "e"


def _lose_umlauts(address: Address, chance: random.Random) -> Address:
    plain = "".join(_PLAIN.get(letter, letter) for letter in address[0])
    return (plain, *address[1:]) if plain != address[0] else _slip(address, chance)


def _wrong_postcode(address: Address, chance: random.Random) -> Address:
    street, number, _, city = address
    return street, number, f"{chance.randrange(10_000, 99_999)}", city


def _add_letter(address: Address, chance: random.Random) -> Address:
    street, number, postcode, city = address
    return street, f"{number.rstrip('abcdefghijklmnopqrstuvwxyz')}{chance.choice('bcdexz')}", postcode, city


def _write_range(address: Address, chance: random.Random) -> Address:
    street, number, postcode, city = address
    if not number.isdigit():
        return _slip(address, chance)
    low = int(number)
    high = low + chance.choice((2, 4))
    return street, f"{low}{chance.choice(('-', ' - ', '–', '/'))}{high}", postcode, city


_FAULTS: dict[str, tuple[Callable[[Address, random.Random], Address], float]] = {
    "slip": (_slip, 0.5),
    "umlauts": (_lose_umlauts, 0.15),
    "postcode": (_wrong_postcode, 0.15),
    "letter": (_add_letter, 0.1),
    "range": (_write_range, 0.1),
}
