# SPDX-License-Identifier: MIT
"""Open Data portals that run Opendatasoft (Explore API v2.1), such as Open Data Dortmund."""

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Fetch, FileSource
from begegnung_geo.sources.download import ByteCounter, Download, Version, download_file
from begegnung_geo.sources.http_answers import MEGABYTE, explain_full_disk
from begegnung_geo.sources.http_client import PoliteClient

logger = logging.getLogger(__name__)

_PAGE_ROWS = 100
_PAGED_ROWS_MAX = 10_000  # limit of the API: offset + limit
_SEARCH_ROWS_MAX = 100
_FORMATS = {".geojson": "geojson", ".json": "geojson", ".csv": "csv"}
_WRAPPED = re.compile(rb'"geometry"\s*:\s*\{\s*"type"\s*:\s*"Feature"')
_OVERLAP_BYTES = 128


@dataclass(frozen=True)
class CatalogueEntry:
    """One data set of a portal as its catalogue describes it."""

    dataset_id: str
    title: str
    row_count: int
    licence: str
    modified: str
    fields: tuple[str, ...]
    sort_field: str = ""


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
    except (KeyError, TypeError, AttributeError) as error:
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
    raw_entry = client.read_json(base)
    try:
        entry = _describe_dataset(raw_entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise _strange(base) from error
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
    _unwrap_features(part, client.rules)
    return Download(version, received_bytes=received, row_count=entry.row_count)


def _page_records(client: PoliteClient, base: str, *, entry: CatalogueEntry, part: Path) -> int:
    features: list[dict[str, Any]] = []
    url = f"{base}/records"
    while len(features) < entry.row_count:
        params = {"limit": str(_PAGE_ROWS), "offset": str(len(features))}
        # Pages without an order may repeat or miss rows; any field makes them stable.
        params |= {"order_by": entry.sort_field} if entry.sort_field else {}
        answer = client.read_json(url, params=params)
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or answer.get("total_count") != entry.row_count or not rows:
            raise SourceError(
                "the data set changed while it was read page by page",
                where=url,
                hint="run `make fetch` again",
            )
        features += [_build_feature(row) for row in rows]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    with explain_full_disk(str(part)):
        part.write_bytes(content)
    return len(content)


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


def _unwrap_features(part: Path, rules: Fetch) -> None:
    """Replace geometries that hold a whole Feature by that feature's geometry; rare, so looked for first."""
    if not _has_wrapped_geometry(part):
        return
    if part.stat().st_size > 2 * rules.answer_max_mb * MEGABYTE:
        raise SourceError(
            "the geometries hold whole features, and the file is too large to mend in memory",
            where=str(part),
            hint="export the data set by hand in another format, and give it as local_file",
        )
    collection = json.loads(part.read_bytes())
    for feature in collection["features"]:
        feature["geometry"] = _find_geometry(feature["geometry"])
    logger.warning("%s: geometries held whole features, unwrapped", part.name)
    part.write_bytes(json.dumps(collection, ensure_ascii=False).encode())


def _has_wrapped_geometry(part: Path) -> bool:
    tail = b""
    with part.open("rb") as file:
        while chunk := file.read(1 << 20):
            if _WRAPPED.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP_BYTES:]
    return False


def _describe_dataset(item: dict[str, Any]) -> CatalogueEntry:
    metas = item["metas"]["default"]
    fields = item.get("fields") or []
    sortable = [str(field["name"]) for field in fields if not str(field.get("type", "")).startswith("geo")]
    return CatalogueEntry(
        dataset_id=str(item["dataset_id"]),
        title=str(metas.get("title") or item["dataset_id"]),
        row_count=int(metas.get("records_count") or 0),
        licence=str(metas.get("license") or ""),
        modified=str(metas.get("data_processed") or metas.get("modified") or ""),
        fields=tuple(str(field["name"]) for field in fields),
        sort_field=sortable[0] if sortable else "",
    )


def _strange(url: str) -> SourceError:
    return SourceError(
        "the portal's answer is not that of Opendatasoft Explore v2.1",
        where=url,
        hint="check the address of the portal; the API version may have changed",
    )
