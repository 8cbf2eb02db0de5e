# SPDX-License-Identifier: MIT
"""The downloads of a site: the same places and figures as GeoPackage, GeoJSON, CSV and XLSX."""

from begegnung_geo.export.content import DownloadContent, Downloads
from begegnung_geo.export.downloads import write_downloads

__all__ = ["DownloadContent", "Downloads", "write_downloads"]
