"""Years that are not counted as in the West: Iranian, Thai, Japanese eras, the Republic of China."""

from datetime import date, timedelta

JALALI_YEARS = range(1380, 1421)
BUDDHIST_YEARS = range(2440, 2643)
BUDDHIST = 543
# Year before the first one of each era.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
# Iranian years of 1380 to 1420 that have 366 days.
LEAP = frozenset({1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420})
FIRST_DAY = date(2001, 3, 21)  # 1 Farvardin 1380
LONG_MONTHS = 6  # of 31 days; the others have 30, the last one 29 unless the year is leap


def read_jalali(year: int, month: int, day: int) -> date:
    """The day of the Iranian calendar. Raises ValueError where there is none, or outside JALALI_YEARS.

    >>> read_jalali(1403, 1, 1), read_jalali(1402, 12, 14)
    (datetime.date(2024, 3, 20), datetime.date(2024, 3, 4))
    """
    if year not in JALALI_YEARS or not 1 <= month <= 12:
        raise ValueError("no such month")
    length = 31 if month <= LONG_MONTHS else 30 if month < 12 or year in LEAP else 29
    if not 1 <= day <= length:
        raise ValueError("no such day")
    years = sum(365 + (earlier in LEAP) for earlier in range(JALALI_YEARS.start, year))
    months = (month - 1) * 30 + min(month - 1, LONG_MONTHS)
    return FIRST_DAY + timedelta(days=years + months + day - 1)
