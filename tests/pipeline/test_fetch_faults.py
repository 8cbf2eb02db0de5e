# SPDX-License-Identifier: MIT
"""Everything services do, over real sockets: after each fault a clear error or success, nothing lost."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.files import hash_file
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources.fetch import FetchProgress, fetch_city
from live_standin import faults
from live_standin.cells import FILE, NEXT_TABLE, PATH, ROWS, TABLE, build, describe, require_whole
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(seconds_max=120) as server:
        yield server


@pytest.fixture
def standin(running: StandIn) -> Iterator[StandIn]:
    running.files = {PATH: TABLE}
    running.faults.clear()
    running.requests.clear()
    yield running
    running.faults.clear()


# Faults that pass: the first run already succeeds.


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.status(429), id="429 without Retry-After"),
        pytest.param(faults.status(429, Retry_After="1"), id="429 with Retry-After in seconds"),
        pytest.param(faults.status(503, Retry_After="soon"), id="503 with nonsense in Retry-After"),
        pytest.param(faults.status(500), id="500"),
        pytest.param(faults.status(502), id="502"),
        pytest.param(faults.status(504), id="504"),
        pytest.param(faults.reset, id="connection reset"),
        pytest.param(faults.truncate(TABLE, at=30_000), id="truncated body"),
        pytest.param(faults.truncate(TABLE, at=0), id="no body at all"),
        pytest.param(faults.status(416), id="416 out of the blue"),
    ],
)
def test_a_passing_fault_is_outlived_in_the_same_run(standin: StandIn, tmp_path: Path, fault: Any) -> None:
    standin.fail(PATH, fault, fault)

    report = fetch_city(build(standin, fetch={"wait_total_s": 5.0}), tmp_path)

    assert report.list_files("fetched") == (FILE,)
    require_whole(tmp_path)


def test_retry_after_is_honoured_in_seconds_and_as_a_date(standin: StandIn, tmp_path: Path) -> None:
    in_two_seconds = formatdate(time.time() + 2, usegmt=True)  # whole seconds: 1 to 2 s from now
    standin.fail(PATH, faults.status(503, Retry_After=in_two_seconds), faults.status(429, Retry_After="1"))

    fetch_city(build(standin, fetch={"wait_total_s": 5.0}), tmp_path)

    moments = [moment for *_, moment in standin.requests]
    assert moments[1] - moments[0] >= 0.9
    assert moments[2] - moments[1] >= 1.0


def test_a_retry_after_beyond_the_budget_ends_at_once(standin: StandIn, tmp_path: Path) -> None:
    standin.fail(PATH, faults.status(429, Retry_After="3600"))

    started = time.monotonic()
    with pytest.raises(SourceError, match="asks to wait 3600 s") as caught:
        fetch_city(build(standin), tmp_path)

    assert time.monotonic() - started < 2
    assert len(standin.requests) == 1
    assert "wait_total_s" in str(caught.value) or "later" in caught.value.hint


def test_a_service_that_stays_busy_ends_with_the_budget_of_waits(standin: StandIn, tmp_path: Path) -> None:
    standin.fail(PATH, *[faults.status(429)] * 50)
    profile = build(standin, fetch={"attempts_max": 20, "wait_total_s": 0.5})

    with pytest.raises(SourceError, match="answer 429 Too Many Requests"):
        fetch_city(profile, tmp_path)

    moments = [moment for *_, moment in standin.requests]
    assert 1 < len(moments) < 20
    assert moments[-1] - moments[0] < 1.5


# Faults that do not pass: a clear error, the last good file stays, the next run heals.

STAYING = {
    "slow drip": (faults.drip(TABLE[:3000], pause_s=0.05), "took longer than 1 s"),
    "slow drip of headers": (faults.drip_headers, "took longer than 1 s"),
    "web page with its type": (faults.body(b"<html>", Content_Type="text/html; charset=utf-8"), "web page"),
    "web page in disguise": (faults.body(b"\xef\xbb\xbf \n<!DOCTYPE html><title>Wartung"), "web page"),
    "empty body": (faults.body(b""), "is empty"),
    "gzip bomb": (faults.gzip_bomb(megabytes=60), "more than the 5 MB"),
    "gzip bomb in two layers": (faults.gzip_bomb(megabytes=6, layers="gzip, gzip"), "packs its answer"),
    "unknown packing": (faults.body(b"x", Content_Encoding="br"), "packs its answer"),
    "larger than allowed": (faults.body(b"a;b\n" * 2_000_000), "more than the 5 MB"),
    "redirect to another host": (faults.redirect("https://elsewhere.example/cells.csv"), "another host"),
    "redirect to http": (faults.redirect("http://open-data.example/cells.csv"), "not https"),
    "redirect to a file": (faults.redirect("file:///etc/passwd"), "not https"),
    "redirect to itself": (faults.redirect(PATH), "redirects in a row"),
    "not found": (faults.status(404), "404 Not Found"),
    "forbidden": (faults.status(403), "403 Forbidden"),
}


@pytest.mark.parametrize("name", STAYING)
def test_a_staying_fault_leaves_the_last_good_file_and_the_next_run_heals(
    standin: StandIn, tmp_path: Path, name: str
) -> None:
    fault, message = STAYING[name]
    profile = build(standin, fetch={"transfer_total_s": 1.0, "download_max_mb": 5.0})
    fetch_city(profile, tmp_path)
    before = read_provenance(tmp_path)
    standin.files[PATH] = NEXT_TABLE
    standin.fail(PATH, *[fault] * 8)

    started = time.monotonic()
    with pytest.raises(SourceError, match=message) as caught:
        fetch_city(profile, tmp_path)

    assert time.monotonic() - started < 4
    assert all(
        str(caught.value).splitlines()[i].startswith(label) for i, label in enumerate(("error:", "where:"))
    )
    assert (tmp_path / FILE).read_bytes() == TABLE
    assert read_provenance(tmp_path) == before
    standin.faults.clear()
    fetch_city(profile, tmp_path)
    require_whole(tmp_path, NEXT_TABLE)


def test_a_body_longer_than_its_content_length_is_not_taken_for_the_whole(
    standin: StandIn, tmp_path: Path
) -> None:
    collection = json.dumps(
        {"type": "FeatureCollection", "features": [build_feature(n) for n in range(40)]}
    ).encode()
    standin.files["/places.geojson"] = collection
    profile = build_standin_profile(
        {"osm": {"file": "places.geojson", "url": f"{standin.url}/places.geojson"}}, url=standin.url
    )
    standin.fail("/places.geojson", faults.promise_less(collection, by=7))

    with pytest.raises(SourceError, match=r"places\.geojson"):
        fetch_city(profile, tmp_path)

    assert not (tmp_path / "places.geojson").exists()
    fetch_city(profile, tmp_path)
    assert (tmp_path / "places.geojson").read_bytes() == collection


def build_feature(number: int) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"number": number, "name": f"Ort {number}"},
        "geometry": {"type": "Point", "coordinates": [7.4 + number / 1000, 51.5]},
    }


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_pbf_without_content_length_is_refused(
    standin: StandIn, tmp_path: Path, *, real_data: Path, cut: float
) -> None:
    whole = (real_data / "dortmund_aplerbeck_2026-07-14.osm.pbf").read_bytes()
    standin.files["/a.osm.pbf"] = whole[: int(len(whole) * cut)]
    profile = build_standin_profile(
        {"osm": {"file": "a.osm.pbf", "url": f"{standin.url}/a.osm.pbf"}}, url=standin.url
    )
    with pytest.raises(SourceError, match=r"ends early|whole OSM PBF"):
        fetch_city(profile, tmp_path)
    standin.files["/a.osm.pbf"] = whole
    fetch_city(profile, tmp_path)
    assert (tmp_path / "a.osm.pbf").read_bytes() == whole


def test_a_wrong_checksum_is_refused_and_the_right_one_taken(standin: StandIn, tmp_path: Path) -> None:
    profile = build(standin, md5_url=f"{standin.url}/cells.md5")
    standin.files["/cells.md5"] = f"{'0' * 32}  {FILE}\n".encode()
    with pytest.raises(SourceError, match=r"checksum of cells\.csv is wrong"):
        fetch_city(profile, tmp_path)
    assert not (tmp_path / FILE).exists()

    standin.files["/cells.md5"] = (
        f"{hashlib.md5(TABLE, usedforsecurity=False).hexdigest()}  {FILE}\n".encode()
    )
    fetch_city(profile, tmp_path)
    require_whole(tmp_path)


def test_a_checksum_file_that_is_a_web_page_is_refused(standin: StandIn, tmp_path: Path) -> None:
    standin.files["/cells.md5"] = b"<html>" + b"d41d8cd98f00b204e9800998ecf8427e"
    with pytest.raises(SourceError, match="holds no md5"):
        fetch_city(build(standin, md5_url=f"{standin.url}/cells.md5"), tmp_path)


# Reuse and resume.


def test_an_unchanged_file_is_asked_for_with_its_etag_and_not_sent_again(
    standin: StandIn, tmp_path: Path
) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    first = (tmp_path / "sources.toml").read_bytes()

    report = fetch_city(profile, tmp_path)

    assert report.outcomes[0].status == "unchanged"
    assert report.outcomes[0].received_bytes == 0
    second = standin.list_requests(PATH)[1]
    assert second["If-None-Match"].startswith('"')
    assert second["If-Modified-Since"] == standin.modified
    assert (tmp_path / "sources.toml").read_bytes() == first


def test_a_file_that_was_edited_by_hand_is_fetched_anew(standin: StandIn, tmp_path: Path) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    (tmp_path / FILE).write_bytes(TABLE + b"added;1\n")

    assert fetch_city(profile, tmp_path).outcomes[0].status == "fetched"
    require_whole(tmp_path)


def break_off(standin: StandIn, raw: Path, profile: Profile, *, at: int, tag: str) -> None:
    """Leave a download broken at `at` bytes, of the version with an ETag."""
    standin.fail(PATH, faults.truncate(TABLE, at=at, ETag=tag), *[faults.status(503)] * 8)
    with pytest.raises(SourceError, match="503"):
        fetch_city(profile, raw)
    standin.faults.clear()
    standin.requests.clear()


def test_a_broken_download_is_resumed_where_it_ended(standin: StandIn, tmp_path: Path) -> None:
    profile = build(standin)
    tag = f'"{hashlib.sha256(TABLE).hexdigest()[:16]}"'
    break_off(standin, tmp_path, profile, at=40_000, tag=tag)

    report = fetch_city(profile, tmp_path)

    (headers,) = standin.list_requests(PATH)
    assert (headers["Range"], headers["If-Range"]) == ("bytes=40000-", tag)
    assert report.outcomes[0].received_bytes == len(TABLE) - 40_000
    require_whole(tmp_path)


def test_a_file_that_changed_meanwhile_is_not_glued_to_the_old_piece(
    standin: StandIn, tmp_path: Path
) -> None:
    profile = build(standin)
    break_off(standin, tmp_path, profile, at=40_000, tag='"the old version"')
    standin.files[PATH] = NEXT_TABLE

    fetch_city(profile, tmp_path)

    assert standin.list_requests(PATH)[0]["If-Range"] == '"the old version"'
    require_whole(tmp_path, NEXT_TABLE)


def test_a_piece_for_another_range_is_not_taken(standin: StandIn, tmp_path: Path) -> None:
    profile = build(standin)
    break_off(standin, tmp_path, profile, at=40_000, tag='"a"')
    wrong = f"bytes 30000-{len(TABLE) - 1}/{len(TABLE)}"
    standin.fail(PATH, lambda handler: handler.send(206, TABLE[30_000:], Content_Range=wrong))

    fetch_city(profile, tmp_path)

    require_whole(tmp_path)


def test_a_piece_without_a_version_to_compare_is_not_resumed(standin: StandIn, tmp_path: Path) -> None:
    profile = build(standin)
    break_off(standin, tmp_path, profile, at=40_000, tag='W/"weak"')

    fetch_city(profile, tmp_path)

    assert "Range" not in standin.list_requests(PATH)[0]
    require_whole(tmp_path)


# Archives.


def zip_of(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def zip_named(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(FILE, TABLE)
        archive.writestr(zipfile.ZipInfo(name), b"evil")
    return packed.getvalue()


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv", "a/../../evil"]
)
def test_a_zip_with_names_that_leave_their_folder_is_refused(
    standin: StandIn, tmp_path: Path, name: str
) -> None:
    raw = tmp_path / "raw"
    standin.files["/z.zip"] = zip_named(name)
    with pytest.raises(SourceError, match="lead out of their folder"):
        fetch_city(build(standin, "/z.zip", member=FILE), raw)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [".fetch.lock"]

    standin.files["/z.zip"] = zip_of(cells__csv=TABLE)
    fetch_city(build(standin, "/z.zip", member=FILE), raw)
    require_whole(raw)


def test_a_zip_bomb_is_refused_by_its_ratio_and_by_its_size(standin: StandIn, tmp_path: Path) -> None:
    standin.files["/z.zip"] = zip_of(cells__csv=b"a;b\n" * 5_000_000)  # 20 MB in 20 kB
    with pytest.raises(SourceError, match=r"would unpack .* bytes to 20000000"):
        fetch_city(build(standin, "/z.zip", member=FILE), tmp_path)

    standin.files["/z.zip"] = zip_of(cells__csv=TABLE)
    with pytest.raises(SourceError, match="would unpack"):
        fetch_city(build(standin, "/z.zip", member=FILE, fetch={"member_max_mb": 0.05}), tmp_path)
    assert not (tmp_path / FILE).exists()


def test_a_zip_bomb_that_lies_about_its_size_is_cut_at_what_it_says(standin: StandIn, tmp_path: Path) -> None:
    bomb = bytearray(zip_of(cells__csv=b"a;b\n" * 5_000_000))
    directory = bomb.rfind(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")  # "1,000 bytes unpacked"
    standin.files["/z.zip"] = bytes(bomb)
    with pytest.raises(SourceError, match="is broken"):
        fetch_city(build(standin, "/z.zip", member=FILE), tmp_path)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("spoil", ["no zip", "cut", "flipped byte"])
def test_a_broken_zip_is_refused_and_fetched_anew(standin: StandIn, tmp_path: Path, spoil: str) -> None:
    good = zip_of(cells__csv=TABLE)
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 0xFF
    standin.files["/z.zip"] = {"no zip": TABLE, "cut": good[:-30], "flipped byte": bytes(flipped)}[spoil]
    with pytest.raises(SourceError, match="is broken"):
        fetch_city(build(standin, "/z.zip", member=FILE), tmp_path)

    standin.files["/z.zip"] = good
    fetch_city(build(standin, "/z.zip", member=FILE), tmp_path)
    require_whole_member(tmp_path)


def require_whole_member(raw: Path) -> None:
    assert (raw / FILE).read_bytes() == TABLE
    assert read_provenance(raw)[FILE].note == "member cells.csv"


def test_an_archive_without_the_member_names_what_it_holds(standin: StandIn, tmp_path: Path) -> None:
    standin.files["/z.zip"] = zip_of(other__csv=TABLE)
    with pytest.raises(SourceError, match=r"no member cells\.csv") as caught:
        fetch_city(build(standin, "/z.zip", member=FILE), tmp_path)
    assert "other.csv" in caught.value.where


def test_a_licence_corrected_in_the_profile_is_recorded_although_the_bytes_are_the_same(
    standin: StandIn, tmp_path: Path
) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    osm = profile.sources.osm.model_copy(update={"licence": "DL-DE-BY-2.0", "attribution": "© Amt"})
    corrected = profile.model_copy(update={"sources": profile.sources.model_copy(update={"osm": osm})})

    report = fetch_city(corrected, tmp_path)

    assert report.outcomes[0].status == "unchanged"
    entry = read_provenance(tmp_path)[osm.file]
    assert (entry.licence, entry.attribution) == ("DL-DE-BY-2.0", "© Amt")


def test_an_unchanged_archive_is_not_sent_again_although_only_its_member_was_kept(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.files["/z.zip"] = zip_of(cells__csv=TABLE)
    profile = build(standin, "/z.zip", member=FILE)
    fetch_city(profile, tmp_path)

    assert fetch_city(profile, tmp_path).outcomes[0].status == "unchanged"


# Schema drift at the door.


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (TABLE.replace(b"name;persons", b"name;people"), "lost its field 'persons'"),
        (b"name;persons\n" + b"a;viele\n" * ROWS, "changed its field 'persons' from number to text"),
        (  # far behind: the first 4,096 bytes are as before
            TABLE.replace(b";5\n", b";?\n").replace(b";9\n", b";?\n"),
            r"changed its field 'persons' from number to text in \d+ of 6000 rows",
        ),
        (b"name;persons\n" + b"cell;\n" * ROWS, "lost all values of its field 'persons'"),
        (b"name;persons\n" + b"cell;\xe2\x80\x93\n" * ROWS, "lost all values of its field 'persons'"),
        (b"name;persons\n", "has 0 rows"),
        (TABLE[: len(TABLE) // 2], "shrank from 6000 to"),
    ],
)
def test_drift_is_refused_with_the_field_and_the_last_good_date(
    standin: StandIn, tmp_path: Path, *, changed: bytes, message: str
) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    last_date = read_provenance(tmp_path)[FILE].retrieved[:10]
    standin.files[PATH] = changed

    with pytest.raises(SourceError, match=message) as caught:
        fetch_city(profile, tmp_path)

    assert last_date in caught.value.what
    require_whole(tmp_path)


def test_a_spoilt_last_file_does_not_keep_the_new_one_out(standin: StandIn, tmp_path: Path) -> None:
    fetch_city(build(standin), tmp_path)
    (tmp_path / FILE).write_bytes(b"<html>what a browser saved over it")
    fetch_city(build(standin), tmp_path)
    require_whole(tmp_path)


def test_a_shrink_within_the_share_and_new_fields_are_no_drift(standin: StandIn, tmp_path: Path) -> None:
    fetch_city(build(standin), tmp_path)
    lines = TABLE.splitlines(keepends=True)
    smaller = b"".join(line.replace(b"\n", b";x\n") for line in lines[: 1 + ROWS * 8 // 10])
    standin.files[PATH] = smaller

    fetch_city(build(standin), tmp_path)

    require_whole(tmp_path, smaller)


def test_fields_the_profile_counts_on_are_demanded_from_the_first_file_on(
    standin: StandIn, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="has no field haushalte"):
        fetch_city(build(standin, fields=["persons", "haushalte"]), tmp_path)
    standin.files[PATH] = b"name;persons\n" + b"cell;-\n" * ROWS
    with pytest.raises(SourceError, match="has no value in its field persons"):
        fetch_city(build(standin, fields=["persons"]), tmp_path)
    assert not (tmp_path / FILE).exists()


# Manners and the rest.


def test_nothing_is_asked_without_a_contact(standin: StandIn, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="names no contact"):
        fetch_city(build(standin, fetch={"contact": " "}), tmp_path)
    assert standin.requests == []


def test_every_request_carries_the_contact_and_the_pause_between_requests_holds(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.files["/cells.md5"] = hashlib.md5(TABLE, usedforsecurity=False).hexdigest().encode()
    profile = build(standin, md5_url=f"{standin.url}/cells.md5", fetch={"pause_s": {"127.0.0.1": 0.4}})

    fetch_city(profile, tmp_path)

    assert all("test@example.org" in headers["User-Agent"] for _, _, headers, _, _ in standin.requests)
    moments = [moment for *_, moment in standin.requests]
    assert moments[1] - moments[0] >= 0.35  # the clock of the server, a little after ours


def test_http_is_refused_unless_the_profile_allows_the_local_host() -> None:
    with pytest.raises(ConfigError, match="is not an https address"):
        build_standin_profile(
            {"osm": {"file": FILE, "url": "http://127.0.0.1:1/x"}},
            url="https://a.example",
            allow_http_hosts=[],
        )
    with pytest.raises(ConfigError, match="allow_http_hosts"):
        build_standin_profile(
            {"osm": {"file": FILE}}, url="https://a.example", allow_http_hosts=["a.example"]
        )


def test_an_unknown_host_is_told_at_once(tmp_path: Path) -> None:
    profile = build_standin_profile(
        {"osm": {"file": FILE, "url": "https://no-such-host.invalid/x.csv"}}, url="https://a.example"
    )
    started = time.monotonic()
    with pytest.raises(SourceError, match="cannot be reached"):
        fetch_city(profile, tmp_path)
    assert time.monotonic() - started < 10


def test_one_source_that_fails_does_not_stop_the_others(standin: StandIn, tmp_path: Path) -> None:
    standin.files["/list.csv"] = b"name;klasse\nA;library\n"
    sources = {
        **describe(standin, "/gone.csv"),
        "places": [
            {"key": "a", "file": "list.csv", "url": f"{standin.url}/list.csv"},
            {"key": "b", "file": "gone.csv", "url": f"{standin.url}/gone2.csv"},
        ],
    }
    with pytest.raises(SourceError, match=r"404.*failed in all: cells\.csv, gone\.csv"):
        fetch_city(build_standin_profile(sources, url=standin.url), tmp_path)
    assert list(read_provenance(tmp_path)) == ["list.csv"]


def test_a_local_file_takes_the_place_of_the_service_through_the_same_door(tmp_path: Path) -> None:
    local, raw = tmp_path / "mine.zip", tmp_path / "raw"
    local.write_bytes(zip_of(cells__csv=TABLE))
    source = {
        "file": FILE,
        "local_file": str(local),
        "member": FILE,
        "licence": "mine",
        "attribution": "© Wir",
    }
    profile = build_standin_profile({"osm": source}, url="https://a.example")

    assert fetch_city(profile, raw).outcomes[0].status == "fetched"
    assert fetch_city(profile, raw).outcomes[0].status == "unchanged"
    entry = read_provenance(raw)[FILE]
    assert (entry.attribution, entry.licence, entry.url) == ("© Wir", "mine", "mine.zip")
    local.write_bytes(zip_of(cells__csv=b"name\n<html>"))
    with pytest.raises(SourceError, match="lost its field 'persons'"):
        fetch_city(profile, raw)


def test_the_checksum_beside_a_local_file_is_compared(tmp_path: Path) -> None:
    local, raw = tmp_path / "mine.csv", tmp_path / "raw"
    local.write_bytes(TABLE)
    checksum = tmp_path / "mine.csv.md5"
    profile = build_standin_profile(
        {"osm": {"file": FILE, "local_file": str(local)}}, url="https://a.example"
    )
    for content, message in (
        (b"0" * 32 + b"  mine.csv\n", "checksum of cells.csv is wrong"),
        (b"?", "no md5"),
    ):
        checksum.write_bytes(content)
        with pytest.raises(SourceError, match=message):
            fetch_city(profile, raw)
        assert not (raw / FILE).exists()
    checksum.write_text(f"{hashlib.md5(TABLE, usedforsecurity=False).hexdigest()}  mine.csv\n")
    fetch_city(profile, raw)
    require_whole(raw)


def test_a_local_file_without_the_checksum_its_source_has_is_taken_and_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "mine.csv").write_bytes(TABLE)
    source = {"file": FILE, "local_file": str(tmp_path / "mine.csv"), "md5_url": "https://a.example/x.md5"}
    fetch_city(build_standin_profile({"osm": source}, url="https://a.example", contact=""), tmp_path / "raw")
    assert "mine.csv is not checked: there is no mine.csv.md5 beside it" in caplog.text
    require_whole(tmp_path / "raw")


def test_files_put_there_by_hand_are_left_alone_and_described(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(TABLE)
    profile = build_standin_profile(
        {"osm": {"file": FILE, "attribution": "© Amt"}}, url="https://a.example", contact=""
    )
    assert fetch_city(profile, tmp_path).outcomes[0].status == "by_hand"
    assert read_provenance(tmp_path)[FILE].attribution == "© Amt"
    assert read_provenance(tmp_path)[FILE].sha256 == hash_file(tmp_path / FILE)


def test_progress_tells_bytes_and_size(standin: StandIn, tmp_path: Path) -> None:
    seen: list[FetchProgress] = []
    fetch_city(build(standin), tmp_path, progress=seen.append)
    assert [p.stage for p in seen][-2:] == ["checking", "done"]
    received = [p for p in seen if p.stage == "receiving"]
    assert (received[-1].done, received[-1].total) == (len(TABLE), len(TABLE))
