# SPDX-License-Identifier: MIT
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.arrivals import DriftLimits, require_fields, require_no_drift
from begegnung_geo.sources.file_shape import FieldShape, FileShape

LIMITS = DriftLimits(share_min=0.7, retyped_share_max=0.02)
NR, PERSONS, MIXED = (
    FieldShape("nr", texts=1000),
    FieldShape("persons", numbers=1000),
    FieldShape("hnr", 800, 200),
)
CLOSED, RARE = FieldShape("closed"), FieldShape("rare", texts=3)
OLD = FileShape(50_000, 1000, (NR, PERSONS, MIXED, CLOSED, RARE))


def shape(*changed: FieldShape, rows: int = 1000, without: str = "") -> FileShape:
    """The old shape with some fields changed."""
    fields = {field.name: field for field in (*OLD.fields, *changed)}
    return FileShape(50_000, rows, tuple(field for name, field in fields.items() if name != without))


def check(new: FileShape, *, last: FileShape = OLD, limits: DriftLimits = LIMITS) -> None:
    require_no_drift(new, last=last, limits=limits, name="d.geojson", last_date="2026-01-31")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (shape(without="persons"), "lost its field 'persons'"),
        (shape(without="closed"), "lost its field 'closed'"),
        (shape(FieldShape("persons")), "lost all values of its field 'persons'"),
        (shape(FieldShape("rare")), "lost all values of its field 'rare'"),
        (shape(FieldShape("nr", numbers=1000)), "changed its field 'nr' from text to number;"),
        (
            shape(FieldShape("persons", numbers=970, texts=30)),
            "changed its field 'persons' from number to text in 30 of 1000 rows",
        ),
        (shape(FieldShape("persons", others=9)), "changed its field 'persons' from number to other;"),
        (shape(FieldShape("persons", numbers=699)), "field 'persons': 699 are left of 1000, below the share"),
        (shape(rows=699), "shrank from 1000 to 699 rows"),
    ],
)
def test_drift_names_the_field_and_the_last_good_date(new: FileShape, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        check(new)
    assert "2026-01-31" in caught.value.what


@pytest.mark.parametrize(
    "new",
    [
        shape(FieldShape("new", numbers=1000)),
        shape(FieldShape("closed", texts=4)),
        shape(FieldShape("persons", numbers=980, texts=20)),  # one in fifty is a typing error
        shape(FieldShape("hnr", numbers=1000)),  # numbers and texts before: it had no one kind to keep
        shape(FieldShape("rare", texts=1)),
        shape(FieldShape("persons", numbers=700), rows=700),
    ],
)
def test_new_fields_filled_fields_odd_cells_and_a_small_shrink_are_no_drift(new: FileShape) -> None:
    check(new)


def test_in_a_small_table_two_odd_cells_are_none_too_many_unless_they_are_most_of_it() -> None:
    old = FileShape(900, 12, (FieldShape("n", numbers=12),))
    check(FileShape(900, 12, (FieldShape("n", numbers=10, texts=2),)), last=old)
    with pytest.raises(SourceError, match="in 3 of 12 rows"):
        check(FileShape(900, 12, (FieldShape("n", numbers=9, texts=3),)), last=old)
    tiny = FileShape(90, 1, (FieldShape("n", numbers=1),))
    with pytest.raises(SourceError, match="from number to text"):
        check(FileShape(90, 1, (FieldShape("n", texts=1),)), last=tiny)


def test_for_another_area_rows_and_values_may_be_fewer_but_fields_and_kinds_stay() -> None:
    other = DriftLimits(share_min=0.0, retyped_share_max=0.02)
    smaller = (
        FieldShape("nr", texts=9),
        FieldShape("persons", numbers=9),
        FieldShape("hnr", 9),
        CLOSED,
        RARE,
    )
    check(FileShape(10, 9, smaller), limits=other)
    with pytest.raises(SourceError, match="from number to text"):
        check(shape(FieldShape("persons", texts=9), rows=9), limits=other)


def test_where_rows_are_unknown_the_bytes_are_compared() -> None:
    with pytest.raises(SourceError, match="shrank from 1000 to 699 bytes"):
        check(FileShape(699), last=FileShape(1000))


def test_fields_are_demanded_with_values_whatever_their_case_and_rows_by_number() -> None:
    require_fields(OLD, wanted=("NR", "Persons"), rows_min=1000, name="d")
    for wanted, rows_min, message in (
        (("nr", "name"), 0, "has no field name"),
        (("nr", "closed"), 0, "has no value in its field closed"),
        ((), 1001, "1000 rows, at least 1001"),
    ):
        with pytest.raises(SourceError, match=message):
            require_fields(OLD, wanted=wanted, rows_min=rows_min, name="d")
    with pytest.raises(SourceError, match="0 rows, at least 1 "):
        require_fields(FileShape(40, 0), wanted=("nr",), rows_min=0, name="d")
