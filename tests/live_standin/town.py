# SPDX-License-Identifier: MIT
"""Musterstadt served as the live services serve a city, and the profile that fetches it from there."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from live_standin.server import StandIn

OSM, GRID, AGE, REGISTER = (
    "/osm/town-latest.osm.pbf",
    "/zensus/grid.zip",
    "/zensus/age.zip",
    "/nrw/gebref.zip",
)
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
