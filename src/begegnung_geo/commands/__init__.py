# SPDX-License-Identifier: MIT
"""The commands of the command line, a module a group; `cli.py` puts them together."""
