# SPDX-License-Identifier: MIT
"""Questionnaires: what people are asked about the places of a city, and what they answered."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

from begegnung_geo.analysis.form_rows import build_form_rows, select_district
from begegnung_geo.attribute_rules import AttributeRules, read_attribute_rules
from begegnung_geo.category_rules import PlaceClass, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import SourceError
from begegnung_geo.export.questionnaire import append_lines, write_questionnaire
from begegnung_geo.jobs import HAND_FILES, QUESTIONNAIRE_LIST, find_hand_dir, plan_city
from begegnung_geo.questionnaire_form import ANSWER_COLUMNS, NEW_PLACE_COLUMNS, list_form_columns
from begegnung_geo.sources.form_cells import FormLimits
from begegnung_geo.sources.questionnaire import read_questionnaire
from begegnung_geo.steps import Job
from begegnung_geo.store import find_table, read_table


@dataclass(frozen=True)
class Taken:
    """What became of a questionnaire."""

    rows_read: int
    answers_new: int
    answers_known: int
    places_new: int
    messages: tuple[str, ...]
    folder: Path


def write_form(profile_path: Path, out: Path, *, district: str | None = None) -> tuple[int, str]:
    """
    Write the questionnaire of a city, or of one of its districts, from the last run's inventory.

    Returns
    -------
    count, title
        How many places are asked about, and of which area.

    Raises
    ------
    SourceError
        If the inventory has not been built.
    ConfigError
        If the profile is wrong or there is no such district.
    """
    job, folders = plan_city(profile_path, language="de")
    if not find_table(folders.processed, "begegnungsorte").is_file():
        raise SourceError(
            "there is no inventory to ask about",
            where=str(folders.processed),
            hint=f"run `make inventory CITY={job.profile.city.key}`",
        )
    rules, classes = _read_vocabulary()
    places = gpd.GeoDataFrame(read_table("begegnungsorte", folder=folders.processed, crs=job.crs))
    title = job.profile.city.name
    if district:
        districts = read_table("districts", folder=folders.processed, crs=job.crs)
        places, title = select_district(places, districts, district)
    columns = list_form_columns(rules, classes)
    rows = build_form_rows(
        places,
        read_table("attributes", folder=folders.processed, crs=job.crs),
        rules=rules,
        classes=classes,
        columns=columns,
    )
    write_questionnaire(out, rows, columns=columns, title=title)
    return len(rows), title


def take_form(
    profile_path: Path, filled: Path, *, role: str = "", date: str = "", latest_day: dt.date | None = None
) -> Taken:
    """
    Read a filled-in questionnaire and keep its answers in the city's hand files.

    Lines are only ever added to `answers.csv` and `orte_fragebogen.csv`; the next run
    reads them. Positions are held against the study area of the last run, where there
    was one on this machine.

    Parameters
    ----------
    latest_day
        The last day on which the form can have been filled in; a later one would outrank
        every answer until then. None where any day will do.

    Raises
    ------
    SourceError
        If the file is no questionnaire, or nobody signed it.
    ConfigError
        If the profile is wrong.
    """
    job, folders = plan_city(profile_path, language="de")
    rules, classes = _read_vocabulary()
    taken = read_questionnaire(
        filled,
        columns=list_form_columns(rules, classes),
        rules=rules,
        classes=classes,
        list_key=QUESTIONNAIRE_LIST,
        role=role,
        date=date,
        limits=FormLimits(
            latest_day=latest_day,
            study_area=_find_study_area(job, folders.processed),
            position_far_m=job.profile.hand.position_far_m,
        ),
    )
    folder = find_hand_dir(profile_path, job.profile.city.key)
    answers, _ = HAND_FILES["hand.answers"]
    places, _ = HAND_FILES[f"places.{QUESTIONNAIRE_LIST}"]
    new = append_lines(folder / answers, ANSWER_COLUMNS, taken.answers)
    new_places = append_lines(folder / places, NEW_PLACE_COLUMNS, taken.new_places)
    return Taken(taken.rows_read, new, len(taken.answers) - new, new_places, tuple(taken.messages), folder)


def _find_study_area(job: Job, processed: Path) -> shapely.Geometry | None:
    if not find_table(processed, "city_area").is_file():
        return None
    city_area = gpd.GeoDataFrame(read_table("city_area", folder=processed, crs=job.crs))
    return city_area.buffer(job.profile.study.buffer_m).to_crs(WGS84).union_all()


def _read_vocabulary() -> tuple[AttributeRules, Mapping[str, PlaceClass]]:
    folder = find_config_dir()
    return read_attribute_rules(folder), read_category_rules(folder).classes
