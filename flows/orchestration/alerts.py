"""Alerts: one address, and Prefect's server sends there what a person has to look at.

Sent are runs that failed (a blocked batch is one), runs with far fewer records than usual, and scheduled ones that do not start.
The message is that of the run: its sentence, the page of the batch, the run in the UI. The server sends it, not a worker.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.notifications import CustomWebhookNotificationBlock, SlackWebhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr

from tasks.errors import RequestError

FLOWS = ["ingest", "backfill", "maintain", "report"]
SHORT_STATE = "Short"  # the state of a run with far fewer records than usual, which Prefect names events after
BAD_ENDS = {f"prefect.flow-run.{name}" for name in ("Failed", "Crashed", "TimedOut", SHORT_STATE)}
BAD = "copydesk: alerts of runs that failed or are short"
LATE = "copydesk: alerts of runs that have not started"
LATE_AFTER = timedelta(minutes=30)  # a run is Late for Prefect seconds after it was due, also where it waits its turn
BLOCK = "copydesk-alerts"
EXAMPLES = "https://hooks.slack.com/services/..., mailto://user:password@example.org or https://example.org/hook"


def make_block(address: str) -> NotificationBlock:
    """What sends to an address: that of a service that Apprise knows, else any http address, which gets JSON with a `text`.

    Raises RequestError. The address may be a secret, so no message shows more of it than its host.
    """
    from apprise import Apprise

    with silence("apprise"):
        is_known = Apprise.instantiate(address) is not None
    if is_known:
        # Of Prefect's blocks this one takes every address that Apprise knows, not only Slack's.
        return SlackWebhook(url=SecretStr(address))
    try:
        place = urlsplit(address)
        is_web = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0 and " " not in address
    except ValueError:
        is_web = False
    if not is_web:
        raise RequestError(f"notify is no address that alerts can be sent to. Write one such as {EXAMPLES}.")
    secrets: Any = {"address": address}
    text = {"text": "{{subject}}\n{{body}}"}
    return CustomWebhookNotificationBlock(name="copydesk", url="{{address}}", json_data=text, secrets=secrets)


def show_host(address: str) -> str:
    """What of an address may be shown: its host, or its scheme."""
    place = urlsplit(address)
    return place.hostname or place.scheme


def register_alerts(client: SyncPrefectClient, address: str, late_after: timedelta = LATE_AFTER) -> bool:
    """Has alerts sent to an address, which gets a first message, or nowhere if it is empty; whether that is new.

    What is registered for this address already stays as it is, however a team has changed it. Raises RequestError for an address
    that cannot be used, or that does not take the first message.
    """
    known = [found for name in (BAD, LATE) for found in client.read_automations_by_name(name)]
    if not address:
        remove_alerts(client)
        return bool(known)
    block, key = make_block(address), hashlib.sha256(address.encode()).hexdigest()[:12]
    if len(known) == 2 and all(key in found.description for found in known):
        return False
    remove_alerts(client)
    try:
        with silence("apprise"), block.raise_on_failure():
            # Its type says that it may have to be awaited; only in async code it has to.
            cast(Any, block).notify(
                "Runs that fail, are short or do not start are reported here.", "copydesk: alerts are on"
            )
    except Exception as error:
        why = " ".join(str(error).replace(address, show_host(address)).split()) or type(error).__name__
        raise RequestError(f"notify: {show_host(address)} did not take a first message ({why}).") from None
    # Only now: what is registered is not tried again.
    saved = cast(UUID, block.save(BLOCK, overwrite=True))
    for automation in make_automations(saved, f"to {show_host(address)} ({key})", late_after):
        client.create_automation(automation)
    return True


def make_automations(block: UUID, where: str, late_after: timedelta) -> tuple[AutomationCore, AutomationCore]:
    """Those for bad ends and for late runs. `where` alerts go, in words."""
    flows: Any = {"prefect.resource.role": "flow", "prefect.resource.name": FLOWS}
    runs = ["prefect.flow-run.*"]
    bad = AutomationCore(
        name=BAD,
        description=f"Sends what failed, was blocked or is short {where}.",
        trigger=EventTrigger(
            expect=BAD_ENDS,
            match={"prefect.resource.id": runs},
            match_related=flows,
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="copydesk: {{ flow_run.name }} {{ flow_run.state.name }}",
                body="{{ flow_run.state.message }}\n{{ flow_run|ui_url }}",
            )
        ],
    )
    late = AutomationCore(
        name=LATE,
        description=f"Sends what was due {late_after} ago and has not started {where}.",
        trigger=EventTrigger(
            after={"prefect.flow-run.Late"},
            expect={f"prefect.flow-run.{name}" for name in ("Pending", "Running", "Cancelled", "Cancelling")}
            | BAD_ENDS,
            match={"prefect.resource.id": runs},
            match_related=flows,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=late_after,
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="copydesk: {{ deployment.name }} has not started",
                body="{{ deployment.name }} was due at {{ flow_run.expected_start_time }} and has not started. Is a worker "
                "running?\n{{ flow_run|ui_url }}",
            )
        ],
    )
    return bad, late


def remove_alerts(client: SyncPrefectClient) -> None:
    """Removes the automations and the address."""
    for name in (BAD, LATE):
        for found in client.read_automations_by_name(name):
            client.delete_automation(found.id)
    for kind in (SlackWebhook, CustomWebhookNotificationBlock):
        with suppress(ObjectNotFound):
            client.delete_block_document(client.read_block_document_by_name(BLOCK, kind.get_block_type_slug()).id)


@contextmanager
def silence(name: str) -> Iterator[None]:
    """Keeps what a logger has to say from the terminal: what is wrong is in the error."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
