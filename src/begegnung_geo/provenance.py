# SPDX-License-Identifier: MIT
"""Where each raw file comes from: `data/raw/<city>/sources.toml`, read and written."""

import tomllib
from pathlib import Path

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from begegnung_geo.errors import SourceError
from begegnung_geo.files import hash_file, write_bytes

PROVENANCE_FILE = "sources.toml"


class SourceEntry(BaseModel):
    """One raw file: its origin, licence and fingerprint. Dates are ISO 8601 text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    title: str
    publisher: str = ""
    url: str = ""
    licence: str = ""
    attribution: str = ""
    data_date: str = ""
    retrieved: str = ""
    last_modified: str = ""
    etag: str = ""
    sha256: str = ""
    bytes: int = Field(default=0, ge=0)
    note: str = ""


def read_provenance(raw_dir: Path) -> dict[str, SourceEntry]:
    """
    Return the entries of `sources.toml` by file name; empty where there is no such file.

    Raises
    ------
    SourceError
        If the file is not TOML of the expected form.
    """
    path = raw_dir / PROVENANCE_FILE
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = [SourceEntry.model_validate(item) for item in content.get("source", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise SourceError(
            "the provenance file cannot be read",
            where=f"{path}: {str(error).splitlines()[0]}",
            hint="mend the entry, or delete the file and run `make fetch`",
        ) from error
    return {entry.file: entry for entry in entries}


def write_provenance(raw_dir: Path, entries: dict[str, SourceEntry]) -> None:
    """Write `sources.toml` atomically, one `[[source]]` a file, sorted by file name."""
    items = [
        {key: value for key, value in entry.model_dump().items() if value not in ("", 0)}
        for _, entry in sorted(entries.items())
    ]
    header = "# Written by begegnung-geo: origin, licence and checksum of each raw file.\n\n"
    write_bytes(raw_dir / PROVENANCE_FILE, (header + tomli_w.dumps({"source": items})).encode())


def describe_file(path: Path, **facts: str) -> SourceEntry:
    """Return an entry for a file on disk, with its size and sha256 filled in."""
    return SourceEntry(
        file=path.name,
        sha256=hash_file(path),
        bytes=path.stat().st_size,
        **{"title": path.name, **facts},
    )
