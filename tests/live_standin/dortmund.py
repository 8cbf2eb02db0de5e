# SPDX-License-Identifier: MIT
"""
Dortmund served as the live services serve it: real files at the addresses of the shipped profile.

The grid of 2022 and the address register are not among the real files: cells are made from the real
places and people of 2011, addresses from those of OpenStreetMap.
"""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import osmium
from pyproj import Transformer

from begegnung_geo.config import read_profile
from live_standin.server import StandIn
from live_standin.town import pack

INSIDE = "dortmund_aplerbeck_2026-07-14.osm.pbf"
NEXT_TO_IT = "witten_stockum_2021-03-01.osm.pbf"  # within the buffer of 1.5 km
ELSEWHERE = "neuss_2026-03-28.osm.pbf"
_RENAMED = {"StBezNr": "stadtbezirk_nr", "Bezeichnung": "stadtbezirk_bezeichnung"}
_FAR_CELL = "CRS3035RES100mN2689000E4337000;4337050;2689050"


def serve_dortmund(standin: StandIn, profile: Path, *, real_data: Path, scratch: Path) -> None:
    """Let the stand-in serve every source of the shipped profile, among things of elsewhere."""
    sources = read_profile(profile).sources
    assert sources.population is not None
    assert sources.addresses is not None
    region = merge_maps(real_data, scratch / "region.osm.pbf")
    for address in (sources.osm.url, *read_alternatives(profile, "url")):
        if address.endswith(".osm.pbf"):
            standin.files[urlsplit(address).path] = region
    checksum = f"{hashlib.md5(region, usedforsecurity=False).hexdigest()}  region.osm.pbf\n".encode()
    for address in (sources.osm.md5_url, *read_alternatives(profile, "md5_url")):
        standin.files[urlsplit(address).path] = checksum
    cells = count_people(real_data / "dortmund_alter_100m_zensus2011.csv")
    population = sources.population
    grid, ages = write_grid(cells)
    standin.files[urlsplit(population.url).path] = pack(population.member, grid)
    standin.files[urlsplit(population.age_url).path] = pack(population.age_member, ages)
    register = write_register(real_data / INSIDE)
    standin.files[urlsplit(sources.addresses.url).path] = pack(sources.addresses.member, register)
    for dataset, file in (
        ("fb62-stadtbezirke", "dortmund_stadtbezirke_2018.geojson"),
        ("fb62-statistischebezirke", "dortmund_statistische_bezirke_2025-10-12.geojson"),
    ):
        collection = json.loads((real_data / file).read_bytes())
        for feature in collection["features"]:
            properties = feature["properties"]
            feature["properties"] = {_RENAMED.get(key, key): value for key, value in properties.items()}
        standin.datasets[dataset] = collection


def redirect_profile(text: str, url: str) -> str:
    """Return a profile that differs in nothing but the hosts it asks, and in who may be asked without TLS."""
    moved = re.sub(r"https://[a-z0-9.-]+(?=[/\"])", url, text)
    rules = 'allow_http_hosts = ["127.0.0.1"]\npause_default_s = 0.0\n'
    services = f'nominatim_url = "{url}/nominatim"\nportal_url = "{url}"\n'
    return moved.replace("[fetch]\n", f"[fetch]\n{rules}{services}", 1)


def read_alternatives(profile: Path, key: str) -> list[str]:
    """Return the values of a key in the alternatives that the profile holds as comments."""
    return re.findall(rf'^# {key} = "([^"]+)"', profile.read_text(encoding="utf-8"), flags=re.MULTILINE)


def merge_maps(real_data: Path, target: Path) -> bytes:
    """Return Aplerbeck, a part of Witten next to Dortmund, and Neuss in one file."""
    merged = osmium.MergeInputReader()
    for name in (INSIDE, NEXT_TO_IT, ELSEWHERE):
        merged.add_file(str(real_data / name))
    header = osmium.io.Header()
    header.set("sorting", "Type_then_ID")
    with osmium.SimpleWriter(str(target), header=header, overwrite=True) as writer:
        merged.apply(writer, simplify=True)
    return target.read_bytes()


def count_people(table: Path) -> dict[tuple[int, int], tuple[int, int]]:
    """Return children and old people of each real cell by its midpoint (EPSG:3035)."""
    young: Counter[tuple[int, int]] = Counter()
    old: Counter[tuple[int, int]] = Counter()
    for line in table.read_text(encoding="utf-8").splitlines()[1:]:
        x, y, _, group, count, _ = line.split(",")
        (young if group.startswith("unter") else old)[int(x), int(y)] += max(int(count), 0)
    return {cell: (young[cell], old[cell]) for cell in sorted({*young, *old})}


def write_grid(cells: dict[tuple[int, int], tuple[int, int]]) -> tuple[bytes, bytes]:
    """Return the tables of people and of ages, in the layout and encoding of 2022."""
    people = ["GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner", f"{_FAR_CELL};11"]
    ages = ["GITTER_ID_100m;x_mp_100m;y_mp_100m;Unter18;a18bis29;a30bis49;a50bis64;a65undaelter"]
    ages.append(f"{_FAR_CELL};3;3;3;–;–")
    for (x, y), (young, old) in cells.items():
        start = f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y}"
        people.append(f"{start};{6 * (young + old) + 3}")
        ages.append(f"{start};{young or '–'};–;–;–;{old or '–'}")
    return ("\n".join([*people, ""]).encode(), "\n".join([*ages, ""]).encode())


def write_register(extract: Path) -> bytes:
    """Return the addresses of an extract as the register writes them, and as many of another Kreis."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)
    lines = []
    for item in osmium.FileProcessor(str(extract)).with_locations():
        street, number = item.tags.get("addr:street"), item.tags.get("addr:housenumber")
        if not street or not number or not (item.is_node() or item.is_way()):
            continue
        place = item.location if item.is_node() else item.nodes[0].location
        east, north = (f"{v:.3f}".replace(".", ",") for v in to_metres.transform(place.lon, place.lat))
        for kreis, town in (("13", "Dortmund"), ("16", "Herne")):
            fields = [
                "N",
                f"DENW{len(lines)}",
                "A",
                "05",
                "Nordrhein-Westfalen",
                "9",
                "Arnsberg",
                kreis,
                town,
            ]
            fields += ["000", town, "0000", "", "00001", street, number, "", "32", east, north, "2026-01-01"]
            lines.append(";".join(fields))
    return ("\n".join(lines) + "\n").encode("utf-8-sig")


def describe_local(profile: dict[str, Any], standin: StandIn, folder: Path) -> dict[str, Any]:
    """Return the profile with every source replaced by a file in a folder, and no service to ask."""
    folder.mkdir()
    sources = profile["sources"]
    listed = [value for key, value in sources.items() if isinstance(value, dict)]
    listed += [item for value in sources.values() if isinstance(value, list) for item in value]
    for number, source in enumerate(listed):
        for prefix in ("", "age_"):
            if f"{prefix}url" not in source:
                continue
            content = standin.files.get(urlsplit(source.pop(f"{prefix}url")).path)
            if content is None:
                content = json.dumps(standin.datasets[source["dataset"]], ensure_ascii=False).encode()
            path = folder / f"{number}{prefix}"
            path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
            source[f"{prefix}local_file"] = str(path)
        if "md5_url" in source:
            path = Path(f"{source['local_file']}.md5")
            path.write_bytes(standin.files[urlsplit(source.pop("md5_url")).path])
    return profile
