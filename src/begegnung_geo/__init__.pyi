# SPDX-License-Identifier: MIT
# For type checkers: what `__init__.py` loads when it is used. A test holds the two together.
from begegnung_geo.api import (
    BegegnungError as BegegnungError,
)
from begegnung_geo.api import (
    City as City,
)
from begegnung_geo.api import (
    Network as Network,
)
from begegnung_geo.api import (
    caveats as caveats,
)
from begegnung_geo.api import (
    coverage as coverage,
)
from begegnung_geo.api import (
    explain as explain,
)
from begegnung_geo.api import (
    explore as explore,
)
from begegnung_geo.api import (
    from_osmnx as from_osmnx,
)
from begegnung_geo.api import (
    gain as gain,
)
from begegnung_geo.api import (
    load as load,
)
from begegnung_geo.api import (
    reach as reach,
)
from begegnung_geo.api import (
    show as show,
)
from begegnung_geo.api import (
    split_network as split_network,
)
from begegnung_geo.api import (
    to_osmnx as to_osmnx,
)

__version__: str
