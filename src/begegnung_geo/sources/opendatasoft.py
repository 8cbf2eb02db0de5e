# SPDX-License-Identifier: MIT
"""Open Data portals that run Opendatasoft (Explore API v2.1), such as Open Data Dortmund."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from begegnung_geo.errors import SourceError
from begegnung_geo.files import replace_atomically
from begegnung_geo.profile import Fetch
from begegnung_geo.profile_sources import FileSource
from begegnung_geo.sources.download import ByteCounter, Download, Version, download_file
from begegnung_geo.sources.geojson_stream import FeatureStream, NotGeoJsonError, write_features
from begegnung_geo.sources.http_answers import explain_full_disk
from begegnung_geo.sources.http_client import PoliteClient

logger = logging.getLogger(__name__)

_PAGE_ROWS = 100
_PAGED_ROWS_MAX = 10_000  # limit of the API: offset + limit
_SEARCH_ROWS_MAX = 100
_FORMATS = {".geojson": "geojson", ".json": "geojson", ".csv": "csv"}
_SORTABLE = frozenset({"text", "int", "double", "date", "datetime"})
_GEOMETRY_TYPES = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)


@dataclass(frozen=True)
class CatalogueEntry:
    """One data set of a portal as its catalogue describes it."""

    dataset_id: str
    title: str
    row_count: int
    licence: str
    modified: str
    fields: tuple[str, ...]
    sort_fields: tuple[str, ...] = ()


def search_catalogue(
    word: str, *, rules: Fetch, portal_url: str = "", limit: int = 20
) -> list[CatalogueEntry]:
    """
    Return the data sets of a portal that a word finds, in the portal's order.

    Parameters
    ----------
    word
        What to look for, e.g. `Begegnung`; quotes and backslashes are taken literally.
    rules
        Table `[fetch]` of the profile.
    portal_url
        Address of the portal; empty is `fetch.portal_url`.
    limit
        Most data sets to return, up to 100.

    Raises
    ------
    SourceError
        If the portal cannot be asked, or does not speak Explore API v2.1.
    """
    portal = (portal_url or rules.portal_url).rstrip("/")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    params = {"where": f'search("{escaped}")', "limit": str(min(limit, _SEARCH_ROWS_MAX))}
    url = f"{portal}/api/explore/v2.1/catalog/datasets"
    with PoliteClient(rules, hosts=[urlsplit(portal).hostname or ""]) as client:
        answer = client.read_json(url, params=params)
    try:
        return [_describe_dataset(item) for item in answer["results"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _strange(url) from error


def fetch_dataset(
    client: PoliteClient, source: FileSource, *, part: Path, known: Version | None, on_bytes: ByteCounter
) -> Download:
    """
    Bring a data set to `part` by its export; page through its records where the export fails.

    Whether it changed is asked first: the portal's exports carry no ETag, its
    catalogue tells when the data was last processed.

    Raises
    ------
    SourceError
        If the portal cannot deliver, the data set does not exist, or fewer rows
        arrived than the catalogue counts.
    """
    base = f"{source.url.rstrip('/')}/api/explore/v2.1/catalog/datasets/{quote(source.dataset)}"
    entry = _describe(client.read_json(base), url=base)
    version = Version(url=base, last_modified=entry.modified)
    if known and version.last_modified and (known.url, known.last_modified) == (base, entry.modified):
        return Download(known, is_unchanged=True)
    suffix = Path(source.file).suffix.lower()
    if suffix not in _FORMATS:
        raise SourceError(
            f"a data set cannot be exported as {suffix or 'a file without ending'}",
            where=f"file {source.file}",
            hint=f"name it with one of {', '.join(_FORMATS)}",
        )
    try:
        url = f"{base}/exports/{_FORMATS[suffix]}"
        received = download_file(client, url, part=part, on_bytes=on_bytes).received_bytes
    except SourceError as error:
        if _FORMATS[suffix] == "csv" or entry.row_count > _PAGED_ROWS_MAX or client.seconds_left <= 0:
            raise
        logger.warning("export of %s failed (%s), paging through its records", source.dataset, error.what)
        received = _page_records(client, base, entry=entry, part=part)
    if _FORMATS[suffix] == "geojson":
        _unwrap_features(part)
    return Download(version, received_bytes=received, row_count=entry.row_count)


def _page_records(client: PoliteClient, base: str, *, entry: CatalogueEntry, part: Path) -> int:
    with explain_full_disk(str(part)):
        write_features(map(_build_feature, _iter_records(client, f"{base}/records", entry=entry)), part)
    after = _describe(client.read_json(base), url=base)
    if after.modified != entry.modified:
        raise _changed_meanwhile(base)
    return part.stat().st_size


def _iter_records(client: PoliteClient, url: str, *, entry: CatalogueEntry) -> Iterator[dict[str, Any]]:
    # Pages without a full order may repeat or miss rows: so all fields that can be sorted by take part.
    order = {"order_by": ",".join(entry.sort_fields)} if entry.sort_fields else {}
    previous: list[dict[str, Any]] = []
    done = 0
    while done < entry.row_count:
        answer = client.read_json(url, params={"limit": str(_PAGE_ROWS), "offset": str(done), **order})
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _strange(url)
        if answer.get("total_count") != entry.row_count or not rows:
            raise _changed_meanwhile(url)
        _require_clear_seam(previous, rows, entry=entry, url=url)
        yield from rows
        done += len(rows)
        previous = rows


def _require_clear_seam(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *, entry: CatalogueEntry, url: str
) -> None:
    """Raise if different rows of equal rank lie on both sides of a seam: one of them may be lost there."""

    def rank(row: dict[str, Any]) -> list[Any]:
        return [row.get(field) for field in entry.sort_fields]

    if not before or rank(before[-1]) != rank(after[0]):
        return
    tied = [row for row in (*before, *after) if rank(row) == rank(after[0])]
    if any(row != tied[0] for row in tied):
        raise SourceError(
            f"{entry.dataset_id} cannot be read page by page: rows at a seam have no clear order",
            where=url,
            hint="run `make fetch` again, its export may work then; or export it by hand for local_file",
        )


def _changed_meanwhile(url: str) -> SourceError:
    return SourceError(
        "the data set changed while it was read page by page", where=url, hint="run `make fetch` again"
    )


def _build_feature(row: dict[str, Any]) -> dict[str, Any]:
    geometry = None
    properties = {}
    for name, value in row.items():
        shape = _find_geometry(value)
        if shape is not None and geometry is None:
            geometry = shape
        else:
            properties[name] = value
    point = row.get("geo_point_2d")
    if geometry is None and isinstance(point, dict) and {"lon", "lat"} <= set(point):
        geometry = {"type": "Point", "coordinates": [point["lon"], point["lat"]]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _find_geometry(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a JSON value
    if not isinstance(value, dict):
        return None
    if value.get("type") == "Feature":
        return _find_geometry(value.get("geometry"))
    return value if "coordinates" in value and "type" in value else None


def _unwrap_features(part: Path) -> None:
    """
    Replace geometries that hold a whole Feature by that feature's geometry; rare, so looked for first.

    Raises
    ------
    SourceError
        If a geometry is neither: a reader would take it for none and lose the shape without a word.
    """
    try:
        kinds = {_name_geometry(feature.get("geometry")) for feature in FeatureStream(part)}
        if strange := sorted(kinds - _GEOMETRY_TYPES - {"", "Feature"}):
            raise SourceError(
                f"{part.name} holds geometries of the kind {strange[0]!r}",
                where=str(part),
                hint="look at the export at its publisher; or export it by hand for local_file",
            )
        if "Feature" not in kinds:
            return
        logger.warning("%s: geometries held whole features, unwrapped", part.name)
        plain = (
            {**feature, "geometry": _find_geometry(feature.get("geometry"))}
            for feature in FeatureStream(part)
        )
        with replace_atomically(part) as fresh:
            write_features(plain, fresh)
    except NotGeoJsonError as error:
        logger.info("%s is left as it is for the door: %s", part.name, error)


def _name_geometry(geometry: Any) -> str:  # noqa: ANN401 - a JSON value
    """Return the type of a geometry; empty where there is none."""
    if isinstance(geometry, dict):
        return str(geometry.get("type", "no type"))[:40]
    return "" if geometry is None else type(geometry).__name__


def _describe(item: Any, *, url: str) -> CatalogueEntry:  # noqa: ANN401 - JSON
    try:
        return _describe_dataset(item)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _strange(url) from error


def _describe_dataset(item: dict[str, Any]) -> CatalogueEntry:
    metas = item["metas"]["default"]
    fields = item.get("fields") or []
    sortable = tuple(str(field["name"]) for field in fields if field.get("type") in _SORTABLE)
    return CatalogueEntry(
        dataset_id=str(item["dataset_id"]),
        title=str(metas.get("title") or item["dataset_id"]),
        row_count=int(metas.get("records_count") or 0),
        licence=str(metas.get("license") or ""),
        modified=str(metas.get("data_processed") or metas.get("modified") or ""),
        fields=tuple(str(field["name"]) for field in fields),
        sort_fields=sortable,
    )


def _strange(url: str) -> SourceError:
    return SourceError(
        "the portal's answer is not that of Opendatasoft Explore v2.1",
        where=url,
        hint="check the address of the portal; the API version may have changed",
    )
