"""Whole-page dumps: told from articles by counts, and read by a small model over lines and their neighbours."""

from __future__ import annotations

from tasks.pages.judge import judge_pages
from tasks.pages.page_detection import find_pages

__all__ = ["find_pages", "judge_pages"]
