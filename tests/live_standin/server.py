# SPDX-License-Identifier: MIT
"""
A server on 127.0.0.1 that speaks like the live services: plain files with ETag and Range,
Opendatasoft Explore v2.1, Overpass and Nominatim. It ends by itself after `seconds_max`.
"""

import hashlib
import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from live_standin.overpass import OverpassData

Fault = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; the services are tried in turn."""

    protocol_version = "HTTP/1.1"
    server: "StandIn"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *_: Any) -> None:
        pass

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if not {"Content_Length", "Transfer_Encoding"} & headers.keys():
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def send_json(self, value: Any, status: int = 200) -> None:
        self.send(status, json.dumps(value, ensure_ascii=False).encode(), Content_Type="application/json")

    def _answer(self, body: bytes) -> None:
        self.body = body
        parts = urlsplit(self.path)
        self.asked = unquote(parts.path)
        self.query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.server.requests.append(
            (self.command, self.asked, dict(self.headers), self.query, time.monotonic())
        )
        try:
            faults = self.server.faults[self.asked]
            if faults:
                faults.popleft()(self)
            else:
                self.answer_as_usual()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer_as_usual(self) -> None:
        """Answer as the service does on a good day."""
        path = self.asked
        if path in self.server.files:
            self._send_file(self.server.files[path])
        elif "/explore/v2.1/" in path:
            self._send_dataset(path.split("/catalog/datasets", 1)[1], self.query)
        elif path.startswith("/api/") and self.server.overpass:
            self._send_overpass(path, self.body)
        elif path.startswith("/nominatim/"):
            self._send_nominatim(path, self.query)
        else:
            self.send_json({"message": "not found"}, 404)

    def _send_file(self, source: bytes | Path) -> None:
        body = source if isinstance(source, bytes) else source.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        stamp = self.server.modified
        headers = {"ETag": etag, "Last_Modified": stamp, "Accept_Ranges": "bytes"}
        wanted = self.headers.get("If-None-Match")
        if wanted == etag or (not wanted and self.headers.get("If-Modified-Since") == stamp):
            self.send(304, b"", **headers)
            return
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) in {etag, stamp}:
            offset = int(asked.group(1))
            if offset >= len(body):
                self.send(416, b"", Content_Range=f"bytes */{len(body)}")
                return
            headers["Content_Range"] = f"bytes {offset}-{len(body) - 1}/{len(body)}"
            self.send(206, body[offset:], **headers)
            return
        self.send(200, body, **headers)

    def _send_dataset(self, rest: str, query: dict[str, str]) -> None:
        names = [part for part in rest.split("/") if part]
        if not names:
            word = re.fullmatch(r'search\("(.*)"\)', query.get("where", 'search("")')).group(1).lower()
            found = [
                n for n in sorted(self.server.datasets) if word in n or word in self._describe(n)["title"]
            ]
            results = [self._describe(n)["item"] for n in found][: int(query.get("limit", 10))]
            self.send_json({"total_count": len(found), "results": results})
            return
        collection = self.server.datasets.get(names[0])
        if collection is None:
            self.send_json({"error_code": "NotFound", "message": "Dataset not found"}, 404)
        elif len(names) == 1:
            self.send_json(self._describe(names[0])["item"])
        elif names[1:] == ["exports", "geojson"]:
            self.send_json(collection)
        elif names[1:] == ["records"]:
            self._send_records(collection, query)
        else:
            self.send_json({"error_code": "NotFound"}, 404)

    def _send_records(self, collection: dict[str, Any], query: dict[str, str]) -> None:
        limit, offset = int(query.get("limit", 10)), int(query.get("offset", 0))
        if limit > 100 or offset + limit > 10_000:
            self.send_json({"error_code": "InvalidRESTParameterError"}, 400)
            return
        features = collection["features"]
        if order := query.get("order_by"):
            features = sorted(features, key=lambda f: [str(f["properties"][key]) for key in order.split(",")])
        rows = [
            # The portal wraps shapes of its records into a Feature.
            {**f["properties"], "geo_shape": {"type": "Feature", "geometry": f["geometry"], "properties": {}}}
            for f in features[offset : offset + limit]
        ]
        self.send_json({"total_count": len(features), "results": rows})

    def _describe(self, name: str) -> dict[str, Any]:
        features = self.server.datasets[name]["features"]
        fields = [{"name": key, "type": "text"} for key in (features[0]["properties"] if features else {})]
        fields.append({"name": "geo_shape", "type": "geo_shape"})
        title = self.server.titles.get(name, name)
        metas = {
            "title": title,
            "records_count": self.server.counts.get(name, len(features)),
            "license": "Datenlizenz Deutschland Zero 2.0",
            "data_processed": self.server.processed.get(name, "2026-03-01T02:00:00+00:00"),
            "modified": "2026-02-28T00:00:00+00:00",
        }
        item = {"dataset_id": name, "fields": fields, "metas": {"default": metas}}
        return {"title": title.lower(), "item": item}

    def _send_overpass(self, path: str, body: bytes) -> None:
        if path == "/api/status":
            text = (
                "Connected as: 1\nCurrent time: 2026-11-22T20:00:00Z\nRate limit: 2\n2 slots available now.\n"
            )
            self.send(200, text.encode(), Content_Type="text/plain")
            return
        query = parse_qs(body.decode())["data"][0]
        self.send_json(self.server.overpass.answer(query))

    def _send_nominatim(self, path: str, query: dict[str, str]) -> None:
        if path.endswith("/lookup"):
            found = [
                r
                for r in self.server.places
                if f"{r['osm_type'][0].upper()}{r['osm_id']}" == query["osm_ids"]
            ]
        else:
            word = query.get("q", "").split(",")[0].lower()
            found = [r for r in self.server.places if word and word in r["display_name"].lower()]
        self.send_json(found[: int(query.get("limit", 10))])


class StandIn(ThreadingHTTPServer):
    """The server; `faults[path]` is a queue of what goes wrong with the next requests to a path."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *, seconds_max: float = 120, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.files: dict[str, bytes | Path] = {}
        self.datasets: dict[str, dict[str, Any]] = {}
        self.titles: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.processed: dict[str, str] = {}
        self.places: list[dict[str, Any]] = []
        self.overpass: OverpassData | None = None
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.requests: list[tuple[str, str, dict[str, str], dict[str, str], float]] = []
        self.modified = formatdate(1_760_000_000, usegmt=True)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._timer = threading.Timer(seconds_max, self.shutdown)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._thread.start()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.shutdown()
        self._thread.join(timeout=5)
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Stay silent about clients that hang up: they do so in these tests."""

    def fail(self, path: str, *faults: Fault) -> None:
        """Queue faults for the next requests to a path."""
        self.faults[path].extend(faults)

    def list_requests(self, path: str) -> list[dict[str, str]]:
        """Return the headers of each request to a path so far."""
        return [headers for _, asked, headers, _, _ in self.requests if asked == path]
