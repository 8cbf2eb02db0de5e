# SPDX-License-Identifier: MIT
"""One file by HTTP: asked for only if changed, resumed where it broke off, checked for its length."""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from begegnung_geo.errors import SourceError
from begegnung_geo.files import write_bytes
from begegnung_geo.sources.http_answers import (
    MEGABYTE,
    TransientError,
    explain_full_disk,
    iter_body,
    looks_like_html,
)
from begegnung_geo.sources.http_client import PoliteClient

logger = logging.getLogger(__name__)

ByteCounter = Callable[[int, int], None]
"""Called with the bytes on disk and the bytes expected (0 where unknown)."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_MD5 = re.compile(rb"\b([0-9a-fA-F]{32})\b")
_OK, _PARTIAL, _NOT_MODIFIED = 200, 206, 304


@dataclass(frozen=True)
class Version:
    """What a service says about one version of a file; empty where it says nothing."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    total_bytes: int = 0

    @property
    def resume_key(self) -> str:
        """The value for If-Range: a strong ETag, otherwise the date; empty where neither is known."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True)
class Download:
    """
    What a download came to.

    `received_bytes` counts only what crossed the network this time; `row_count` is
    what the service says the file has, 0 where it says nothing.
    """

    version: Version
    is_unchanged: bool = False
    received_bytes: int = 0
    is_length_known: bool = True
    row_count: int = 0


def download_file(
    client: PoliteClient, url: str, *, part: Path, known: Version | None = None, on_bytes: ByteCounter
) -> Download:
    """
    Bring a file to `part`, going on where an earlier try ended.

    A broken download goes on with Range and If-Range, so that pieces of two
    versions are never glued; without a version to compare it starts again.

    Parameters
    ----------
    client
        Client of this source.
    url
        Where the file is.
    part
        Where it is written; a `.json` beside it remembers the version.
    known
        Version of the good file that is there already; where the service says that
        it is still the newest, nothing is transferred.
    on_bytes
        Progress.

    Raises
    ------
    SourceError
        If the service cannot deliver within the bounds, sends a web page, too much
        or nothing, or the disk is full.
    """
    transfer = _Transfer(client, url, part=part, known=known, on_bytes=on_bytes)
    part.parent.mkdir(parents=True, exist_ok=True)
    with explain_full_disk(str(part)):
        return client.retry(transfer.attempt, url=url)


def read_md5(client: PoliteClient, url: str) -> str:
    """
    Return the checksum that a service publishes beside a file, in small letters.

    Raises
    ------
    SourceError
        If it cannot be had, or holds no md5.
    """
    return parse_md5(client.read_bytes(url), where=url)


def parse_md5(content: bytes, *, where: str) -> str:
    """
    Return the checksum that stands in a checksum file, in small letters.

    Raises
    ------
    SourceError
        If it holds no md5.
    """
    found = _MD5.search(content[:4096])
    if found is None or looks_like_html(content[:512]):
        raise SourceError(
            "the checksum file holds no md5",
            where=where,
            hint="correct md5_url of the source, or remove it",
        )
    return found.group(1).decode().lower()


def hash_md5(path: Path) -> str:
    """Return the md5 of a file as hex: the publishers' checksum, not a proof against forgery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def discard_part(part: Path) -> None:
    """Forget a download, finished or not."""
    part.unlink(missing_ok=True)
    _version_path(part).unlink(missing_ok=True)


class _Transfer:
    """The attempts at one file."""

    def __init__(
        self, client: PoliteClient, url: str, *, part: Path, known: Version | None, on_bytes: ByteCounter
    ) -> None:
        self.client, self.url, self.part, self.known, self.on_bytes = client, url, part, known, on_bytes
        self.received = 0

    def attempt(self) -> Download:
        begun = self._find_begun()
        offset = self.part.stat().st_size if begun else 0
        is_complete = bool(begun and offset == begun.total_bytes)
        headers = self._ask_for(begun, offset=offset, is_complete=is_complete)
        with self.client.open(self.url, headers=headers) as response:
            status = response.status_code
            if status == _NOT_MODIFIED and headers.keys() & {"If-None-Match", "If-Modified-Since"}:
                return self._conclude_unchanged(begun if is_complete else None)
            if status == _OK:
                return self._store(response, offset=0)
            if status == _PARTIAL and begun and self._continues(response, begun, offset=offset):
                return self._store(response, offset=offset)
            discard_part(self.part)
            raise TransientError(f"answer {status} does not fit what was asked; starting again")

    def _find_begun(self) -> Version | None:
        try:
            begun = Version(**json.loads(_version_path(self.part).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            discard_part(self.part)
            return None
        is_usable = begun.url == self.url and begun.resume_key and self.part.exists()
        if not is_usable or (begun.total_bytes and self.part.stat().st_size > begun.total_bytes):
            discard_part(self.part)
            return None
        return begun

    def _ask_for(self, begun: Version | None, *, offset: int, is_complete: bool) -> dict[str, str]:
        if begun and offset and not is_complete:
            return {"Range": f"bytes={offset}-", "If-Range": begun.resume_key}
        version = begun if is_complete else self.known
        if version is None or version.url != self.url:
            return {}
        headers = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
        return {key: value for key, value in headers.items() if value}

    def _conclude_unchanged(self, complete_part: Version | None) -> Download:
        if complete_part and not self._is_in_place(complete_part):
            return Download(complete_part, received_bytes=self.received)
        return Download(self.known or Version(), is_unchanged=True)

    def _is_in_place(self, complete_part: Version) -> bool:
        known = self.known or Version()
        facts = (complete_part.url, complete_part.etag, complete_part.last_modified)
        return facts == (known.url, known.etag, known.last_modified)

    def _continues(self, response: httpx.Response, begun: Version, *, offset: int) -> bool:
        told = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
        same_total = told and told.group(3) in {"*", str(begun.total_bytes)}
        same_version = response.headers.get("etag", begun.etag) == begun.etag
        return bool(told and int(told.group(1)) == offset and same_total and same_version)

    def _store(self, response: httpx.Response, *, offset: int) -> Download:
        if "text/html" in response.headers.get("content-type", "").lower():
            raise SourceError(
                "the service sent a web page instead of the file",
                where=self.url,
                hint="open the address in a browser: maintenance, a login page or a moved file",
            )
        version = self._describe(response, offset=offset)
        limit = int(self.client.rules.download_max_mb * MEGABYTE)
        if not offset:
            discard_part(self.part)
            write_bytes(_version_path(self.part), json.dumps(asdict(version)).encode())
        size = offset
        with self.part.open("ab" if offset else "wb") as file:
            for piece in iter_body(response, limit_bytes=limit - offset):
                file.write(piece)
                size += len(piece)
                self.received += len(piece)
                self.on_bytes(size, version.total_bytes)
        if version.total_bytes and size != version.total_bytes:
            raise TransientError(f"{size} of {version.total_bytes} bytes arrived")
        write_bytes(_version_path(self.part), json.dumps({**asdict(version), "total_bytes": size}).encode())
        return Download(
            version, received_bytes=self.received, is_length_known=_tells_its_end(response, version)
        )

    def _describe(self, response: httpx.Response, *, offset: int) -> Version:
        told = response.headers
        is_packed = told.get("content-encoding", "identity").strip().lower() not in {"identity", ""}
        length = int(told["content-length"]) if told.get("content-length", "").isdigit() else 0
        return Version(
            url=self.url,
            # A packed body cannot be resumed by bytes of the unpacked one: no validator is kept.
            etag="" if is_packed else told.get("etag", ""),
            last_modified="" if is_packed else told.get("last-modified", ""),
            total_bytes=0 if is_packed or not length else offset + length,
        )


def _tells_its_end(response: httpx.Response, version: Version) -> bool:
    """Return whether a cut in the body would have been noticed: it has a length, or pieces with an end."""
    is_chunked = "chunked" in response.headers.get("transfer-encoding", "").lower()
    return bool(version.total_bytes) or is_chunked


def _version_path(part: Path) -> Path:
    return part.with_name(part.name + ".json")
