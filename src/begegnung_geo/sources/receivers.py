# SPDX-License-Identifier: MIT
"""How each kind of source is received: which hosts it may be asked from, and by which protocol."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.errors import SourceError
from begegnung_geo.files import hash_file
from begegnung_geo.profile import Profile
from begegnung_geo.profile_sources import FileSource, PopulationSource
from begegnung_geo.sources.clipping import find_box
from begegnung_geo.sources.download import (
    ByteCounter,
    Download,
    Version,
    discard_part,
    download_file,
    hash_md5,
    parse_md5,
    read_md5,
)
from begegnung_geo.sources.geocoder import fetch_outline
from begegnung_geo.sources.http_client import Pacer, PoliteClient
from begegnung_geo.sources.opendatasoft import fetch_dataset
from begegnung_geo.walk_rules import read_walk_rules

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One file to bring, and the key of its source in the profile."""

    key: str
    source: FileSource


@dataclass(frozen=True)
class Received:
    """A file received beside its place, and the date of its content where the service tells it."""

    download: Download
    data_date: str = ""


@dataclass(frozen=True)
class _Order:
    source: FileSource
    profile: Profile
    known: Version | None
    part: Path
    raw_dir: Path
    on_bytes: ByteCounter


def list_tasks(profile: Profile) -> list[Task]:
    """Return all files of a profile, areas first: others are clipped to them."""
    tasks = []
    for key, source in profile.sources.list_files():
        if source.kind == "hand":
            continue  # lies in config/<city>/, written by people
        tasks.append(Task(key, source))
        if isinstance(source, PopulationSource) and source.age_file:
            tasks.append(Task(f"{key}.age", _describe_age_table(source, source.age_file)))
    return tasks


def receive(
    task: Task,
    profile: Profile,
    *,
    known: Version | None,
    part: Path,
    pacer: Pacer,
    raw_dir: Path,
    on_bytes: ByteCounter,
) -> Received:
    """
    Bring one source to `part`, from its local file where the profile gives one.

    Raises
    ------
    SourceError
        If it cannot be had whole.
    """
    source = task.source
    order = _Order(source, profile, known, part, raw_dir, on_bytes)
    if source.local_file:
        return _copy_local(order)
    hosts = [urlsplit(url).hostname or "" for url in (source.url, source.md5_url) if url]
    with PoliteClient(profile.fetch, hosts=[*hosts, *source.allowed_hosts], pacer=pacer) as client:
        return _RECEIVERS[source.kind](client, order)


def _describe_age_table(source: PopulationSource, age_file: str) -> FileSource:
    return FileSource(
        **{
            **source.model_dump(include=set(FileSource.model_fields)),
            "file": age_file,
            "title": f"{source.title}, Altersklassen" if source.title else "",
            "url": source.age_url,
            "local_file": source.age_local_file,
            "member": source.age_member,
            "fields": source.age_fields,
            "md5_url": "",
        }
    )


def _download(client: PoliteClient, order: _Order) -> Received:
    source = order.source
    download = download_file(client, source.url, part=order.part, known=order.known, on_bytes=order.on_bytes)
    if source.md5_url and download.is_unchanged and not (source.clip or source.member):
        wanted = read_md5(client, source.md5_url)  # the profile may have named it since
        _require_md5(order.raw_dir / source.file, wanted=wanted, order=order, where=source.url)
    if source.md5_url and not download.is_unchanged:
        wanted = read_md5(client, source.md5_url)
        try:
            _require_md5(order.part, wanted=wanted, order=order, where=source.url)
        except SourceError:
            discard_part(order.part)
            raise
    return Received(download)


def _require_md5(path: Path, *, wanted: str, order: _Order, where: str) -> None:
    found = hash_md5(path)
    if found != wanted:
        raise SourceError(
            f"the checksum of {order.source.file} is wrong: {found}, the publisher says {wanted}",
            where=where,
            hint="fetch it anew, together with its checksum (a new version may just have been published)",
        )


def _export(client: PoliteClient, order: _Order) -> Received:
    download = fetch_dataset(
        client, order.source, part=order.part, known=order.known, on_bytes=order.on_bytes
    )
    return Received(download, data_date=download.version.last_modified[:10])


def _query_area(client: PoliteClient, order: _Order) -> Received:
    # osmnx is a third of a second and 20 MB: only who asks Overpass pays for it.
    from begegnung_geo.sources.overpass import fetch_area, list_tag_keys  # noqa: PLC0415

    config_dir = find_config_dir()
    filters = list_feature_filters(read_category_rules(config_dir))
    walk_rules = read_walk_rules(config_dir / "walkways.csv")
    download = fetch_area(
        client,
        order.source.url,
        box=find_box(order.profile, raw_dir=order.raw_dir),
        tag_keys=list_tag_keys(filters, walk_rules.class_keys),
        part=order.part,
        on_bytes=order.on_bytes,
    )
    return Received(download, data_date=download.version.last_modified[:10])


def _outline(client: PoliteClient, order: _Order) -> Received:
    source = order.source
    return Received(fetch_outline(client, source.url, osm_id=source.osm_id, part=order.part))


def _copy_local(order: _Order) -> Received:
    path = Path(order.source.local_file).expanduser()
    if not path.is_file():
        raise SourceError(
            f"there is no file {path.name}",
            where=str(path),
            hint="correct local_file of the source in the profile; it is looked up from the current folder",
        )
    version = Version(url=path.name, etag=f"sha256:{hash_file(path)}")
    if order.known == version:
        return Received(Download(version, is_unchanged=True))
    shutil.copyfile(path, order.part)
    checksum = path.with_name(f"{path.name}.md5")  # as publishers name it; nobody is asked for a local file
    if checksum.is_file():
        wanted = parse_md5(checksum.read_bytes(), where=str(checksum))
        _require_md5(order.part, wanted=wanted, order=order, where=str(path))
    elif order.source.md5_url:
        logger.warning("%s is not checked: there is no %s beside it", path.name, checksum.name)
    return Received(Download(version))


_RECEIVERS: dict[str, Callable[[PoliteClient, _Order], Received]] = {
    "download": _download,
    "opendatasoft": _export,
    "overpass": _query_area,
    "nominatim": _outline,
}
