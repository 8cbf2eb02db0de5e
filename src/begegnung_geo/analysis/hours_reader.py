# SPDX-License-Identifier: MIT
"""A place in the tokens of opening hours: what comes next, and taking it."""

from collections.abc import Sequence

from begegnung_geo.analysis.hours_tokens import Kind, Token, UnreadableHoursError

_YEAR_DIGITS = 4


class TokenReader:
    """Tokens and how far they have been read."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def is_done(self) -> bool:
        """Whether everything has been read."""
        return self.at >= len(self.tokens)

    def sees(self, *kinds: Kind, ahead: int = 0) -> bool:
        """Return whether the next token, or one farther ahead, is of one of some kinds."""
        at = self.at + ahead
        return at < len(self.tokens) and self.tokens[at].kind in kinds

    def sees_text(self, text: str) -> bool:
        """Return whether the next token is a certain one."""
        return not self.is_done and self.tokens[self.at].text == text

    def sees_year(self) -> bool:
        """Return whether the next token is a year: four digits before a month."""
        is_long = self.sees("number") and len(self.tokens[self.at].text) == _YEAR_DIGITS
        return is_long and self.sees("month", "easter", ahead=1)

    def sees_hour(self) -> bool:
        """Return whether a bare number is an hour, as “Uhr” follows: `10-18 Uhr`, not `Oct 10`."""
        is_span = self.sees("dash", ahead=1) and self.sees("clock", "number", ahead=2)
        return self.sees("number") and self.sees("oclock", ahead=3 if is_span else 1)

    def take(self) -> Token:
        """
        Return the next token and go on.

        Raises
        ------
        UnreadableHoursError
            If there is none.
        """
        if self.is_done:
            raise UnreadableHoursError("it breaks off")
        self.at += 1
        return self.tokens[self.at - 1]

    def take_number(self, low: int, high: int) -> int:
        """
        Return the next token as a whole number and go on.

        Raises
        ------
        UnreadableHoursError
            If it is none, or not between `low` and `high`.
        """
        token = self.take()
        is_number = token.kind == "number" and len(token.text) <= _YEAR_DIGITS
        if not is_number or not low <= int(token.text) <= high:
            raise UnreadableHoursError(f"“{token.text}” is no number from {low} to {high}")
        return int(token.text)

    def skip(self, *kinds: Kind) -> bool:
        """Go past the next token if it is of one of some kinds; returns whether it was."""
        is_there = self.sees(*kinds)
        self.at += is_there
        return is_there
