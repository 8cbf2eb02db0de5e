# SPDX-License-Identifier: MIT
"""Pages: tables in, self-contained HTML out; no file is written here."""
