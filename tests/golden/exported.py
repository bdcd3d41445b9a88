"""A recorded run as `qshost export` and `show` tell it, in the shape of a journal, so that compare.py
holds the same golden case against it: text out of the database instead of bytes of a file."""

import csv
import datetime
import io
import json

import compare

PHASES = {
    "open": compare.PHASE_OPEN,
    "bar": compare.PHASE_BAR,
    "close": compare.PHASE_CLOSE,
    "end": compare.PHASE_END,
}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def nanoseconds(stamp):
    """Of 2004-08-19T00:00:00Z, exactly, with up to nine digits behind the second."""
    whole, _, part = stamp.removesuffix("Z").partition(".")
    since = datetime.datetime.fromisoformat(whole + "+00:00") - EPOCH
    return (since.days * 86400 + since.seconds) * compare.SECOND + int(part.ljust(9, "0") or 0)


class Exported:
    """qshost: a function that runs it with these arguments and gives its stdout."""

    def __init__(self, qshost, run):
        shown = json.loads(qshost("show", run, "--json"))
        self.records = {
            "symbol": [{"id": d["symbol"], "name": d["symbol"]} for d in shown["data"]],
            "setting": [{"key": k, "value": v} for k, v in shown["settings"].items()],
            "silo": [{"initial_cash": shown["equity"]["initial"]}],
            "end": [{"rejected": shown["counts"]["rejected"]}],
            "position": shown["open_positions"],
        }
        for table in ("trades", "fills", "equity"):
            rows = csv.DictReader(io.StringIO(qshost("export", run, table)), strict=True)
            getattr(self, table)(list(rows))

    def trades(self, rows):
        numbers = "quantity entry_price exit_price gross fees net".split()
        times = "entry_time exit_time".split()
        self.records["trade"] = [
            {"symbol": row["symbol"]}
            | {key: float(row[key]) for key in numbers}
            | {key: nanoseconds(row[key]) for key in times}
            for row in rows
        ]

    def fills(self, rows):
        """One strategy: its share is the fill."""
        self.records["fill"] = [
            {
                "id": row["id"],
                "symbol": row["symbol"],
                "phase": PHASES[row["phase"]],
                "ts_event": nanoseconds(row["time"]),
            }
            | {key: float(row[key]) for key in ("quantity", "price", "fee")}
            for row in rows
        ]
        self.records["allocation"] = [
            {"fill": row["id"]}
            | {key: float(row[key]) for key in ("quantity", "fee", "closed", "realized")}
            for row in rows
        ]

    def equity(self, rows):
        self.records["equity"] = [
            {"time": nanoseconds(row["time"]), "equity": float(row["equity"])} for row in rows
        ]

    def of(self, name):
        return self.records[name]

    def one(self, name):
        (record,) = self.records[name]
        return record
