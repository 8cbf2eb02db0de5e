# SPDX-License-Identifier: MIT
"""The way in: one module per kind of source, raw files to tables."""
