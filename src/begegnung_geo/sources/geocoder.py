# SPDX-License-Identifier: MIT
"""Nominatim: single look-ups of an address, kept for ever, and the outline of a named object."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import shapely
from pyproj import Geod

from begegnung_geo.errors import SourceError
from begegnung_geo.files import write_bytes
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.download import Download, Version
from begegnung_geo.sources.http_answers import explain_full_disk
from begegnung_geo.sources.http_client import Pacer, PoliteClient

logger = logging.getLogger(__name__)

_QUERY_LIMIT = 300
_POLYGONS = ("Polygon", "MultiPolygon")
_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Position:
    """
    Where an address is, in WGS84 degrees, and what Nominatim calls it.

    `place_rank` is Nominatim's: 30 a house, 26 and 27 a street, less a quarter, a town;
    `extent_m` is half the diagonal of the box around it. Both are 0 where not known.
    """

    lon: float
    lat: float
    label: str
    osm_id: str
    place_rank: int = 0
    extent_m: float = 0.0


class Geocoder:
    """
    Look-ups of single addresses; each question is asked once and its answer kept for ever.

    Nominatim's rules allow one question a second and no bulk queries: use the
    address register for lists.

    Parameters
    ----------
    rules
        Table `[fetch]` of the profile.
    cache_path
        JSON file with the answers so far, misses included.
    """

    def __init__(self, rules: Fetch, *, cache_path: Path) -> None:
        self._rules = rules
        self._cache_path = cache_path
        self._pacer = Pacer(rules)  # one for all questions: the service allows one a second
        self._answers = read_answers(cache_path)

    def knows(self, address: str) -> bool:
        """Return whether an address was asked before; its answer may be that nobody knows it."""
        return " ".join(address.split())[:_QUERY_LIMIT] in self._answers

    def look_up(self, address: str) -> Position | None:
        """
        Return the position of an address; None where Nominatim knows none.

        Raises
        ------
        SourceError
            If it is not in the cache and the service cannot be asked.
        """
        query = " ".join(address.split())[:_QUERY_LIMIT]
        if not query:
            return None
        if query not in self._answers:
            self._answers[query] = self._ask(query)
            with explain_full_disk(str(self._cache_path)):
                content = json.dumps(self._answers, ensure_ascii=False, indent=1, sort_keys=True)
                write_bytes(self._cache_path, content.encode())
        found = self._answers[query]
        return Position(**found) if found else None

    def _ask(self, query: str) -> dict[str, Any] | None:
        url = f"{self._rules.nominatim_url.rstrip('/')}/search"
        params = {"q": query, "format": "jsonv2", "limit": "1"}
        hosts = [urlsplit(url).hostname or ""]
        with PoliteClient(self._rules, hosts=hosts, pacer=self._pacer) as client:
            results = _require_results(client.read_json(url, params=params), url=url)
        return asdict(_build_position(results[0], url=url)) if results else None


def fetch_outline(client: PoliteClient, base_url: str, *, osm_id: str, part: Path) -> Download:
    """
    Write the outline of one OSM object as GeoJSON with one feature.

    Parameters
    ----------
    client
        Client of this source.
    base_url
        Address of the Nominatim service.
    osm_id
        `R` and the number of a relation (or `W`, `N`).
    part
        File to write: WGS84, fields `osm_id`, `name`, `ags` (text, may be empty).

    Raises
    ------
    SourceError
        If there is no such object, or it has no area.
    """
    result = look_up_object(client, base_url, osm_id=osm_id)
    shape = result.get("geojson")
    kind = shape.get("type", "nothing") if isinstance(shape, dict) else "nothing"
    if kind not in _POLYGONS or not _is_area(shape):
        raise SourceError(
            f"{osm_id} is no area but {str(kind)[:40]}",
            where=f"{base_url}, osm_id {osm_id}",
            hint="give the relation of the city's boundary, e.g. R1829065",
        )
    about = {"osm_id": osm_id, "name": str(result.get("name", "")), "ags": find_ags(result)}
    feature = {"type": "Feature", "properties": about, "geometry": shape}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False).encode()
    with explain_full_disk(str(part)):
        part.write_bytes(content)
    return Download(Version(url=f"{base_url}#{osm_id}"), received_bytes=len(content))


def _is_area(shape: Any) -> bool:  # noqa: ANN401 - JSON
    try:
        outline = shapely.geometry.shape(shape)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        return False
    return bool(outline.area > 0 and shapely.is_valid(shapely.make_valid(outline)))


def look_up_object(client: PoliteClient, base_url: str, *, osm_id: str) -> dict[str, Any]:
    """
    Return what Nominatim knows of one OSM object, outline and extra tags included.

    Raises
    ------
    SourceError
        If it does not know the object.
    """
    url = f"{base_url.rstrip('/')}/lookup"
    params = {"osm_ids": osm_id, "format": "jsonv2", "polygon_geojson": "1", "extratags": "1"}
    results = _require_results(client.read_json(url, params=params), url=url)
    if not results:
        raise SourceError(
            f"Nominatim does not know {osm_id}", where=url, hint="correct osm_id of the source in the profile"
        )
    return results[0]


def find_ags(result: dict[str, Any]) -> str:
    """Return the official municipality key of a Nominatim result, eight digits, or empty text."""
    tags = result.get("extratags")
    tags = tags if isinstance(tags, dict) else {}
    value = str(tags.get("de:amtlicher_gemeindeschluessel", "")).replace(" ", "")
    return value if value.isascii() and value.isdigit() and len(value) == len("05913000") else ""


def _require_results(answer: Any, *, url: str) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        remark = str(answer.get("error", ""))[:200] if isinstance(answer, dict) else ""
        raise SourceError(
            f"the answer is not that of Nominatim {remark}".strip(),
            where=url,
            hint="check fetch.nominatim_url",
        )
    return answer


def _build_position(result: dict[str, Any], *, url: str) -> Position:
    try:
        return Position(
            lon=float(result["lon"]),
            lat=float(result["lat"]),
            label=str(result.get("display_name", "")),
            osm_id=f"{str(result.get('osm_type', ''))[:1].upper()}{result.get('osm_id', '')}",
            place_rank=int(result.get("place_rank", 0)),
            extent_m=_measure_extent(result.get("boundingbox")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(
            "Nominatim's answer has no position", where=url, hint="check fetch.nominatim_url"
        ) from error


def _measure_extent(box: Any) -> float:  # noqa: ANN401 - JSON
    if not isinstance(box, list) or len(box) != len(("south", "north", "west", "east")):
        return 0.0
    south, north, west, east = (float(value) for value in box)
    _, _, diagonal_m = _ELLIPSOID.inv(west, south, east, north)
    return round(float(diagonal_m) / 2, 1)


def read_answers(path: Path) -> dict[str, Any]:
    """
    Return the answers that were kept, misses (null) included; empty where there is no such file.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    if not path.exists():
        return {}
    try:
        answers = json.loads(path.read_bytes())
        for found in answers.values():
            Position(**(found or {"lon": 0.0, "lat": 0.0, "label": "", "osm_id": ""}))
    except (ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            "the cache of look-ups cannot be read",
            where=str(path),
            hint="mend or remove the file; the addresses are then asked again",
        ) from error
    return dict(answers)
