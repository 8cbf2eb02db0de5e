# SPDX-License-Identifier: MIT
"""The surface for notebooks: what an import loads, and what is said where there is nothing."""

import re
import subprocess
import sys
import time

import pytest

import begegnung_geo as bg
from begegnung_geo import api

HEAVY = (
    "geopandas",
    "pandas",
    "numpy",
    "shapely",
    "networkx",
    "osmnx",
    "folium",
    "scipy",
    "pyproj",
    "pydantic",
)


def test_an_import_loads_no_heavy_library():
    code = "import sys, begegnung_geo as bg; dir(bg); print(*sorted(n for n in sys.modules if '.' not in n))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "begegnung_geo" in loaded.stdout.split()
    assert set(loaded.stdout.split()) & set(HEAVY) == set()


def test_an_import_takes_less_than_three_tenths_of_a_second():
    def measure(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - started

    # The best of three, less the bare interpreter: a busy machine makes both slow.
    bare, with_import = (min(measure(code) for _ in range(3)) for code in ("pass", "import begegnung_geo"))
    assert with_import - bare < 0.3


def test_the_package_hands_on_what_the_surface_names():
    assert bg.__all__ == api.__all__
    assert set(bg.__all__) <= set(dir(bg))
    assert all(getattr(bg, name) is getattr(api, name) for name in bg.__all__)


def test_the_stub_for_type_checkers_names_the_same(project):
    stub = (project / "src/begegnung_geo/__init__.pyi").read_text(encoding="utf-8")
    assert re.findall(r"^    (\w+) as \1,$", stub, flags=re.MULTILINE) == bg.__all__
    assert (project / "src/begegnung_geo/py.typed").is_file()


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'lood'"):
        bg.lood  # noqa: B018


def test_everything_on_the_surface_is_documented():
    assert [name for name in bg.__all__ if not (getattr(bg, name).__doc__ or "").strip()] == []


def test_an_unknown_city_names_those_that_are_known(tmp_path):
    with pytest.raises(bg.BegegnungError, match="there is no city 'atlantis'") as caught:
        bg.load("atlantis", root=tmp_path)
    assert "dortmund, musterstadt" in caught.value.hint


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "Dortmund", "dortmund.toml", "", "a" * 41, "x\n", 5])
def test_a_name_that_is_no_key_is_refused_and_the_known_cities_are_told(name, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "kargdorf.toml").touch()
    with pytest.raises(bg.BegegnungError, match="is no city key") as caught:
        bg.load(name, root=tmp_path)
    assert "dortmund, kargdorf, musterstadt" in caught.value.hint
    assert len(str(caught.value).splitlines()) == 3


def test_a_scenario_that_is_not_there_or_not_built_says_which_there_are_or_the_command(tmp_path):
    with pytest.raises(bg.BegegnungError, match="no scenario nowhere") as caught:
        bg.load("musterstadt", root=tmp_path, scenario="nowhere")
    assert "schule_und_bruecke" in caught.value.where
    with pytest.raises(bg.BegegnungError, match="no name of a scenario"):
        bg.load("musterstadt", root=tmp_path, scenario="../../etc")
    with pytest.raises(bg.BegegnungError, match="has not been built for this scenario") as caught:
        bg.load("musterstadt", root=tmp_path, scenario="schule_und_bruecke")
    assert caught.value.hint == "run `make maps CITY=musterstadt SCENARIO=schule_und_bruecke`"


@pytest.mark.parametrize(
    ("city", "commands"),
    [
        ("dortmund", "run `make fetch CITY=dortmund`, then `make maps CITY=dortmund`"),
        ("musterstadt", "run `make maps CITY=musterstadt`"),
    ],
)
def test_a_city_that_was_not_built_names_the_command(tmp_path, city, commands):
    with pytest.raises(bg.BegegnungError, match="has not been built") as caught:
        bg.load(city, root=tmp_path)
    assert caught.value.hint == commands
    assert str(tmp_path) in caught.value.where
