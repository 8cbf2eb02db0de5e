# SPDX-License-Identifier: MIT
"""
The door between osmnx and the services: what osmnx asks goes out, what comes back is checked first.

osmnx waits without end on 429 and 504, and takes a 200 with "Query timed out" for an
empty area. Its setting `requests_kwargs` lets us hang a hook into each request; the
hook reads the body within our bounds and raises before osmnx sees a bad answer.
"""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import osmnx
import requests
import urllib3

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.http_answers import TransientError, parse_json, refuse, unpack
from begegnung_geo.sources.http_client import PoliteClient

BodyReader = Callable[[Iterator[bytes], str], Any]
"""Takes the pieces of a body and its address; returns the JSON value that osmnx is to see."""

_PIECE_BYTES = 1 << 16
_OK = 200
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def guard_osmnx(
    client: PoliteClient, *, endpoint: str, read_body: BodyReader, limit_bytes: int
) -> Iterator[None]:
    """
    Let osmnx ask one service for the length of the block, under the client's rules.

    osmnx keeps its settings in its module and pins the service's address by replacing
    `socket.getaddrinfo`; both are put back afterwards.

    Parameters
    ----------
    client
        Its hosts, deadline, limits and User-Agent hold for osmnx too.
    endpoint
        Base address of an Overpass (`…/api`) or Nominatim service.
    read_body
        Checks, and may replace, each answer.
    limit_bytes
        Largest answer, unpacked.

    Raises
    ------
    TransientError
        From inside the block, for faults that may pass.
    SourceError
        From inside the block, for refusals and answers that are no data.
    """
    client.require_allowed(endpoint)
    rules = client.rules
    changes = {
        "overpass_url": endpoint,
        "nominatim_url": endpoint,
        "overpass_rate_limit": False,  # slots are awaited by us, within the budget
        "max_query_area_size": float("inf"),  # tiles are cut by us
        "requests_timeout": rules.overpass_timeout_s,
        "http_user_agent": client.user_agent,
        "http_referer": rules.contact,
        "doh_url_template": None,  # names are never sent to a third party
        "use_cache": False,
        "cache_only_mode": True,
        "requests_kwargs": {
            "hooks": {"response": _build_hook(client, read_body, limit_bytes=limit_bytes)},
            "auth": _ask_plainly,
            "allow_redirects": False,
        },
    }
    with _ONE_AT_A_TIME:
        resolve = socket.getaddrinfo
        before = {key: getattr(osmnx.settings, key) for key in changes}
        for key, value in changes.items():
            setattr(osmnx.settings, key, value)
        try:
            client.pace(endpoint)
            yield
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if isinstance(error, InterruptedError):  # osmnx's sign that all answers are in
                return
            if client.seconds_left <= 0:
                raise client.explain_delay(endpoint) from error
            raise TransientError(f"{type(error).__name__}: {_shorten(error)}") from error
        finally:
            socket.getaddrinfo = resolve
            for key, value in before.items():
                setattr(osmnx.settings, key, value)


def read_list(pieces: Iterator[bytes], url: str) -> Any:  # noqa: ANN401 - JSON
    """
    Return the list that Nominatim answers.

    Raises
    ------
    SourceError
        If it is something else.
    """
    answer = parse_json(b"".join(pieces), url=url)
    if not isinstance(answer, list):
        raise SourceError("the answer is not that of Nominatim", where=url, hint="check fetch.nominatim_url")
    return answer


def _build_hook(
    client: PoliteClient, read_body: BodyReader, *, limit_bytes: int
) -> Callable[..., requests.Response]:
    def check(response: requests.Response, **_: object) -> requests.Response:
        url = f"{response.url.split('?')[0]}"
        with response:
            if response.is_redirect:
                raise SourceError(
                    f"{urlsplit(url).hostname} leads to another address: {response.headers.get('location')}",
                    where=url,
                    hint="give the final address as url in the profile, if it is right",
                )
            if response.status_code != _OK:
                raise refuse(
                    response.status_code, url=url, retry_after=response.headers.get("retry-after", "")
                )
            chunks = _read_until_deadline(response, client, url=url)
            encoding = response.headers.get("content-encoding", "")
            answer = read_body(unpack(chunks, encoding=encoding, limit_bytes=limit_bytes, url=url), url)
        return _build_response(response, answer)

    return check


def _read_until_deadline(response: requests.Response, client: PoliteClient, *, url: str) -> Iterator[bytes]:
    expected = response.headers.get("content-length", "")
    received = 0
    while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):
        received += len(piece)
        if client.seconds_left <= 0:
            raise client.explain_delay(url)
        yield piece
    if expected.isdigit() and received != int(expected):
        raise TransientError(f"{received} of {expected} bytes arrived")


def _build_response(checked: requests.Response, answer: Any) -> requests.Response:  # noqa: ANN401 - JSON
    seen = requests.Response()
    seen.status_code, seen.reason, seen.url = checked.status_code, checked.reason, checked.url
    seen.request, seen.headers["Content-Type"] = checked.request, "application/json"
    seen.raw = io.BytesIO(json.dumps(answer).encode())
    return seen


def _ask_plainly(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # `out meta` instead of `out` adds version and time of each object, as extracts have them.
    # The user names that come with it are dropped at the door.
    if request.method == "POST" and isinstance(request.body, str):
        request.prepare_body(request.body.removesuffix("out%3B") + "out+meta%3B", None)
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    return request


def _shorten(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else "no text"
