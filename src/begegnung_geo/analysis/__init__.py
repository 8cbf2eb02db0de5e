# SPDX-License-Identifier: MIT
"""Tables in, tables out: pure computation without disk, network or clock."""
