# SPDX-License-Identifier: MIT
"""Questionnaires: what people are asked about the places of a city, and what they answered."""
