# SPDX-License-Identifier: MIT
"""Analysis: tables in, tables out; no disk, no network, no clock."""
