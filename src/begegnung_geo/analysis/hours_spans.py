# SPDX-License-Identifier: MIT
"""From when until when: the spans of hours in a rule."""

from typing import NamedTuple

from begegnung_geo.analysis.hours_reader import TokenReader
from begegnung_geo.analysis.hours_selectors import DAY_KINDS, LISTS
from begegnung_geo.analysis.hours_tokens import Kind, UnreadableHoursError

DAY_MIN = 1440
_LATEST_MIN = 2 * DAY_MIN  # OSM's syntax counts hours past midnight up to 48:00
_NOON_MIN = DAY_MIN // 2
_HOUR_MIN = 60
_DIGITS_MAX = 2
_TIME_KINDS: tuple[Kind, ...] = ("clock", "number", "from")


class Span(NamedTuple):
    """
    One span of hours in minutes after midnight.

    An end past 1440 lies in the next day. Open-ended: at least until the end, which is the
    start where the text names none (`18:00+`).
    """

    start_min: int
    end_min: int
    is_open_ended: bool = False

    @property
    def latest_min(self) -> int:
        """The latest end it may have."""
        return max(self.end_min, DAY_MIN) if self.is_open_ended else self.end_min


def read_spans(reader: TokenReader) -> tuple[Span, ...]:
    """
    Return the spans of hours that come next, none where no time does.

    Raises
    ------
    UnreadableHoursError
        If a time has no single meaning: a point in time, or a bare number before noon
        that comes after its end (`9-5`).
    """
    spans: list[Span] = []
    while reader.sees(*_TIME_KINDS):
        spans.append(_read_span(reader))
        if not (reader.sees(*LISTS) and reader.sees(*_TIME_KINDS, ahead=1)):
            break
        reader.take()
    return tuple(spans)


def overlap(spans: tuple[Span, ...], others: tuple[Span, ...]) -> bool:
    """Return whether any span meets one of the others."""
    return any(
        one.start_min < other.latest_min and other.start_min < one.latest_min
        for one in spans
        for other in others
    )


def _read_span(reader: TokenReader) -> Span:
    is_from = reader.skip("from")
    start_min, _ = _read_clock(reader)
    if start_min >= DAY_MIN:
        raise UnreadableHoursError("hours that begin after midnight")
    if reader.skip("plus") or is_from:
        return Span(start_min, start_min, is_open_ended=True)
    if not reader.skip("dash"):
        raise UnreadableHoursError("a point in time, not a span")
    end_min, is_exact = _read_clock(reader)
    is_list = reader.sees(*DAY_KINDS, *_TIME_KINDS, ahead=1)
    is_open_ended = not is_list and reader.skip("plus")
    if end_min == 0:
        end_min = DAY_MIN
    if end_min == start_min:
        raise UnreadableHoursError("hours that end when they begin")
    if end_min < start_min:
        if not is_exact and start_min < _NOON_MIN:
            raise UnreadableHoursError("hours that end before they begin")
        end_min += DAY_MIN
    return Span(start_min, end_min, is_open_ended)


def _read_clock(reader: TokenReader) -> tuple[int, bool]:
    # Minutes after midnight, and whether they were written: "9" or "9:00".
    token = reader.take()
    hours, _, minutes = token.text.partition(":")
    if token.kind not in ("clock", "number") or len(hours) > _DIGITS_MAX:
        raise UnreadableHoursError(f"“{token.text}” is no time")
    reader.skip("oclock")
    total = int(hours) * _HOUR_MIN + int(minutes or 0)
    latest = _LATEST_MIN if minutes else DAY_MIN
    if int(minutes or 0) >= _HOUR_MIN or total > latest:
        raise UnreadableHoursError(f"“{token.text}” is no time")
    return total, bool(minutes)
