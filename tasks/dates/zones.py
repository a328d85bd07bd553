"""Time zones by their names: one table.

An abbreviation that several countries use counts only where the language or the publisher settles it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

HOUR = 60
UTC_NAMES = frozenset({"UTC", "GMT", "Z", "TU", "TUC", "WET"})
# Minutes from UTC. `ET` and the like are standard or daylight time by the day.
ZONES: dict[str, int] = {
    **dict.fromkeys(UTC_NAMES, 0),
    **dict.fromkeys(["CET", "MEZ", "WEST", "WAT", "HNEC"], HOUR),
    **dict.fromkeys(["CEST", "MESZ", "EET", "SAST", "CAT", "OEZ", "HAEC"], 2 * HOUR),
    **dict.fromkeys(["EEST", "MSK", "TRT", "EAT", "OESZ", "МСК"], 3 * HOUR),
    **dict.fromkeys(["MSD", "SAMT"], 4 * HOUR),
    **dict.fromkeys(["PKT", "UZT", "YEKT"], 5 * HOUR),
    "IRST": 210,
    "NPT": 345,
    **dict.fromkeys(["WIB", "ICT", "NOVT"], 7 * HOUR),
    **dict.fromkeys(["WITA", "HKT", "SGT", "MYT", "PHT", "AWST", "КРАТ"], 8 * HOUR),
    **dict.fromkeys(["WIT", "JST", "KST"], 9 * HOUR),
    "ACST": 570,
    "ACDT": 630,
    **dict.fromkeys(["AEST", "ChST"], 10 * HOUR),
    "AEDT": 11 * HOUR,
    "NZST": 12 * HOUR,
    "NZDT": 13 * HOUR,
    **dict.fromkeys(["BRT", "ART", "UYT", "HNT", "ADT"], -3 * HOUR),
    "NST": -210,
    "NDT": -150,
    **dict.fromkeys(["EDT", "CLT", "BOT", "VET", "HAE"], -4 * HOUR),
    **dict.fromkeys(["CDT", "COT", "PET", "HNE"], -5 * HOUR),
    **dict.fromkeys(["MDT"], -6 * HOUR),
    **dict.fromkeys(["PDT"], -7 * HOUR),
    **dict.fromkeys(["AKDT"], -8 * HOUR),
    "AKST": -9 * HOUR,
    **dict.fromkeys(["HST", "HAST"], -10 * HOUR),
}
# Names that mean several zones: in order, the languages and countries (of the publisher's host) that settle one.
# "*" settles it everywhere else in texts in that language.
SHARED: dict[str, tuple[tuple[str, int], ...]] = {
    "BST": (("bn .bd", 6 * HOUR), ("en .uk .ie", HOUR)),
    "CST": (("zh-cn zh-tw .cn .tw .hk", 8 * HOUR), ("en es .us .mx", -6 * HOUR)),
    "EST": ((".au", 10 * HOUR), ("", -5 * HOUR)),
    "PST": ((".ph tl", 8 * HOUR), (".pk ur", 5 * HOUR), ("", -8 * HOUR)),
    "MST": ((".my", 8 * HOUR), (".us", -7 * HOUR)),
    "IST": (("hi bn gu kn ml mr ne pa ta te .in", 330), ("he .il", 2 * HOUR), (".ie ga", HOUR)),
    "AST": (("ar .sa .qa .kw .bh .iq", 3 * HOUR), (".ca .bm", -4 * HOUR)),
    "GST": ((".ae .om ar", 4 * HOUR),),
    "SST": ((".sg", 8 * HOUR),),
    "WST": ((".au", 8 * HOUR),),
}
# Standard time of names that do not say whether it is summer, in North America.
NORTH_AMERICAN = {"ET": -5 * HOUR, "CT": -6 * HOUR, "MT": -7 * HOUR, "PT": -8 * HOUR}
WORDED = {
    "eastern": "ET",
    "central": "CT",
    "mountain": "MT",
    "pacific": "PT",
    "мск": "MSK",
    "moscow": "MSK",
    "московское": "MSK",
    "北京": "HKT",
    "日本": "JST",
}
MOST_MINUTES = 14 * HOUR


@dataclass(frozen=True)
class Origin:
    """Where a date was written, as far as it is known: `language` of the text, `host` of its publisher or address."""

    language: str | None = None
    host: str | None = None

    @property
    def country(self) -> str:
        """The country of the host, with its dot; "" without one.

        >>> Origin(host="news.example.co.uk").country, Origin(host="example.com").country
        ('.uk', '')
        """
        end = (self.host or "").rpartition(".")[2].lower()
        return f".{end}" if len(end) == 2 else ".us" if end in ("gov", "mil") else ""


UNKNOWN = Origin()


def find_offset(name: str, origin: Origin = UNKNOWN, day: date | None = None) -> int | None:
    """Minutes from UTC of a zone; None for a name that is none, or that the origin does not settle.

    >>> find_offset("CEST"), find_offset("IST"), find_offset("IST", Origin("hi")), find_offset("ET", day=date(2024, 7, 4))
    (120, None, 330, -240)
    """
    name = WORDED.get(name.lower(), name)
    name = name if name in ZONES or name in SHARED else name.upper()
    if name in NORTH_AMERICAN:
        return NORTH_AMERICAN[name] + HOUR * (day is not None and is_american_summer(day))
    for settled_by, minutes in SHARED.get(name, ()):
        places = settled_by.split()
        if not places or origin.country in places or (origin.language in places and not is_elsewhere(name, origin)):
            return minutes
    return ZONES.get(name)


def is_elsewhere(name: str, origin: Origin) -> bool:
    """Whether the publisher's country is among those of another meaning of the name."""
    return bool(origin.country) and any(origin.country in places.split() for places, _ in SHARED[name])


def is_zone(name: str) -> bool:
    """Whether a word, as it is written, names a zone.

    >>> is_zone("EST"), is_zone("est"), is_zone("utc")
    (True, False, True)
    """
    upper = name.upper()
    known = upper in ZONES or upper in SHARED or upper in NORTH_AMERICAN or name in ZONES
    return (known and (name == upper or upper in ("UTC", "GMT"))) or name in ZONES


def is_american_summer(day: date) -> bool:
    """Whether daylight time is in force on a day in North America, by the rules since 1967.

    >>> is_american_summer(date(2024, 3, 9)), is_american_summer(date(2024, 3, 10)), is_american_summer(date(1999, 4, 3))
    (False, True, False)
    """
    year = day.year
    if year >= 2007:
        begin, end = find_sunday(year, 3, 8), find_sunday(year, 11, 1)
    elif year >= 1987:
        begin, end = find_sunday(year, 4, 1), find_sunday(year, 10, 25)
    else:
        begin, end = find_sunday(year, 4, 24), find_sunday(year, 10, 25)
    return year >= 1967 and begin <= day < end


def find_sunday(year: int, month: int, day: int) -> date:
    """The first Sunday on or after a day."""
    start = date(year, month, day)
    return start + timedelta(days=6 - start.weekday())


def move_to_utc(moment: datetime, minutes: int | None) -> datetime:
    """A local time as UTC; without an offset it is taken as UTC."""
    zone = timezone(timedelta(minutes=minutes or 0))
    return moment.replace(tzinfo=zone).astimezone(UTC)
