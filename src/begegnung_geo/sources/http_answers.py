# SPDX-License-Identifier: MIT
"""What comes back from a service, taken in with suspicion: bounded, unpacked with care, never guessed."""

import errno
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from begegnung_geo.errors import SourceError

MEGABYTE = 1_000_000
_INFLATE_BYTES = 1 << 18
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_WRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})


class TransientError(Exception):
    """A fault that may pass: worth another try after a wait."""

    def __init__(self, what: str, *, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(what)


def iter_body(response: httpx.Response, *, limit_bytes: int) -> Iterator[bytes]:
    """
    Yield the body in pieces of bounded size, unpacked where the service packed it.

    Raises
    ------
    TransientError
        If a packed body ends early.
    SourceError
        If the body, unpacked, exceeds the limit, or is packed in an unknown way.
    """
    encoding = response.headers.get("content-encoding", "")
    chunks = response.iter_raw()  # as it arrives: what came before a break is kept
    return unpack(chunks, encoding=encoding, limit_bytes=limit_bytes, url=str(response.url))


def unpack(chunks: Iterator[bytes], *, encoding: str, limit_bytes: int, url: str) -> Iterator[bytes]:
    """
    Yield the pieces of a body as they were before packing, up to a limit.

    Raises
    ------
    TransientError
        If a packed body ends early.
    SourceError
        If the body, unpacked, exceeds the limit, or is packed in an unknown way.
    """
    packing = encoding.strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise SourceError(
            f"the service packs its answer as {packing!r}, which was not asked for",
            where=url,
            hint="report it to the service",
        )
    received = 0
    for piece in _inflate(chunks) if "gzip" in packing else chunks:
        received += len(piece)
        if received > limit_bytes:
            raise SourceError(
                f"the service sends more than the {limit_bytes / MEGABYTE:.0f} MB allowed",
                where=url,
                hint="check the address; the limits are download_max_mb and answer_max_mb in [fetch]",
            )
        yield piece


def parse_json(body: bytes, *, url: str) -> Any:  # noqa: ANN401 - JSON is anything
    """
    Return the value of a JSON answer.

    Raises
    ------
    SourceError
        If it is not JSON; says so when it is a web page.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        what = "a web page" if looks_like_html(body[:512]) else "something that is not JSON"
        raise SourceError(
            f"the service sent {what} instead of data",
            where=url,
            hint="open the address in a browser: maintenance, a login page or a moved service",
        ) from error


def looks_like_html(start: bytes) -> bool:
    """Return whether a file begins like a web page."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<!--"))


@contextmanager
def explain_full_disk(where: str) -> Iterator[None]:
    """Turn "no space left" and "not allowed" from the system into an error a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in _NOT_WRITABLE:
            raise SourceError(
                f"a file cannot be written: {error.strerror}",
                where=str(error.filename or where),
                hint="check the rights of the folder, and that no file has its name",
            ) from error
        if error.errno not in _DISK_FULL:
            raise
        raise SourceError(
            "the disk is full, or a limit on file sizes is reached",
            where=where,
            hint="make room and run `make fetch` again; the last good files stay as they are",
        ) from error


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            packed = chunk
            while packed:
                yield decoder.decompress(packed, _INFLATE_BYTES)
                packed = decoder.unconsumed_tail
                if decoder.eof:
                    packed = decoder.unused_data
                    decoder = zlib.decompressobj(wbits=31) if packed else decoder
    except zlib.error as error:
        raise TransientError(f"the packed answer is broken: {error}") from error
    if not decoder.eof:
        raise TransientError("the packed answer ends early")


def require_answer(response: httpx.Response) -> httpx.Response:
    """
    Return an answer that can be worked with: status 200, 206, 304 or 416.

    Raises
    ------
    TransientError
        If the service is busy or broken for the moment; carries its Retry-After.
    SourceError
        If it refuses.
    """
    status = response.status_code
    if status in {200, 206, 304, 416}:
        return response
    response.close()
    raise refuse(status, url=str(response.url), retry_after=response.headers.get("retry-after", ""))


def refuse(status: int, *, url: str, retry_after: str) -> TransientError | SourceError:
    """Return the error for an answer that is no data: transient where the service is busy or broken."""
    answer = f"answer {status} {HTTPStatus(status).phrase if status in set(HTTPStatus) else ''}".strip()
    if status in _BUSY:
        return TransientError(answer, retry_after_s=parse_retry_after(retry_after))
    hints = {404: "the address or data set id has changed", 410: "the data set is withdrawn"}
    return SourceError(
        f"{urlsplit(url).hostname} gave {answer}",
        where=url,
        hint=hints.get(status, "check the address in the profile")
        + "; `begegnung-geo sources search WORD` finds data sets of the portal",
    )


def parse_retry_after(value: str) -> float | None:
    """Return the seconds a Retry-After header asks for, given in seconds or as a date; None for neither."""
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
