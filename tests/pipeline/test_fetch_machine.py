# SPDX-License-Identifier: MIT
"""What the machine does to a fetch: full disk, kill -9 at any moment, two at once, little memory."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources import osm_text
from begegnung_geo.sources.fetch import fetch_city
from begegnung_geo.sources.http_answers import explain_full_disk
from live_standin import faults
from live_standin.cells import FILE, NEXT_TABLE, PATH, TABLE, build, require_whole, wait_until
from live_standin.profiles import build_standin_profile
from live_standin.server import Handler, StandIn
from live_standin.town import pack


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(seconds_max=120) as server:
        server.files[PATH] = TABLE
        yield server


CHILD = """
import json, resource, sys
from pathlib import Path
from begegnung_geo.config import build_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.sources.fetch import fetch_city
content, raw, size = json.loads(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
profile = build_profile(content, where="child")
if size:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
def report(progress):
    sys.stdout.write(f"{progress.stage} {progress.done}\\n"); sys.stdout.flush()
try:
    fetch_city(profile, raw, progress=report)
except SourceError as error:
    sys.stdout.write(str(error) + "\\n"); sys.exit(1)
"""


def start_fetch(standin: StandIn, raw: Path, *, file_size: int = 0, **about: Any) -> subprocess.Popen[str]:
    content = build(standin, **about).model_dump(mode="json", exclude_none=True)
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, json.dumps(content), str(raw), str(file_size)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_full_disk_is_told_and_the_next_run_resumes(standin: StandIn, tmp_path: Path) -> None:
    child = start_fetch(standin, tmp_path, file_size=50_000)  # no file may grow beyond 50,000 bytes
    out, err = child.communicate(timeout=30)

    assert child.returncode == 1, err
    assert "error: the disk is full" in out
    assert not (tmp_path / FILE).exists()
    standin.requests.clear()
    fetch_city(build(standin), tmp_path)
    assert standin.list_requests(PATH)[0]["Range"] == "bytes=50000-"
    require_whole(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_no_space_left_on_device_is_told_as_a_full_disk() -> None:
    def write_to_full_device() -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(OSError, match="No space left") as raised:
        write_to_full_device()
    assert raised.value.errno == errno.ENOSPC
    with pytest.raises(SourceError, match="the disk is full"), explain_full_disk("/dev/full"):
        write_to_full_device()


def test_a_folder_that_cannot_be_made_is_told(standin: StandIn, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"a file in the way")
    with pytest.raises(SourceError, match="a file cannot be written"):
        fetch_city(build(standin), tmp_path / "raw" / "dortmund")


def test_kill_9_in_the_middle_of_a_download_loses_nothing(standin: StandIn, tmp_path: Path) -> None:
    old_profile = build(standin)
    standin.files[PATH] = NEXT_TABLE
    fetch_city(old_profile, tmp_path)
    standin.files[PATH] = TABLE
    tag = f'"{hashlib.sha256(TABLE).hexdigest()[:16]}"'

    def slow(handler: Any) -> None:
        handler.send(200, TABLE[:50_000], Content_Length=str(len(TABLE)), ETag=tag)
        handler.wfile.flush()
        time.sleep(10)

    standin.fail(PATH, slow)
    child = start_fetch(standin, tmp_path)
    part = tmp_path / ".downloads" / FILE
    wait_until(lambda: part.exists() and part.stat().st_size > 0)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=10)

    assert (tmp_path / FILE).read_bytes() == NEXT_TABLE
    size = part.stat().st_size
    standin.requests.clear()
    fetch_city(old_profile, tmp_path)
    assert standin.list_requests(PATH)[0]["Range"] == f"bytes={size}-"
    require_whole(tmp_path)


@pytest.mark.parametrize("step", ["before the new name", "before the provenance", "before the version"])
def test_kill_9_in_the_middle_of_a_write_loses_nothing(standin: StandIn, tmp_path: Path, step: str) -> None:
    fetch_city(build(standin), tmp_path)
    standin.files[PATH] = NEXT_TABLE
    # The process kills itself at the very moment.
    victim = {"before the new name": FILE, "before the provenance": "sources.toml"}.get(step, f"{FILE}.json")
    deadly = f"""
import os, signal
from pathlib import Path
replace = Path.replace
def replace_or_die(self, target):
    if Path(target).name == {victim!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = replace_or_die
"""
    content = build(standin).model_dump(mode="json", exclude_none=True)
    child = subprocess.run(
        [sys.executable, "-c", deadly + CHILD, json.dumps(content), str(tmp_path), "0"],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    assert (tmp_path / FILE).read_bytes() in (TABLE, NEXT_TABLE)

    fetch_city(build(standin), tmp_path)

    require_whole(tmp_path, NEXT_TABLE)


def test_of_two_fetches_at_once_the_first_finishes_and_the_second_is_told(
    standin: StandIn, tmp_path: Path
) -> None:
    is_told = threading.Event()
    tag = f'"{hashlib.sha256(TABLE).hexdigest()[:16]}"'

    def pause_in_the_middle(handler: Handler) -> None:
        handler.send(200, TABLE[:50_000], Content_Length=str(len(TABLE)), ETag=tag)
        handler.wfile.flush()
        is_told.wait(20)
        handler.wfile.write(TABLE[50_000:])

    standin.fail(PATH, pause_in_the_middle)
    first = start_fetch(standin, tmp_path, fetch={"read_timeout_s": 30.0, "transfer_total_s": 60.0})
    wait_until(lambda: standin.list_requests(PATH))

    with pytest.raises(SourceError, match=f"another fetch is at work here .process {first.pid}"):
        fetch_city(build(standin), tmp_path)
    is_told.set()
    out, err = first.communicate(timeout=30)

    assert first.returncode == 0, out + err
    require_whole(tmp_path)
    assert fetch_city(build(standin), tmp_path).outcomes[0].status == "unchanged"


def test_a_lock_goes_with_the_process_that_is_killed(standin: StandIn, tmp_path: Path) -> None:
    standin.fail(PATH, faults.drip(TABLE[:200], pause_s=0.05))
    first = start_fetch(standin, tmp_path)
    wait_until(lambda: standin.list_requests(PATH))
    os.kill(first.pid, signal.SIGKILL)
    first.communicate(timeout=10)
    standin.faults.clear()
    fetch_city(build(standin), tmp_path)
    require_whole(tmp_path)


# In the middle of a clip.

DIE = """
import os, signal
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
"""
DIE_IN_THE_TABLE = (
    DIE
    + """
from begegnung_geo.sources import archives
stream = archives._stream_batches
def stream_and_die(*arguments, **options):
    for number, batch in enumerate(stream(*arguments, **options)):
        yield batch
        if number == 1:
            die()
archives._stream_batches = stream_and_die
"""
)
DIE_IN_THE_MAP = (
    DIE
    + """
from begegnung_geo.sources import osm_clip
select = osm_clip._select_nodes
def select_and_die(extract, node_ids, *, out):
    out.write(b"n1 v1 x7.55 y51.45\\n")
    die()
osm_clip._select_nodes = select_and_die
"""
)
BOX = {"box_wgs84": [7.53, 51.43, 7.58, 51.47], "buffer_m": 0}


def write_grid(persons: int) -> bytes:
    # The box above lies about there in EPSG:3035; half of the cells are in it.
    rows = [
        f"id{n};{4_147_050 + n % 70 * 100};{3_150_050 + n // 70 % 80 * 100};{persons}" for n in range(60_000)
    ]
    return "\n".join(["GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner", *rows, ""]).encode()


def write_map(folder: Path, name: str) -> bytes:
    lines = [
        f"n{n} v1 t2026-01-01T00:00:00Z Tname={name} x{7.5 + n % 99 / 1000} y51.45" for n in range(1, 20_000)
    ]
    lines += [f"w{n} v1 t2026-01-01T00:00:00Z Thighway=path Nn{n},n{n + 1}" for n in range(1, 9_000)]
    path = folder / f"{name}.osm.pbf"
    command = [sys.executable, "-m", osm_text.__name__, "write", "pbf", str(path), "7", "51", "8", "52", ""]
    subprocess.run(command, input="\n".join([*lines, ""]).encode(), check=True, timeout=60)
    return path.read_bytes()


def describe_clip(standin: StandIn, kind: str) -> dict[str, Any]:
    source = {
        "table": {"file": "grid.csv", "url": f"{standin.url}/c", "member": "grid.csv"},
        "map": {"file": "map.osm.pbf", "url": f"{standin.url}/c"},
    }[kind]
    profile = build_standin_profile({"osm": {**source, "clip": "box"}}, url=standin.url)
    return {**profile.model_dump(mode="json", exclude_none=True), "study": {**BOX}}


def serve_clip(standin: StandIn, kind: str, folder: Path, *, version: int) -> None:
    content = pack("grid.csv", write_grid(version)) if kind == "table" else write_map(folder, f"v{version}")
    standin.files["/c"] = content


def run_child(
    code: str, content: dict[str, Any], raw: Path, *, file_size: int = 0
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code + CHILD, json.dumps(content), str(raw), str(file_size)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def find_helpers(folder: Path) -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = process.read_bytes()
            if b"osm_text" in command and str(folder).encode() in command:
                found.append(command)
    return found


@pytest.mark.parametrize(("kind", "deadly"), [("table", DIE_IN_THE_TABLE), ("map", DIE_IN_THE_MAP)])
def test_kill_9_in_the_middle_of_a_clip_loses_nothing(
    standin: StandIn, tmp_path: Path, *, kind: str, deadly: str
) -> None:
    content, raw = describe_clip(standin, kind), tmp_path / "raw"
    profile = build_profile(content, where="test")
    serve_clip(standin, kind, tmp_path, version=1)
    fetch_city(profile, raw)
    file = raw / profile.sources.osm.file
    good, entries = file.read_bytes(), read_provenance(raw)
    serve_clip(standin, kind, tmp_path, version=2)

    child = run_child(deadly, content, raw)

    assert child.returncode == -signal.SIGKILL, child.stderr
    assert "clipping" in child.stdout
    assert file.read_bytes() == good
    assert read_provenance(raw) == entries
    wait_until(lambda: not find_helpers(raw))  # helpers end by themselves
    standin.requests.clear()
    fetch_city(profile, raw)
    sent = standin.list_requests("/c")[0]
    assert "If-None-Match" in sent  # the whole download is still there: nothing is sent twice
    assert file.read_bytes() != good
    assert {path.name for path in raw.iterdir()} == {".fetch.lock", file.name, "sources.toml"}
    fetch_city(profile, tmp_path / "other")
    assert (tmp_path / "other" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("kind", ["table", "map"])
def test_a_disk_that_is_full_in_the_middle_of_a_clip_is_told_and_the_next_run_finishes(
    standin: StandIn, tmp_path: Path, kind: str
) -> None:
    content, raw = describe_clip(standin, kind), tmp_path / "raw"
    serve_clip(standin, kind, tmp_path, version=1)
    child = run_child("", content, raw, file_size=len(standin.files["/c"]) + 1000)

    assert child.returncode == 1, child.stderr
    assert "error: the disk is full" in child.stdout
    assert "clipping" in child.stdout
    assert sorted(path.name for path in raw.iterdir()) == [".downloads", ".fetch.lock"]
    report = fetch_city(build_profile(content, where="test"), raw)
    assert report.outcomes[0].received_bytes == 0  # the download was whole
    assert report.outcomes[0].status == "fetched"
    assert sorted(path.name for path in raw.iterdir())[:1] == [".fetch.lock"]
