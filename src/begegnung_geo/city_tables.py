# SPDX-License-Identifier: MIT
"""The tables of a city's last run, opened from its folder without any raw file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
from pydantic import ValidationError

from begegnung_geo.analysis.graphs import Network, read_network, tie_edited
from begegnung_geo.analysis.ways import Ways, lay_ways
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile import Profile, Walking
from begegnung_geo.render.figures import format_persons
from begegnung_geo.render.text import LANGUAGES, Words, require_language
from begegnung_geo.run_folders import RECORDS
from begegnung_geo.schema import TABLES, conform_table, require_table
from begegnung_geo.store import read_table

_NO_SOURCES = ("rules.", "before.", "scenario")  # roles of inputs that are ours


@dataclass(frozen=True, eq=False)
class City:
    """
    The tables of a city's last run, each read when it is first asked for.

    Attributes
    ----------
    profile
        The profile as it is now: sources, walking profiles, thresholds.
    processed, site
        The two folders that the run wrote.
    """

    profile: Profile
    processed: Path
    site: Path
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, init=False)

    def __repr__(self) -> str:
        """Return name, data date and folder."""
        return f"<City {self.profile.city.name}, data of {self.data_date or 'unknown date'}>"

    @property
    def crs(self) -> str:
        """Metric CRS of all layers."""
        return self.profile.study.metric_crs

    @property
    def data_date(self) -> str:
        """Date of the OpenStreetMap data, ISO 8601; empty where the file does not tell."""
        return str(self.read_facts("read_map").get("data_date") or "")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """
        What the run was made from: inputs with sha256, licence and date; parameters; version.

        Raises
        ------
        SourceError
            If the site has not been built.
        """
        path = self.site / "manifest.json"
        if not path.is_file():
            raise SourceError(
                f"the site of {self.profile.city.name} has not been built",
                where=str(path),
                hint=f"run `make maps CITY={self.profile.city.key}`",
            )
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def words(self, language: str = "de") -> Words:
        """
        Return how the pages write numbers, shares and dates, and their words.

        Parameters
        ----------
        language
            `de` or `en`.

        Returns
        -------
        words
            `number(8415)`, `share(0.14)`, `share_range(0.6, 0.64)`, `date("2026-01-01")`,
            `say("profile.senior")`.

        Raises
        ------
        ConfigError
            If there are no words in the language.

        Examples
        --------
        >>> words = bg.load("musterstadt").words()
        >>> words.number(8415), words.date("2026-01-01"), words.say("profile.senior")
        ('8.415', '01.01.2026', 'Ältere Menschen')
        """
        require_language(language)
        return Words(language)

    @property
    def sources(self) -> pd.DataFrame:
        """
        What must stand below every figure: a row an input, with `title`, `publisher`, `licence`, `data_date`.

        Inputs of one title, publisher, licence and date are one row; rules of the program are left out.
        `data_date` is empty where the source does not tell it.

        Raises
        ------
        SourceError
            If the site has not been built.

        Examples
        --------
        >>> bg.load("musterstadt").sources["licence"].tolist()
        ['CC0-1.0']
        """
        columns = ["title", "publisher", "licence", "data_date"]
        inputs = [entry for entry in self.manifest["inputs"] if not entry["role"].startswith(_NO_SOURCES)]
        rows = pd.DataFrame(inputs, columns=columns, dtype="str")
        return rows.drop_duplicates(ignore_index=True)

    @property
    def tables(self) -> list[str]:
        """Names of the tables that are there; `docs/data_dictionary.md` describes each."""
        return sorted(path.stem for path in self.processed.glob("*.parquet") if path.stem in TABLES)

    def table(self, name: str) -> pd.DataFrame:
        """
        Return a table; a GeoDataFrame in the metric CRS where it has geometry.

        Parameters
        ----------
        name
            One of `tables`.

        Returns
        -------
        table
            A copy: changing it changes nothing here.

        Raises
        ------
        ConfigError
            If no table has this name.
        SourceError
            If the last run stopped before it.
        SchemaError, CrsError
            If the file is of another version of the program or profile.

        Examples
        --------
        >>> city = bg.load("musterstadt")
        >>> city.table("begegnungsorte")["is_counted"].any()
        np.True_
        """
        if name not in TABLES:
            raise ConfigError(
                f"there is no table {str(name)[:80]!r}",
                where=str(self.processed),
                hint=f"choose one of {', '.join(self.tables)}",
            )
        if name not in self._read:
            self._read[name] = read_table(name, folder=self.processed, crs=self.crs)
        return self._read[name].copy()

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """
        Return a table that has geometry.

        Parameters
        ----------
        name
            One of `tables`.

        Returns
        -------
        layer
            A copy, in the metric CRS.

        Raises
        ------
        ConfigError
            If the table has no geometry; else as `table`.
        """
        table = self.table(name)
        if not isinstance(table, gpd.GeoDataFrame):
            raise ConfigError(
                f"table {name} has no geometry",
                where=str(self.processed),
                hint=f'take it by city.table("{name}")',
            )
        return table

    @property
    def network(self) -> Network:
        """The walk network: tables `walk_nodes` and `walk_edges`."""
        return Network(self.layer("walk_nodes"), self.layer("walk_edges"))

    @cached_property
    def ways(self) -> Ways:
        """The walk network in memory, laid once for all measures."""
        walking = self.profile.walking
        return lay_ways(
            *self.network, snap_distance_m=walking.snap_distance_m, scrap_length_m=walking.scrap_length_m
        )

    def with_walking(
        self, *, speeds_m_s: Mapping[str, float] | None = None, snap_distance_m: float | None = None
    ) -> "City":
        """
        Return the city with other assumptions about walking, to see how much they matter.

        `coverage`, `gain` and `reach` of the new city are measured with them; its tables stay those of
        the last run.

        Parameters
        ----------
        speeds_m_s
            Walking profile -> metres a second; the other profiles keep theirs.
        snap_distance_m
            Longest straight leg of a home or a place to its walkway, in metres.

        Returns
        -------
        city
            Shares the tables in memory; this city stays as it is.

        Raises
        ------
        ConfigError
            If there is no such walking profile, or a number is out of range.

        Examples
        --------
        >>> city = bg.load("musterstadt")
        >>> slower = city.with_walking(speeds_m_s={"senior": 0.8})
        >>> slower.profile.walking.profiles["senior"].speed_m_s
        0.8
        """
        walking = self.profile.walking
        content = walking.model_dump()
        for key, speed in (speeds_m_s or {}).items():
            if key not in walking.profiles:
                raise ConfigError(
                    f"no walking profile {str(key)[:80]!r}",
                    where="speeds_m_s",
                    hint=f"choose one of {', '.join(walking.profiles)}",
                )
            content["profiles"][key]["speed_m_s"] = speed
        if snap_distance_m is not None:
            content["snap_distance_m"] = snap_distance_m
        try:
            changed = Walking.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigError(
                f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}",
                where="with_walking",
                hint="give metres a second between 0.1 and 4, and a leg of up to 2000 m",
            ) from error
        city = replace(self, profile=self.profile.model_copy(update={"walking": changed}))
        city._read.update(self._read)  # noqa: SLF001 - of the same class
        return city

    def with_network(self, network: Network | nx.MultiDiGraph) -> "City":
        """
        Return the city with an edited walk network: a street closed, a bridge taken away, a path added.

        `coverage`, `gain` and `reach` of the new city are measured on it; other tables stay those of the
        last run. A walk is as long as its lines, whatever `length` says. Homes and places join the nearest
        walkway that is left: who lives on a street that is taken away is measured from the next one.

        Parameters
        ----------
        network
            A graph of `to_osmnx`, or its tables. An added edge needs the attributes of the others (a new
            `edge_id`, `step_free`, a `geometry` from node to node) and its twin in the other direction.

        Returns
        -------
        city
            With the edited tables `walk_nodes` and `walk_edges`; this city stays as it is.

        Raises
        ------
        SchemaError
            If the graph is of other origin, has an edge in one direction only, an id twice, or a wrong line.
        CrsError
            If it is not in the CRS of the city.
        NetworkError
            If an edge leads to a node that is not there.

        Examples
        --------
        >>> city = bg.load("musterstadt")
        >>> graph = bg.to_osmnx(city)
        >>> names = graph.edges(keys=True, data="name")
        >>> closed = [(u, v, key) for u, v, key, name in names if name == "Nordstraße"]
        >>> graph.remove_edges_from(closed)
        >>> without = city.with_network(graph)
        >>> len(city.network.edges) - len(without.network.edges) == len(closed) / 2  # one edge each way
        True
        >>> asked = {"profile": "senior", "threshold_min": 10}
        >>> before, after = (bg.coverage(some, **asked)["persons_covered"][0] for some in (city, without))
        >>> bool(after < before)
        True
        """
        tables, edited = {}, tie_edited(read_network(network))
        for name, table in zip(("walk_nodes", "walk_edges"), edited, strict=True):
            known = [column for column in self.table(name).columns if column in table]
            tables[name] = conform_table(table[known], name)
            require_table(tables[name], name, crs=self.crs)
        city = replace(self)
        city._read.update(self._read | tables)  # noqa: SLF001 - of the same class
        return city

    def tell_persons(self, persons: float, language: str = "de") -> str:
        """
        Return a number of people as the pages tell it: rounded to packets, small or null ones hidden.

        Parameters
        ----------
        persons
            A published number of people; null where it is hidden.
        language
            `de` or `en`.

        Returns
        -------
        told
            `8.415`, or `weniger als 10`.

        Examples
        --------
        >>> city = bg.load("musterstadt")
        >>> city.tell_persons(8415), city.tell_persons(float("nan"))
        ('8.415', 'weniger als 10')
        """
        value = float("nan") if pd.isna(persons) else float(persons)
        return format_persons(value, publication=self.profile.publication, words=self.words(language))

    def class_names(self, language: str = "de") -> dict[str, str]:
        """
        Return what the pages call each `class` of a place; raises as `words` does.

        Parameters
        ----------
        language
            `de` or `en`.

        Returns
        -------
        class_names
            Class -> name, in the order of `config/classes.csv`.
        """
        position = LANGUAGES.index(self.words(language).language)
        classes = read_category_rules(find_config_dir()).classes
        return {key: (entry.label_de, entry.label_en)[position] for key, entry in classes.items()}

    def read_facts(self, step: str) -> dict[str, Any]:
        """
        Return what a step of the run recorded beside its tables.

        Parameters
        ----------
        step
            Name of a step of `pipeline.STEPS`.

        Returns
        -------
        facts
            As the step wrote them.

        Raises
        ------
        SourceError
            If it recorded nothing.
        """
        path = self.processed / RECORDS / f"{step}.json"
        if not path.is_file():
            raise SourceError(
                f"the run of {self.profile.city.name} has left no record of {step}",
                where=str(path),
                hint=f"run `make maps CITY={self.profile.city.key}`",
            )
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("facts", {})
        return facts
