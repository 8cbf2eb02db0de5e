# SPDX-License-Identifier: MIT
"""A new city: its boundary, its extract, and a commented profile with a TODO for whatever was not found."""

import logging
import re
import tomllib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import osmnx
import shapely
import tomli_w
from shapely.geometry.base import BaseGeometry

from begegnung_geo.config import build_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.geocoder import find_ags, look_up_object
from begegnung_geo.sources.http_answers import MEGABYTE
from begegnung_geo.sources.http_client import PoliteClient
from begegnung_geo.sources.osmnx_door import guard_osmnx, read_list

logger = logging.getLogger(__name__)

_BUFFER_M = 1500
_M_PER_DEGREE = 111_200
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NRW = "05"
_GERMANY = ("Deutschland", "Germany")
_ZENSUS_LINE = (
    "© Statistische Ämter des Bundes und der Länder, 2024, dl-de/by-2-0"
    " (www.govdata.de/dl-de/by-2-0), Daten verändert"
)
_ETRS_ZONES = range(28, 39)


@dataclass(frozen=True)
class NewCity:
    """A profile's text, the key it should be stored under, and what is left to do."""

    key: str
    text: str
    todos: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    name: str
    osm_id: str
    shape: BaseGeometry
    label: str


def init_city(name: str, *, rules: Fetch) -> NewCity:
    """
    Return a commented profile for a city.

    The boundary comes from Nominatim through osmnx, the extract from Geofabrik's
    index: the smallest region that covers the city with its buffer.

    Parameters
    ----------
    name
        What people call it, e.g. `Bochum` or `Neuss, Deutschland`.
    rules
        Table `[fetch]`; needs a contact.

    Raises
    ------
    SourceError
        If no such place with an area is known, or Nominatim cannot be asked. What
        else cannot be found becomes a TODO with the reason.
    """
    todos: list[str] = []
    hosts = {urlsplit(url).hostname or "" for url in (rules.nominatim_url, rules.geofabrik_index_url)}
    with PoliteClient(rules, hosts=hosts) as client:
        found = _find_boundary(client, name)
        ags = _find_key(client, found, todos=todos)
        extract_url = _find_extract(client, found, todos=todos)
    key = _build_key(found.name)
    blocks = [
        _render_head(found, key=key, ags=ags, rules=rules),
        _render_osm(extract_url, key=key, rules=rules),
        _render_boundary(found, key=key, rules=rules),
        _render_population(found, ags=ags, todos=todos),
        _render_addresses(ags, todos=todos),
    ]
    todos.append(
        "districts: no district polygons are known; look at the city's open data portal"
        " (`begegnung-geo sources search stadtbezirke --portal URL`). Without them the administrative"
        " boundaries of the extract are used"
    )
    todos.append("places: name the city's own lists (libraries, meeting centres) as [[sources.places]]")
    text = "\n".join([*blocks, *(f"# TODO {_one_line(todo)}" for todo in todos), ""])
    build_profile(tomllib.loads(text), where=f"profile of {found.name}")
    return NewCity(key=key, text=text, todos=tuple(todos))


def _find_boundary(client: PoliteClient, name: str) -> _Found:
    url = client.rules.nominatim_url.rstrip("/")
    limit = int(client.rules.answer_max_mb * MEGABYTE)

    def ask() -> _Found:
        with guard_osmnx(client, endpoint=url, read_body=read_list, limit_bytes=limit):
            row = osmnx.geocode_to_gdf(name).iloc[0]
        osm_id = f"{str(row['osm_type'])[:1].upper()}{row['osm_id']}"
        return _Found(
            str(row.get("name") or name), osm_id, row.geometry, str(row.get("display_name") or name)
        )

    try:
        return client.retry(ask, url=url)
    except (ValueError, TypeError, KeyError) as error:
        raise SourceError(
            f"no place with an area is known as {name!r}",
            where=f"{url}: {_one_line(str(error))}",
            hint='try the official name with the country, e.g. "Neuss, Deutschland"',
        ) from error


def _find_key(client: PoliteClient, found: _Found, *, todos: list[str]) -> str:
    try:
        ags = find_ags(look_up_object(client, client.rules.nominatim_url, osm_id=found.osm_id))
        reason = "the boundary carries none"
    except SourceError as error:
        ags, reason = "", error.what
    if not ags:
        todos.append(f"city.ags: the official municipality key was not found ({reason})")
    return ags


def _find_extract(client: PoliteClient, found: _Found, *, todos: list[str]) -> str:
    url = client.rules.geofabrik_index_url
    try:
        regions = _read_regions(client.read_json(url), url=url)
    except SourceError as error:
        todos.append(f"sources.osm: the list of extracts could not be read ({error.what})")
        return ""
    with_buffer = found.shape.buffer(_BUFFER_M / _M_PER_DEGREE)
    for area, what in (
        (with_buffer, ""),
        (found.shape, "the extract covers the city, but not all of its 1.5 km buffer"),
    ):
        covering = [(shape.area, address) for address, shape in regions if shape.covers(area)]
        if covering:
            if what:
                todos.append(f"sources.osm: {what}; a larger extract gives better figures at the border")
            return min(covering)[1]
    todos.append("sources.osm: no single extract covers the city; choose one on download.geofabrik.de")
    return ""


def _read_regions(index: Any, *, url: str) -> list[tuple[str, BaseGeometry]]:  # noqa: ANN401 - JSON
    features = index.get("features") if isinstance(index, dict) else None
    regions = []
    for feature in features if isinstance(features, list) else []:
        try:
            address = str(feature["properties"]["urls"]["pbf"])
            shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
        except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
            continue  # not every entry is an extract, and an odd one spoils no other
        if address.endswith(".osm.pbf"):
            regions.append((address, shape))
    if not regions:
        raise SourceError(
            "the index lists no extracts",
            where=url,
            hint="check fetch.geofabrik_index_url, or write the url of an extract into the profile by hand",
        )
    return regions


def _render_head(found: _Found, *, key: str, ags: str, rules: Fetch) -> str:
    name, label = _quote(found.name), _one_line(found.label)
    crs = _choose_crs(found.shape)
    hosts = ", ".join(f'"{host}"' for host in rules.allow_http_hosts)
    local = f"allow_http_hosts = [{hosts}]   # local services, without encryption\n" if hosts else ""
    return f"""# SPDX-License-Identifier: MIT
# Profile of {label}, written by `begegnung-geo init`.
# It lies over config/defaults.toml: every key there can be changed here. Search for TODO.

[city]
key = "{key}"
name = {name}
{f'ags = "{ags}"' if ags else '# ags = "05913000"   # official municipality key, eight digits'}

[study]
metric_crs = "{crs}"      # UTM zone of the city's centre; distances are measured in it

[fetch]
contact = {_quote(rules.contact)}   # sent to every service that is asked
{local}"""


def _render_osm(url: str, *, key: str, rules: Fetch) -> str:
    address = f"url = {_quote(url)}\nmd5_url = {_quote(url + '.md5')}" if url else '# url = "https://…"'
    host = urlsplit(rules.geofabrik_index_url).hostname
    file = (
        url.rsplit("/", 1)[-1]
        if re.fullmatch(r"[A-Za-z0-9._-]+", url.rsplit("/", 1)[-1] or "/")
        else f"{key}.osm.pbf"
    )
    return f"""[sources.osm]
file = "{file}"
title = "OpenStreetMap"
publisher = "OpenStreetMap contributors, extract by {host}"
licence = "ODbL-1.0"
attribution = "© OpenStreetMap contributors"
{address}
clip = "box"              # of the whole region only the city with its buffer is kept
"""


def _render_boundary(found: _Found, *, key: str, rules: Fetch) -> str:
    return f"""[sources.boundary]
file = "{key}-boundary.geojson"
title = "City boundary"
publisher = "OpenStreetMap contributors, by Nominatim"
licence = "ODbL-1.0"
attribution = "© OpenStreetMap contributors"
kind = "nominatim"
url = {_quote(rules.nominatim_url)}
osm_id = "{found.osm_id}"
"""


def _render_population(found: _Found, *, ags: str, todos: list[str]) -> str:
    if not ags and not found.label.endswith(_GERMANY):
        todos.append(
            "sources.population: outside Germany no grid is known; people are estimated from buildings"
        )
        return ""
    base = "https://www.destatis.de/static/DE/zensus/gitterdaten"
    return f"""[sources.population]
file = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
title = "Zensus 2022, Bevölkerungszahl im 100-m-Gitter"
publisher = "Statistische Ämter des Bundes und der Länder"
licence = "dl-de/by-2-0"
attribution = "{_ZENSUS_LINE}"
data_date = "2022-05-15"
url = "{base}/Zensus2022_Bevoelkerungszahl.zip"
member = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
clip = "box"
fields = ["GITTER_ID_100m", "x_mp_100m", "y_mp_100m", "Einwohner"]
age_file = "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv"
age_url = "{base}/Alter_in_5_Altersklassen.zip"
age_member = "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv"
age_fields = ["x_mp_100m", "y_mp_100m"]
"""


def _render_addresses(ags: str, *, todos: list[str]) -> str:
    if not ags.startswith(_NRW):
        todos.append("sources.addresses: the register reader knows the layout of North Rhine-Westphalia only")
        return ""
    return """[sources.addresses]
file = "gebref.txt"
title = "Gebäudereferenzen NRW"
publisher = "Geobasis NRW"
licence = "dl-de/zero-2-0"
attribution = "Gebäudereferenzen: Geobasis NRW"
url = "https://www.opengeodata.nrw.de/produkte/geobasis/lk/akt/gebref_txt/gebref_EPSG25832_ASCII.zip"
member = "gebref.txt"
clip = "ags"
"""


def _choose_crs(shape: BaseGeometry) -> str:
    centre = shape.centroid
    zone = int((centre.x + 180) // 6) + 1
    # ETRS89 is the official system of Europe, WGS84 elsewhere; UTM zones are 6 degrees wide.
    is_europe = zone in _ETRS_ZONES and 34 < centre.y < 72  # noqa: PLR2004 - Europe's latitudes
    if is_europe:
        return f"EPSG:{25800 + zone}"
    return f"EPSG:{(32600 if centre.y >= 0 else 32700) + zone}"


def _build_key(name: str) -> str:
    plain = name.lower().translate(_UMLAUTS).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    return key if key[:1].isalpha() else f"city_{key}".strip("_")[:40]


def _quote(text: str) -> str:
    return tomli_w.dumps({"x": _one_line(text)}).removeprefix("x = ").rstrip("\n")


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:300]
