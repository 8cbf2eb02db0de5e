# SPDX-License-Identifier: MIT
"""What all models of a profile share: frozen, no unknown key; keys and names that are checked."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Frozen(BaseModel):
    """A part of a profile: cannot be changed, refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_key(value: object) -> bool:
    """Tell whether a value is a plain key, which is safe as a part of paths."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _check_key(value: str) -> str:
    if not is_key(value):
        raise ValueError(f"{value!r} is not a key: small letters, digits and _, a letter first")
    return value


Key = Annotated[str, AfterValidator(_check_key)]
