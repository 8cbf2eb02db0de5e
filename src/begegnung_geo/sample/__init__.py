# SPDX-License-Identifier: MIT
"""The embedded town: a seeded generator of raw files in the formats of the real sources."""

from begegnung_geo.sample.town import SampleReport, write_sample

__all__ = ["SampleReport", "write_sample"]
