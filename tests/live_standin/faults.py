# SPDX-License-Identifier: MIT
"""What services do: each function returns a fault for one request."""

import gzip
import socket
import struct
import time

from live_standin.server import Fault, Handler


def status(code: int, **headers: str) -> Fault:
    """Answer with a status and no data."""
    return lambda handler: handler.send(code, b"busy", **headers)


def body(content: bytes, **headers: str) -> Fault:
    """Answer 200 with some other content."""
    return lambda handler: handler.send(200, content, **headers)


def redirect(location: str) -> Fault:
    """Lead elsewhere."""
    return lambda handler: handler.send(302, b"", Location=location)


def reset(handler: Handler) -> None:
    """Break the connection without an answer (RST)."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RD)
    handler.connection.close()
    handler.close_connection = True


def reset_after(content: bytes, *, at: int) -> Fault:
    """Break the connection (RST) in the middle of a body."""

    def fault(handler: Handler) -> None:
        handler.send(200, content[:at], Content_Length=str(len(content)))
        handler.wfile.flush()
        reset(handler)

    return fault


def break_chunks(content: bytes, *, at: int) -> Fault:
    """Send a body in pieces (chunked), without a length, and hang up before the last one."""

    def fault(handler: Handler) -> None:
        handler.send(200, b"", Transfer_Encoding="chunked")
        handler.wfile.write(b"%x\r\n" % len(content) + content[:at])
        handler.wfile.flush()

    return fault


def keep_silent(handler: Handler) -> None:
    """Take the question and say nothing."""
    time.sleep(8)
    handler.close_connection = True


def truncate(content: bytes, *, at: int, **headers: str) -> Fault:
    """Promise the whole and hang up after `at` bytes."""
    return lambda handler: handler.send(200, content[:at], Content_Length=str(len(content)), **headers)


def promise_less(content: bytes, *, by: int) -> Fault:
    """Tell a Content-Length that is too small."""
    return lambda handler: handler.send(200, content, Content_Length=str(len(content) - by))


def drip(content: bytes, *, pause_s: float) -> Fault:
    """Send one byte at a time."""

    def fault(handler: Handler) -> None:
        handler.send(200, b"", Content_Length=str(len(content)))
        for byte in content:
            time.sleep(pause_s)
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    return fault


def drip_headers(handler: Handler) -> None:
    """Send a header line one letter at a time, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(1000):
        time.sleep(0.05)
        handler.wfile.write(b"a")
        handler.wfile.flush()


def gzip_bomb(*, megabytes: int, layers: str = "gzip") -> Fault:
    """Send few bytes that unpack to many."""
    packed = gzip.compress(bytes(megabytes * 1_000_000))
    return lambda handler: handler.send(200, packed, Content_Encoding=layers)
