# SPDX-License-Identifier: MIT
"""Begegnungsorte of a city: inventory, walking reach, coverage and council maps."""

__version__ = "0.1.0"
