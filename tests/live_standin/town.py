# SPDX-License-Identifier: MIT
"""Musterstadt served as the live services serve a city, and the profile that fetches it from there."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import shapely

from live_standin.overpass import OverpassData
from live_standin.server import StandIn

OSM, GRID, AGE, REGISTER = (
    "/osm/town-latest.osm.pbf",
    "/zensus/grid.zip",
    "/zensus/age.zip",
    "/nrw/gebref.zip",
)
LIST = "/lists/orte_von_menschen.csv"
TOWN_ID, UNKNOWN_ADDRESS = 1, "Unbekannte Gasse 3"
_GRID_FILE = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
_AGE_FILE = "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv"
_DISTRICTS = {
    "stadtbezirk": ("fb62-stadtbezirke", "stadtbezirk_nr", "stadtbezirk_bezeichnung"),
    "statistischer_bezirk": ("fb62-statistischebezirke", "statistischer_bezirk_nr", "statistischer_bezirk"),
}


def serve_town(standin: StandIn, raw: Path) -> None:
    """Let the stand-in serve the raw files of the embedded town, among cells and addresses of elsewhere."""
    osm = (raw / "musterstadt.osm.pbf").read_bytes()
    standin.files[OSM] = osm
    standin.files[f"{OSM}.md5"] = f"{hashlib.md5(osm, usedforsecurity=False).hexdigest()}  town\n".encode()
    standin.files[GRID] = _zip(
        _GRID_FILE, raw, elsewhere=[b"CRS3035RES100mN2689000E4337000;4337050;2689050;11"]
    )
    columns = (raw / _AGE_FILE).read_bytes().split(b"\n", 1)[0].count(b";") + 1
    far = b"CRS3035RES100mN2689000E4337000;4337050;2689050" + b";3" * (columns - 3)
    standin.files[AGE] = _zip(_AGE_FILE, raw, elsewhere=[far])
    first = (raw / "gebref.txt").read_bytes().split(b"\n", 1)[0].split(b";")
    first[7] = b"01"  # the same address in another Kreis
    standin.files[REGISTER] = _zip("gebref.txt", raw, elsewhere=[b";".join(first)])
    for dataset, *_ in _DISTRICTS.values():
        standin.datasets[dataset] = json.loads((raw / f"{dataset}.geojson").read_bytes())
    standin.datasets["begegnungsstaetten"] = json.loads((raw / "begegnungsstaetten.geojson").read_bytes())


def serve_osm_services(standin: StandIn, raw: Path) -> None:
    """Let the stand-in also be Nominatim, Overpass and Geofabrik's index for the embedded town."""
    districts = json.loads((raw / "fb62-stadtbezirke.geojson").read_bytes())["features"]
    city = shapely.union_all([shapely.geometry.shape(item["geometry"]) for item in districts]).buffer(0.0005)
    west, south, east, north = city.bounds
    box = [str(value) for value in (south, north, west, east)]
    centre = {"lat": str((south + north) / 2), "lon": str((west + east) / 2), "importance": 0.5}
    town = {"osm_type": "relation", "osm_id": TOWN_ID, "name": "Musterstadt", "boundingbox": box, **centre}
    house = {"osm_type": "way", "osm_id": 2, "place_rank": 30, "boundingbox": box[:1] * 2 + box[2:3] * 2}
    standin.places = [
        {**town, "display_name": "Musterstadt, Deutschland", "geojson": shapely.geometry.mapping(city)},
        {**centre, **house, "display_name": f"{UNKNOWN_ADDRESS}, Musterstadt"},
    ]
    standin.overpass = OverpassData(raw / "musterstadt.osm.pbf")
    extract = {"urls": {"pbf": f"{standin.url}{OSM}"}}
    region = {
        "type": "Feature", "properties": extract, "geometry": shapely.geometry.mapping(city.buffer(0.1)),
    }  # fmt: skip
    standin.files["/index-v1.json"] = json.dumps({"features": [region]}).encode()
    lists = (raw / "orte_von_menschen.csv").read_text(encoding="utf-8").rstrip("\n")
    unknown = f"Treff am Deich;municipal_centre;{UNKNOWN_ADDRESS};;;"
    standin.files[LIST] = f"{lists}\n{unknown}\n".encode()


def describe_everything(url: str, *, key: str, ags: str) -> dict[str, Any]:
    """Return the profile of `describe_town` with an outline from Nominatim and an address to ask it for."""
    profile = describe_town(url, key=key, ags=ags)
    about = {"licence": "ODbL-1.0", "attribution": "© OpenStreetMap contributors"}
    outline = {"kind": "nominatim", "url": f"{url}/nominatim", "osm_id": f"R{TOWN_ID}"}
    profile["sources"]["boundary"] = {"file": "musterstadt-grenze.geojson", **outline, **about}
    listed = {"key": "orte_von_menschen", "file": "orte_von_menschen.csv", "url": f"{url}{LIST}"}
    profile["sources"]["places"].append(listed)
    return profile


def describe_quarter(url: str, *, key: str, box: tuple[float, float, float, float]) -> dict[str, Any]:
    """Return the profile of a quarter that comes from Overpass."""
    profile = describe_town(url, key=key, ags="")
    source = {"file": "quarter.osm.pbf", "kind": "overpass", "url": f"{url}/api", "licence": "ODbL-1.0"}
    profile["city"]["name"] = "Musterstadt-Mitte"
    profile["study"] = {"box_wgs84": list(box), "buffer_m": 300}
    profile["fetch"]["overpass_tile_km2"] = 2  # a few tiles to watch
    profile["sources"] = {"osm": {**source, "attribution": "© OpenStreetMap contributors"}}
    return profile


def read_key(raw: Path) -> str:
    """Return the municipality key of the town's address register."""
    first = (raw / "gebref.txt").read_text("utf-8-sig").split("\n", 1)[0].split(";")
    return "".join(first[column] for column in (3, 5, 7, 9))


def describe_town(url: str, *, key: str, ags: str) -> dict[str, Any]:
    """Return the content of a profile that fetches everything from the stand-in."""
    portal = {"kind": "opendatasoft", "url": url, "licence": "dl-de/zero-2-0", "publisher": "Stand-in"}
    grid = {"url": url + GRID, "member": _GRID_FILE, "clip": "box", "fields": ["x_mp_100m", "Einwohner"]}
    age = {"age_file": _AGE_FILE, "age_url": url + AGE, "age_member": _AGE_FILE}
    register = {"file": "gebref.txt", "url": url + REGISTER, "member": "gebref.txt", "clip": "ags"}
    districts = [
        {
            "file": f"{dataset}.geojson",
            "level": level,
            "id_column": number,
            "name_column": name,
            "dataset": dataset,
        }
        for level, (dataset, number, name) in _DISTRICTS.items()
    ]
    places = {
        "key": "begegnungsstaetten",
        "file": "begegnungsstaetten.geojson",
        "dataset": "begegnungsstaetten",
    }
    return {
        "city": {"key": key, "name": "Musterstadt", "is_invented": True, "ags": ags},
        "fetch": {
            "contact": "stand-in@example.org",
            "allow_http_hosts": ["127.0.0.1"],
            "portal_url": url,
            "nominatim_url": f"{url}/nominatim",
        },
        "sources": {
            "osm": {
                "file": "musterstadt.osm.pbf",
                "url": url + OSM,
                "md5_url": f"{url}{OSM}.md5",
                "clip": "box",
            },
            "districts": [{**district, **portal} for district in districts],
            "population": {"file": _GRID_FILE, **grid, **age},
            "addresses": register,
            "places": [{**places, **portal}],
        },
    }


def pack(name: str, content: bytes) -> bytes:
    """Return a zip archive with one member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _zip(name: str, raw: Path, *, elsewhere: list[bytes]) -> bytes:
    content = (raw / name).read_bytes().rstrip(b"\n") + b"\n" + b"\n".join(elsewhere) + b"\n"
    return pack(name, content)
