"""The operations of an object store that a lake needs: read, write if unchanged, list, delete. Only this module uses obstore.

Endpoint, region and credentials come from the usual environment variables (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, ...), which obstore reads itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tasks.formats.remote import tidy_error
from tasks.stores.errors import LakeError, LakeSilent

VERSION_KEY = "copydesk-version"  # x-amz-meta-copydesk-version of what readers see
PUT_LIMIT = 5 * 2**30  # the most that S3 takes in one request; in several, a write cannot be conditional everywhere


class ObjectChanged(Exception):
    """Another writer wrote the object first."""


@dataclass(frozen=True)
class ObjectTag:
    """The state of an object. `version`: of the commit that wrote it, where it says so."""

    e_tag: str
    version: int | None


@cache
def open_bucket(url: str) -> Any:
    """The bucket of an address s3://bucket. Raises LakeError when obstore is missing or the address is no bucket."""
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise LakeError(f"{url}: object stores need obstore, which is missing; install copydesk[s3]") from error
    try:
        # The address of an endpoint says whether it has TLS.
        return from_url(url, client_options={"allow_http": True})
    except BaseError as error:
        raise LakeError(f"{url} cannot be opened: {tidy_error(error)}") from error


def open_address(address: str) -> tuple[Any, str]:
    """The bucket and the key of an address s3://bucket/key. Raises LakeError as `open_bucket` does."""
    scheme, _, bucket, key = address.split("/", 3)
    return open_bucket(f"{scheme}//{bucket}"), key


@contextmanager
def explain_store(bucket: Any, key: str) -> Iterator[Any]:
    """Gives obstore, and turns its errors into one line. A missing object stays FileNotFoundError; a race lost: ObjectChanged."""
    import obstore
    from obstore import exceptions

    where = f"s3://{bucket.config['bucket']}/{key}"
    try:
        yield obstore
    except (exceptions.PreconditionError, exceptions.AlreadyExistsError) as error:
        raise ObjectChanged(where) from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise LakeError(
            f"{where}: the store refuses: {tidy_error(error)}; look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the "
            "bucket's policy"
        ) from error
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise LakeError(f"{where}: there is no such bucket; make it first or name another --lake") from error
        raise
    except exceptions.BaseError as error:
        raise LakeSilent(
            f"{where}: the store does not answer as it should: {tidy_error(error)}; look at AWS_ENDPOINT_URL and AWS_REGION, "
            "and run it again"
        ) from error


def read_tag(bucket: Any, key: str) -> ObjectTag | None:
    """ETag and version of an object, or None when there is none."""
    with explain_store(bucket, key) as obstore:
        try:
            answer = obstore.get(bucket, key, options={"head": True})
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise
            return None
        value = answer.attributes.get(VERSION_KEY)
        return ObjectTag(str(answer.meta["e_tag"]), int(value) if value and value.isdigit() else None)


def has_object_versions(bucket: Any, key: str) -> bool:
    """Whether the store keeps earlier versions of an object."""
    with explain_store(bucket, key) as obstore:
        return bool(obstore.get(bucket, key, options={"head": True}).meta.get("version"))


def read_object(bucket: Any, key: str) -> tuple[bytes, str]:
    """An object and its ETag. Raises FileNotFoundError."""
    with explain_store(bucket, key) as obstore:
        answer = obstore.get(bucket, key)
        return bytes(answer.bytes()), str(answer.meta["e_tag"])


def read_range(bucket: Any, key: str, start: int, end: int) -> bytes:
    """Bytes of an object from `start` up to `end`. Raises FileNotFoundError."""
    with explain_store(bucket, key) as obstore:
        return bytes(obstore.get_range(bucket, key, start=start, end=end))


def put_object(
    bucket: Any, key: str, body: bytes, *, e_tag: str | None, version: int | None = None, kind: str = ""
) -> None:
    """Writes an object if it still has this ETag (None: if it does not exist). `kind`: its media type. Raises ObjectChanged."""
    if len(body) > PUT_LIMIT:
        raise LakeError(
            f"{key}: {len(body)} bytes are more than a store takes in one request; use a lake by day (COPYDESK_PARTITION=day)"
        )
    attributes = {VERSION_KEY: str(version)} if version is not None else {}
    if kind:
        attributes["Content-Type"] = kind
    with explain_store(bucket, key) as obstore:
        mode: Any = {"e_tag": e_tag} if e_tag else "create"
        obstore.put(bucket, key, body, mode=mode, attributes=attributes or None, use_multipart=False)


def keep_object(bucket: Any, key: str, body: bytes) -> None:
    """Writes an object whose name identifies its content: an existing one is the same."""
    try:
        put_object(bucket, key, body, e_tag=None)
    except ObjectChanged:
        return


def send_file(bucket: Any, key: str, path: Path) -> None:
    """Writes a file as an object, in parts if it is large. For names that have one writer."""
    with explain_store(bucket, key) as obstore:
        obstore.put(bucket, key, path)


def fetch_file(bucket: Any, key: str, path: Path) -> None:
    """Writes an object to a file, in parts. Raises FileNotFoundError."""
    with explain_store(bucket, key) as obstore, path.open("wb") as file:
        for part in obstore.get(bucket, key):
            file.write(part)


def list_objects(bucket: Any, prefix: str, *, least: int = 0, before: datetime | None = None) -> list[str]:
    """The keys below a prefix, sorted: of objects with at least `least` bytes, last written `before` a time."""
    with explain_store(bucket, prefix) as obstore:
        found = (entry for batch in obstore.list(bucket, prefix) for entry in batch)
        return sorted(
            entry["path"]
            for entry in found
            if entry["size"] >= least and (before is None or entry["last_modified"] < before)
        )


def list_times(bucket: Any, prefix: str) -> dict[str, datetime]:
    """The keys below a prefix, and when each object was written."""
    with explain_store(bucket, prefix) as obstore:
        return {entry["path"]: entry["last_modified"] for batch in obstore.list(bucket, prefix) for entry in batch}


def remove_objects(bucket: Any, keys: Iterable[str]) -> None:
    """Deletes objects; missing ones are no error."""
    for key in keys:
        with explain_store(bucket, key) as obstore:
            try:
                obstore.delete(bucket, key)
            except FileNotFoundError:
                continue
