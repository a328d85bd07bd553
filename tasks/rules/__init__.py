"""Boilerplate rules: rows of data in `rows/`, and the engine that matches them against columns of lines."""

from tasks.rules.key import line_key
from tasks.rules.load import FAMILIES, Rule, read_rules
from tasks.rules.match import match_rules
from tasks.rules.precision import load_rules

__all__ = ["FAMILIES", "Rule", "line_key", "load_rules", "match_rules", "read_rules"]
