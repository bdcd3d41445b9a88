"""Bars for the laws: CSV files read, cut, spoilt and written by code of their own, and the close
times of bars by arithmetic of their own. Only what ../shared/data has: ISO-8601 UTC stamps, six
columns.
"""
import calendar
import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path

SECOND = 10**9
DAY = 86400 * SECOND
UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": DAY, "w": 7 * DAY}


def parse_time(text):
    """2013-03-01 or 2013-03-01T00:00:00Z, as ns UTC."""
    text = str(text).replace(" ", "T").rstrip("Z")
    day, _, clock = text.partition("T")
    year, month, dom = map(int, day.split("-"))
    clock = ([int(x) for x in clock.split(":")] + [0, 0, 0])[:3] if clock else [0, 0, 0]
    days = datetime.date(year, month, dom).toordinal() - 719163
    return days * DAY + (clock[0] * 3600 + clock[1] * 60 + clock[2]) * SECOND


def print_time(ns):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=ns // SECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_timeframe(text):
    """(ns, months) of 5m, 1h, 1d, 1mo."""
    number, unit = re.fullmatch(r"(\d+)(s|mo|m|h|d|w)", text).groups()
    return (0, int(number)) if unit == "mo" else (int(number) * UNITS[unit], 0)


def add_months(ns, months, to_month_end):
    days, clock = divmod(ns, DAY)
    day = datetime.date.fromordinal(days + 719163)
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    last = calendar.monthrange(year, month)[1]
    dom = last if to_month_end else min(day.day, last)
    return (datetime.date(year, month, dom).toordinal() - 719163) * DAY + clock


@dataclass
class Bars:
    """One file: its rows (texts: time, open, high, low, close, volume) and both ends of each."""

    rows: list
    opens: list
    closes: list
    numbers: list = field(default_factory=list)  # (open, high, low, close, volume)


def read_bars(data, start=None, end=None):
    """The bars that a run with this entry of its config plays: start <= open time < end."""
    lines = Path(data["file"]).read_text().splitlines()
    if lines[0] != "time,open,high,low,close,volume":
        raise ValueError(f"{data['file']}: another header")
    rows = [line.split(",") for line in lines[1:]]
    return bars_of(data, rows, start, end)


def bars_of(data, rows, start=None, end=None):
    stamps = [parse_time(row[0]) for row in rows]
    name = data.get("timeframe") or Path(data["file"]).stem.rsplit("_", 1)[1]
    length, months = parse_timeframe(name)
    sign = -1 if data.get("stamp", "open") == "close" else 1
    if months:
        at_end = all(add_months(s, 0, True) == s for s in stamps)
        other = [add_months(s, sign * months, at_end) for s in stamps]
    else:
        other = [s + sign * length for s in stamps]
    opens, closes = (stamps, other) if sign > 0 else (other, stamps)
    low = parse_time(start) if start else None
    high = parse_time(end) if end else None
    if high is not None and len(str(end)) == 10:
        high += DAY
    kept = [
        i
        for i, at in enumerate(opens)
        if (low is None or at >= low) and (high is None or at < high)
    ]
    numbers = [tuple(float(x) for x in rows[i][1:6]) for i in kept]
    return Bars(
        [rows[i] for i in kept], [opens[i] for i in kept], [closes[i] for i in kept], numbers
    )


def write_rows(path, rows):
    lines = ["time,open,high,low,close,volume"] + [",".join(row) for row in rows]
    Path(path).write_text("\n".join(lines) + "\n")


# ---- another future ----

WAYS = ("walk", "scale", "volume", "drop", "end", "all")


def price_text(value):
    return f"{max(value, 1e-6):.6g}" if value < 1e6 else f"{value:.1f}"


def random_row(row, price, chance):
    """A bar around `price` that is possible: low <= open, close <= high."""
    prices = [float(price_text(price * (1 + chance.uniform(-0.04, 0.04)))) for _ in range(4)]
    prices.sort()
    ends = [prices[1], prices[2]]
    chance.shuffle(ends)
    texts = [price_text(p) for p in (ends[0], prices[3], prices[0], ends[1])]
    return [row[0]] + texts + [row[5]]


def garble(bars, time, way, chance):
    """The rows of a file whose bars after `time` are others: prices, volumes, fewer rows or none.
    What is known at `time` stays, and so does the time of the very first row (where history
    starts is an input, not the future)."""
    rows, price = [], 0.0
    factor = chance.choice((0.1, 0.5, 1.0, 3.0, 20.0))
    drop = 0
    for place, row in enumerate(bars.rows):
        if bars.closes[place] <= time:
            rows.append(row)
            continue
        if way == "end" and rows:
            break
        if way in ("drop", "all") and rows:
            if drop == 0 and chance.random() < 0.1:
                drop = chance.randint(1, 6)
            if drop > 0:
                drop -= 1
                continue
        price = price or float(row[4]) * factor
        row = list(row)
        if way == "walk" or (way in ("all", "end") and chance.random() < 0.7):
            price *= 1 + chance.uniform(-0.05, 0.05)
            row = random_row(row, price, chance)
        if way == "scale":
            row[1:5] = [price_text(float(x) * factor * 1.25) for x in row[1:5]]
        if way in ("volume", "all"):
            row[5] = chance.choice(("0", "0", "1", str(chance.randint(1, 10**9))))
        rows.append(row)
    return rows
