"""The database behind the server of `make ui`: a PostgreSQL of its own where its programs are installed, else SQLite.

PostgreSQL writes many things at the same time; SQLite one, so writes take turns there (`flows.orchestration.server`). It is
the system's PostgreSQL, with the extension that Prefect's tables need; packages on Python's index come without it. It listens on
a socket that only this user can open, on no port.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flows.console import print_line
from tasks.errors import RequestError, RunFailed

FOLDER = "postgres"
LOG = "database.log"
SQLITE_FILE = "prefect.db"
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
PROGRAMS = ("initdb", "postgres")
EXTENSION = "pg_trgm.control"  # Prefect searches names with it
SHARED = ("../share", "../share/postgresql", "/usr/share/postgresql/{version}")  # from the programs
USER = "prefect"
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
READY_SECONDS = 60
READY_LINE = 7  # of postmaster.pid
# Runs are recorded in small transactions, whose last second may be lost with the machine: receipts in the lake say what was done.
OPTIONS = {"listen_addresses": "", "shared_buffers": "32MB", "max_connections": "100", "synchronous_commit": "off"}
ROOT = 0
ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


@dataclass(frozen=True)
class Postgres:
    """The programs, the folder of the data, the folder of the socket, and what runs the programs under another account."""

    programs: Path
    data: Path
    socket: Path
    prefix: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """What starts it, in the foreground."""
        given = {**OPTIONS, "unix_socket_directories": str(self.socket)}
        options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        return [*self.prefix, str(self.programs / "postgres"), "-D", str(self.data), *options]

    @property
    def address(self) -> str:
        """The address for Prefect's server."""
        return f"postgresql+asyncpg://{USER}@/postgres?host={quote(str(self.socket))}"


def find_programs() -> Iterator[tuple[int, Path]]:
    """Folders with the programs of PostgreSQL and their major versions: that of the path first, then the newest of each place."""
    on_path = shutil.which("postgres")
    places = [[Path(on_path).resolve().parent] if on_path else []]
    places += [sorted(Path("/").glob(pattern[1:]), reverse=True) for pattern in SYSTEM_FOLDERS]
    for folder in (folder for found in places for folder in found):
        if all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
            said = subprocess.run(
                [folder / "postgres", "--version"], capture_output=True, text=True, check=False
            ).stdout
            if (found := VERSION.search(said)) and has_extension(folder, found[1]):
                yield int(found[1]), folder


def has_extension(programs: Path, version: str) -> bool:
    """Whether a PostgreSQL has the extension that Prefect's tables need."""
    return any((programs / place.format(version=version) / "extension" / EXTENSION).exists() for place in SHARED)


def choose_database(home: Path, wanted: str) -> Postgres | None:
    """The PostgreSQL to start for `home`, or None for SQLite; prints which it is. `wanted`: auto, postgres or sqlite.

    Raises RequestError where only PostgreSQL is wanted and cannot be had.
    """
    postgres, why = prepare_postgres(home) if wanted != "sqlite" else (None, "as COPYDESK_DATABASE says")
    if postgres is None and wanted == "postgres":
        raise RequestError(f"COPYDESK_DATABASE is 'postgres': {why}")
    print_line(f"runs are recorded in {'PostgreSQL' if postgres else f'SQLite ({why})'}")
    return postgres


def prepare_postgres(home: Path) -> tuple[Postgres | None, str]:
    """A PostgreSQL with its data in `home`, ready to be started; or None and why there is none.

    A folder that began with SQLite stays with it, since its runs are recorded there.
    """
    data = home / FOLDER
    if (home / SQLITE_FILE).exists() and not data.exists():
        return (
            None,
            f"the runs so far are recorded in SQLite; remove {home.name}/{SQLITE_FILE} to begin with PostgreSQL",
        )
    version = data / "PG_VERSION"
    wanted = int(version.read_text(encoding="ascii")) if version.exists() else None
    programs = [folder for number, folder in find_programs() if wanted in (None, number)]
    if not programs:
        which = f"PostgreSQL {wanted}, which the runs so far are recorded with," if wanted else "PostgreSQL"
        return (
            None,
            f"{which} is not installed with its extensions: apt-get install postgresql, or brew install postgresql",
        )
    prefix, account = choose_account()
    if prefix is None:
        return None, "PostgreSQL does not run as root, and there is no other account to run it"
    socket = Path(tempfile.mkdtemp(prefix="copydesk-"))
    made = Postgres(programs[0], data.absolute(), socket, prefix)
    try:
        if account:
            shutil.chown(socket, account)
        if wanted is None:
            create_data(made, account)
    except (OSError, LookupError, RunFailed) as error:
        shutil.rmtree(socket, ignore_errors=True)
        return None, f"PostgreSQL cannot keep its data here ({error})"
    return made, ""


def choose_account() -> tuple[tuple[str, ...] | None, str]:
    """What runs programs under an account that may run PostgreSQL, and its name: nothing and "" for this one."""
    if os.getuid() != ROOT:
        return (), ""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    account = next((name for name in ACCOUNTS if name in names), None)
    program = shutil.which("setpriv")
    if account is None or program is None:
        return None, ""
    # It may look into root's own folders, which the data can lie in.
    looks = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    return (
        program,
        "--reuid",
        account,
        "--regid",
        str(pwd.getpwnam(account).pw_gid),
        "--clear-groups",
        *looks,
    ), account


def create_data(postgres: Postgres, account: str) -> None:
    """Creates the folder of the data in one step. Raises RunFailed with the last line of what is wrong."""
    draft = postgres.data.with_name(f"{FOLDER}.next")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    if account:
        shutil.chown(draft, account)
    options = ["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [*postgres.prefix, str(postgres.programs / "initdb"), "-D", str(draft), *options]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunFailed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    draft.rename(postgres.data)


def await_postgres(process: subprocess.Popen[bytes], postgres: Postgres) -> None:
    """Returns when it takes connections. Raises RunFailed when it ends, or is not ready in time."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RunFailed(f"PostgreSQL ended (exit code {process.returncode}). See {postgres.data.parent.name}/{LOG}")
        with suppress(OSError):
            lines = (postgres.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if lines[:1] == [str(process.pid)] and "".join(lines[READY_LINE:]).strip() == "ready":
                return
        time.sleep(0.05)
    raise RunFailed(f"PostgreSQL was not ready in {READY_SECONDS} s. See {postgres.data.parent.name}/{LOG}")
