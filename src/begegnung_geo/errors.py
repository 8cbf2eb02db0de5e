# SPDX-License-Identifier: MIT
"""
The exceptions this package raises on purpose.

::

    BegegnungError              anything a user can cure; exit code 1, no traceback
    |-- ConfigError             a profile, category table or command line value is wrong
    |-- SourceError             a raw file is missing, unreadable, incomplete or unreachable
    |-- SchemaError             a table breaks its contract in ``schema.py`` (also ValueError)
    |-- CrsError                a layer has no CRS, or the wrong one (also ValueError)
    |-- NetworkError            the walk network cannot be built or used
    `-- SitingError             no choice of places keeps all conditions
"""

from collections.abc import Sequence

IS_A_FAULT = "this is a fault of the program, not of your data: please report it with this text"
"""Hint of a check of the program itself: nothing a user could change makes it go away."""


class BegegnungError(Exception):
    """
    A fault that the user can cure, told in three lines.

    Parameters
    ----------
    what
        What happened, one sentence without a full stop.
    where
        File, rows and column, as far as known.
    hint
        What to do next; names a command or a file to edit.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        """Return the three lines; an empty part leaves its line out."""
        parts = (("error", self.what), ("where", self.where), ("next", self.hint))
        return "\n".join(f"{label + ':':<7}{_one_line(text)}" for label, text in parts if text)


class ConfigError(BegegnungError):
    """A profile, a rule table or a command line value is wrong."""


class SourceError(BegegnungError):
    """A raw file is missing, unreadable, incomplete or unreachable."""


class SchemaError(BegegnungError, ValueError):
    """A table breaks its contract."""


class CrsError(BegegnungError, ValueError):
    """A layer has no coordinate reference system, or the wrong one."""


class NetworkError(BegegnungError):
    """The walk network cannot be built or used."""


class SitingError(BegegnungError):
    """No choice of places keeps all conditions."""


def format_rows(rows: Sequence[object], *, limit: int = 5) -> str:
    """Return the first `limit` row labels and, where there are more, the count of all."""
    shown = ", ".join(_one_line(str(row)) for row in rows[:limit])
    return shown if len(rows) <= limit else f"{shown} … ({len(rows)} in all)"


def _one_line(text: str) -> str:
    # Input text may hold line breaks or terminal control codes; an error stays three lines.
    return "".join(char if char.isprintable() else " " for char in text).strip()
