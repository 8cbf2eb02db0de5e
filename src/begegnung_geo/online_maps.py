# SPDX-License-Identifier: MIT
"""Public map services a page may offer: loaded after a click only, none unless the profile names them."""

import re
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from begegnung_geo.profile_base import Frozen, Key

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_PLACEHOLDERS = ("{z}", "{x}", "{y}")


class TileService(Frozen):
    """A public server of map pictures in the web's usual grid (EPSG:3857, 256 pixels)."""

    title: str = Field(min_length=1, max_length=80)
    operator: str = Field(min_length=1, max_length=120)
    url: str
    attribution: str = Field(min_length=1, max_length=200)
    max_zoom: int = Field(ge=1, le=20)

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        # The host goes into the pages' policy: nothing but a plain host name may stand there.
        parts = urlsplit(value)
        if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
            raise ValueError(f"{value!r} is not an https address of a plain host")
        missing = [sign for sign in _PLACEHOLDERS if sign not in parts.path + parts.query]
        if missing:
            raise ValueError(f"{value!r} lacks {', '.join(missing)}")
        return value

    @property
    def host(self) -> str:
        """The server the pictures come from."""
        return urlsplit(self.url).netloc


class OnlineMaps(Frozen):
    """Which of the known services the pages of a city offer."""

    offer: tuple[Key, ...]
    services: dict[Key, TileService]

    @model_validator(mode="after")
    def _check(self) -> "OnlineMaps":
        unknown = [key for key in self.offer if key not in self.services]
        if unknown:
            raise ValueError(f"offer names unknown services: {', '.join(unknown)}")
        if len(set(self.offer)) != len(self.offer):
            raise ValueError("offer names a service twice")
        return self

    def list_offered(self) -> list[tuple[str, TileService]]:
        """Return the offered services with their keys, in the order of the profile."""
        return [(key, self.services[key]) for key in self.offer]
