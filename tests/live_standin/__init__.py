# SPDX-License-Identifier: MIT
"""Local stand-in for the live services, for tests and for `make demo-live`."""
