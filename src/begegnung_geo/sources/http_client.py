# SPDX-License-Identifier: MIT
"""A polite HTTP client: named hosts only, paced, retried within bounds, never more than asked for."""

import fcntl
import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random

from begegnung_geo import __version__
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.http_answers import MEGABYTE, TransientError, iter_body, parse_json, require_answer

logger = logging.getLogger(__name__)

_LONG_S = 1e9  # what a service may ask for in words: decades
_NOMINATIM = "nominatim.openstreetmap.org"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
T = TypeVar("T")


def build_user_agent(rules: Fetch) -> str:
    """
    Return the User-Agent with the contact of the profile.

    Raises
    ------
    ConfigError
        If the profile names no contact: the OSM services ask for one.
    """
    if not rules.contact.strip() or not rules.contact.isprintable():
        raise ConfigError(
            "the profile names no contact for the services that are asked",
            where="key fetch.contact",
            hint="give an e-mail address or a page: contact under [fetch] of the profile, or --contact",
        )
    return f"begegnung-geo/{__version__} ({rules.contact.encode('ascii', 'replace').decode()})"


class Pacer:
    """
    The pause between two requests to one host, shared by all clients of a run.

    Where a service asks for a pause of its own (`fetch.pause_s`), all runs of this user on this
    machine share it: a stamp on disk says when the host was asked last.
    """

    def __init__(self, rules: Fetch, *, stamps: Path | None = None) -> None:
        self._rules = rules
        self._last: dict[str, float] = {}
        self._stamps = stamps or _find_stamps()

    def wait(self, host: str) -> None:
        """Sleep until the host may be asked again."""
        own_s = self._find_own_pause(host)
        pause_s = self._rules.pause_default_s if own_s is None else own_s
        due = self._last.get(host, -pause_s) + pause_s
        delay = due - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        if own_s:
            _wait_for_others(self._stamps / host, pause_s=own_s)
        self._last[host] = time.monotonic()

    def _find_own_pause(self, host: str) -> float | None:
        # Nominatim's rule holds for the service wherever the profile says it is, but for one on this machine.
        pauses = self._rules.pause_s
        is_local = host in self._rules.allow_http_hosts
        if host not in pauses and not is_local and host == urlsplit(self._rules.nominatim_url).hostname:
            return pauses.get(_NOMINATIM)
        return pauses.get(host)


def _find_stamps() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "begegnung_geo" / "asked"


def _wait_for_others(stamp: Path, *, pause_s: float) -> None:
    """Sleep until the pause since any run's last question is over; the lock lets one ask at a time."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        with stamp.open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read().strip()
            last = float(text) if text.replace(".", "", 1).isdigit() else 0.0
            time.sleep(
                min(max(last + pause_s - time.time(), 0.0), pause_s)
            )  # a clock set back must not stop us
            file.truncate(0)
            file.write(f"{time.time():.3f}")
    except OSError as error:
        logger.warning("the pause of %s cannot be shared with other runs: %s", stamp.name, error)


class PoliteClient:
    """
    Requests for one source, with one deadline and one budget of waits for all of them.

    Parameters
    ----------
    rules
        Table `[fetch]` of the profile.
    hosts
        The only host names that may be asked, also by way of redirects.
    pacer
        Shared by all clients of a run, so that pauses hold across sources.
    """

    def __init__(self, rules: Fetch, *, hosts: Iterable[str], pacer: Pacer | None = None) -> None:
        self.rules = rules
        self._hosts = frozenset(host.lower() for host in hosts)
        self._pacer = pacer or Pacer(rules)
        self._deadline = time.monotonic() + rules.transfer_total_s
        self._waited_s = 0.0
        self.user_agent = build_user_agent(rules)
        # One connection a request: its socket can then be cut at the deadline.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(limits=limits, verify=_load_certificates())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline of this source."""
        return self._deadline - time.monotonic()

    def require_allowed(self, url: str) -> str:
        """
        Return the host of a URL that may be asked.

        Raises
        ------
        SourceError
            If the scheme is not https, or the host is not named by the profile.
        """
        try:
            self.rules.require_url(url, key="address")
            host = (urlsplit(url).hostname or "").lower()
        except ValueError as error:
            raise SourceError(
                "the service leads to an address that is not https",
                where=url,
                hint="nothing is fetched without encryption; ask the publisher, or use local_file",
            ) from error
        if host not in self._hosts:
            raise SourceError(
                f"the service leads to another host: {host}",
                where=url,
                hint=f"allowed: {', '.join(sorted(self._hosts))}; if it is right, add it to allowed_hosts",
            )
        return host

    def explain_delay(self, url: str) -> SourceError:
        """Return the error for a source that took longer than `transfer_total_s`."""
        return SourceError(
            f"the transfer took longer than {self.rules.transfer_total_s:.0f} s",
            where=f"{url}, key fetch.transfer_total_s",
            hint="run `make fetch` again: it goes on where this one stopped; or allow more time",
        )

    @contextmanager
    def open(
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
        read_timeout_s: float | None = None,
    ) -> Iterator[httpx.Response]:
        """
        Yield the answer to a GET, or a POST of `content`: status 200, 206, 304 or 416, its body not yet read.

        Raises
        ------
        TransientError
            If the service is busy, or the connection failed.
        SourceError
            If the answer is a refusal, or leads to a host that is not named.
        """
        sent = {"User-Agent": self.user_agent, "Accept-Encoding": "identity", **(headers or {})}
        timeout = httpx.Timeout(
            read_timeout_s or self.rules.read_timeout_s, connect=self.rules.connect_timeout_s
        )
        method = "GET" if content is None else "POST"
        request = self._http.build_request(
            method, url, headers=sent, params=params, content=content, timeout=timeout
        )
        with self._cut_at_deadline(request) as watch:
            try:
                response = self._follow(request, watch=watch)
                try:
                    yield response
                finally:
                    response.close()
            except httpx.TransportError as error:
                raise self._explain(error, url=str(request.url)) from error

    def retry(self, action: Callable[[], T], *, url: str) -> T:
        """
        Return what `action` returns, tried again after passing faults.

        Waits grow with jitter, honour Retry-After, and end with the budget.

        Raises
        ------
        SourceError
            If the fault stayed, or waiting on would exceed `wait_total_s`.
        """
        attempts = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=self._plan_wait,
            stop=self._must_stop,
            sleep=self.wait,
            reraise=True,
        )
        try:
            return attempts(action)
        except TransientError as error:
            asks_s = min(error.retry_after_s or 0.0, _LONG_S)
            asked = f", it asks to wait {asks_s:.0f} s" if asks_s else ""
            raise SourceError(
                f"{urlsplit(url).hostname} could not deliver: {error}{asked}"
                f" (tried {attempts.statistics['attempt_number']} times)",
                where=url,
                hint="run `make fetch` again later; what has arrived is kept, the last good files stay",
            ) from error

    def wait(self, seconds: float) -> None:
        """
        Sleep, within the budget of waits.

        Raises
        ------
        SourceError
            If the budget does not allow it.
        """
        if self._waited_s + seconds > self.rules.wait_total_s or seconds > self.seconds_left:
            raise SourceError(
                f"the service asks to wait {seconds:.0f} s, more than the profile allows",
                where="key fetch.wait_total_s",
                hint="run `make fetch` again later",
            )
        logger.info("waiting %.1f s", seconds)
        self._waited_s += seconds
        time.sleep(seconds)

    def read_bytes(self, url: str, *, params: dict[str, str] | None = None) -> bytes:
        """
        Return a small answer whole.

        Raises
        ------
        SourceError
            If the service cannot deliver, or sends more than `answer_max_mb`.
        """

        def action() -> bytes:
            with self.open(url, params=params) as response:
                if response.status_code != httpx.codes.OK:
                    raise TransientError(f"answer {response.status_code} without a question for it")
                return b"".join(iter_body(response, limit_bytes=int(self.rules.answer_max_mb * MEGABYTE)))

        return self.retry(action, url=url)

    def read_json(self, url: str, *, params: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON is anything
        """
        Return a small JSON answer.

        Raises
        ------
        SourceError
            If the service cannot deliver, or the answer is not JSON.
        """
        body = self.read_bytes(url, params=params)
        return parse_json(body, url=url)

    def _plan_wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, TransientError) and fault.retry_after_s is not None:
            return fault.retry_after_s + wait_random(0, self.rules.backoff_start_s)(state)
        start_s = self.rules.backoff_start_s
        backoff = wait_exponential(multiplier=start_s, max=self.rules.backoff_max_s)
        return (backoff + wait_random(0, start_s))(state)

    def _must_stop(self, state: RetryCallState) -> bool:
        is_spent = self._waited_s + state.upcoming_sleep > self.rules.wait_total_s
        is_late = state.upcoming_sleep > self.seconds_left
        return state.attempt_number >= self.rules.attempts_max or is_spent or is_late

    def _follow(self, request: httpx.Request, *, watch: dict[str, Any]) -> httpx.Response:
        for _ in range(self.rules.redirects_max + 1):
            host = self.require_allowed(str(request.url))
            self._pacer.wait(host)
            request.extensions = {**request.extensions, "trace": watch["trace"]}
            response = self._http.send(request, stream=True)
            if response.status_code not in _REDIRECTS:
                return require_answer(response)
            target = response.headers.get("location", "")
            response.close()
            request = self._redirect(request, target)
        raise SourceError(
            f"more than {self.rules.redirects_max} redirects in a row",
            where=str(request.url),
            hint="give the final address as url in the profile",
        )

    def _redirect(self, request: httpx.Request, target: str) -> httpx.Request:
        headers = {key: value for key, value in request.headers.items() if key != "host"}
        try:
            return self._http.build_request(
                request.method,
                urljoin(str(request.url), target),
                headers=headers,
                content=request.content,
                extensions=request.extensions,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise SourceError(
                f"the service leads to an address that is none: {target[:80]!r}",
                where=str(request.url),
                hint="give the final address as url in the profile",
            ) from error

    @contextmanager
    def _cut_at_deadline(self, request: httpx.Request) -> Iterator[dict[str, Any]]:
        # httpx limits the time between two pieces, not the whole: a service that drips one byte
        # a second would hold us for ever. So the socket is cut when the time is up.
        watch: dict[str, Any] = {"socket": None}

        def trace(event: str, info: dict[str, Any]) -> None:
            if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
                watch["socket"] = info["return_value"].get_extra_info("socket")

        def cut() -> None:
            try:
                watch["socket"].shutdown(socket.SHUT_RDWR)
            except (AttributeError, OSError):
                logger.debug("no open socket at the deadline")

        watch["trace"] = trace
        if self.seconds_left <= 0:
            raise self.explain_delay(str(request.url))
        timer = threading.Timer(self.seconds_left, cut)
        timer.daemon = True
        timer.start()
        try:
            yield watch
        finally:
            timer.cancel()

    def _explain(self, error: httpx.TransportError, *, url: str) -> Exception:
        if self.seconds_left <= 0:
            return self.explain_delay(url)
        cause = f"{type(error).__name__}: {error}"
        if isinstance(error, httpx.ConnectError) and _is_final(error):
            return SourceError(
                f"{urlsplit(url).hostname} cannot be reached safely: {error}",
                where=url,
                hint="check the network, the proxy (HTTPS_PROXY) and the address in the profile",
            )
        return TransientError(cause)


@cache
def _load_certificates() -> ssl.SSLContext:
    # A tenth of a second; the same for all sources of a run. Honours SSL_CERT_FILE.
    return httpx.create_ssl_context()


def _is_final(error: BaseException) -> bool:
    # An unknown host name or an untrusted certificate does not heal by waiting.
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror) or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
