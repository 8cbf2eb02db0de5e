# SPDX-License-Identifier: MIT
"""Encryption is not for show: a certificate that nobody vouches for is refused, a trusted one works."""

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from live_standin.profiles import SHORT
from live_standin.server import StandIn

PROGRAM = str(Path(sys.executable).with_name("begegnung-geo"))
OPENSSL = shutil.which("openssl")
TABLE = b"name;persons\ncell;3\n"


def make_certificate(folder: Path, name: str, *, subject: str) -> tuple[Path, Path]:
    """Write a self-signed certificate, valid for a day, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-days", "1", "-subj", "/CN=stand-in", "-addext", f"subjectAltName={subject}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([str(OPENSSL), *request, *about, *files], check=True, capture_output=True, timeout=30)
    return certificate, key


@pytest.fixture
def openssl() -> None:
    if OPENSSL is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI demands the program openssl")
        pytest.skip("the program openssl, which makes the certificates, is not on this machine")


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(seconds_max=60) as server:
        server.files["/cells.csv"] = TABLE
        yield server


def encrypt(standin: StandIn, certificate: Path, key: Path) -> str:
    """Let the stand-in speak https from now on; return its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    standin.socket = context.wrap_socket(standin.socket, server_side=True, do_handshake_on_connect=False)
    return standin.url.replace("http:", "https:")


def fetch(folder: Path, url: str, *, trusted: Path | None) -> subprocess.CompletedProcess[str]:
    """Fetch a file over https by the real command; http is allowed to nobody."""
    content: dict[str, Any] = {
        "city": {"key": "tls", "name": "TLS"},
        "fetch": SHORT | {"allow_http_hosts": []},
        "sources": {"osm": {"file": "cells.csv", "url": f"{url}/cells.csv"}},
    }
    (folder / "tls.toml").write_text(tomli_w.dumps(content), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SSL_CERT")}
    if trusted:
        environment["SSL_CERT_FILE"] = str(trusted)
    command = [PROGRAM, "fetch", "--config", "tls.toml"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.usefixtures("openssl")
def test_a_certificate_that_is_trusted_works_and_the_same_one_untrusted_is_refused(
    standin: StandIn, tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path, "mine", subject="IP:127.0.0.1")
    url = encrypt(standin, certificate, key)
    target = tmp_path / "data/raw/tls/cells.csv"

    refused = fetch(tmp_path, url, trusted=None)

    assert refused.returncode == 1
    assert "error: 127.0.0.1 cannot be reached safely" in refused.stderr
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr
    assert "next:" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert standin.requests == []  # not a word was said to whom nobody knows
    assert not target.exists()

    accepted = fetch(tmp_path, url, trusted=certificate)

    assert accepted.returncode == 0, accepted.stderr
    assert target.read_bytes() == TABLE
    assert len(standin.requests) == 1


@pytest.mark.usefixtures("openssl")
def test_a_trusted_certificate_of_another_host_is_refused(standin: StandIn, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "other", subject="DNS:elsewhere.example")
    url = encrypt(standin, certificate, key)

    result = fetch(tmp_path, url, trusted=certificate)

    assert result.returncode == 1
    assert "cannot be reached safely" in result.stderr
    assert "127.0.0.1" in result.stderr
    assert standin.requests == []
