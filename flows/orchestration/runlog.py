"""How a run's log in Prefect is told what happens: a line an event, with numbers."""

from __future__ import annotations

import logging
from typing import Any


class RunLog:
    """Tells the run's log how it is getting on."""

    def __init__(self, logger: logging.Logger | logging.LoggerAdapter[Any], label: str) -> None:
        self.logger = logger
        self.label = label

    def step(self, name: str) -> None:
        self.logger.info("%s: %s", self.label, name)

    def wait(self, message: str) -> None:
        self.logger.warning(message)
