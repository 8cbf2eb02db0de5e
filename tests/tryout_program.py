# SPDX-License-Identifier: MIT
"""The program's own figures for any set of open places of a town that was run."""

import geopandas as gpd

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.try_area import compare_areas, find_changed, find_reached
from begegnung_geo.analysis.tryout import TryRules, survey_tryout, tell_open_coverage
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.jobs import find_profile, plan_city
from begegnung_geo.schema import stack_layers
from begegnung_geo.store import read_table


class Program:
    """The run's tables and its own figures for any set of open places."""

    def __init__(self, town, patch) -> None:
        patch.chdir(town.root)
        job, _ = plan_city(find_profile("musterstadt"), language="de")
        self.profile = job.profile

        def read(name):
            return read_table(name, folder=town.processed, crs=job.crs)

        places, beyond, doors = read("begegnungsorte"), read("neighbour_places"), read("doors")
        walking = self.profile.walking
        supply = stack_layers(places, beyond)
        self.homes, self.districts = (read("demand"), read("protected_demand")), read("districts")
        self.published = read("published_coverage"), read("published_city_coverage")
        self.ground = survey_tryout(
            self.homes[0],
            move_to_doors(gpd.GeoDataFrame(supply[supply["is_counted"]]), doors),
            move_to_doors(
                gpd.GeoDataFrame(places[(places["standing"] == "potential") & ~places["is_counted"]]), doors
            ),
            neighbour_ids=set(beyond["begegnungsort_id"]),
            ways=lay_ways(
                read("walk_nodes"),
                read("walk_edges"),
                snap_distance_m=walking.snap_distance_m,
                scrap_length_m=walking.scrap_length_m,
            ),
            walking=walking,
        )
        self.squares = read("try_area")
        self.rules = TryRules(walking, self.profile.coverage, self.profile.publication)

    def list_ids(self, role):
        places = self.ground.places
        return sorted(places.loc[places["role"] == role, "begegnungsort_id"])

    def tell(self, opened=(), closed=()):
        is_open = self.ground.find_open(opened=opened, closed=closed)
        return tell_open_coverage(
            self.homes, self.districts, ground=self.ground, is_open=is_open, rules=self.rules
        )

    def measure_ground(self, opened=(), closed=()):
        """Return `scenario_areas` if some places opened and others closed."""
        walking = self.profile.walking
        before, after = (
            find_reached(self.squares, is_open, walking=walking)
            for is_open in (self.ground.is_open_today, self.ground.find_open(opened=opened, closed=closed))
        )
        square_m = self.profile.trial.square_m
        return compare_areas(before, find_changed(before, after), walking=walking, square_m=square_m)
