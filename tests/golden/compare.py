"""One golden backtest against one journal of ours, trade for trade.

Both sides are brought to plain lists of dicts first: `expected` from ../shared/golden, `found` from
the journal (read by tests/support/journal.py, so no code is shared with the host), then compared
field by field. Bars and sizes must be equal, all other numbers to 1e-9 relative.
"""

import csv
import datetime

TOLERANCE = 1e-9
SECOND = 1_000_000_000
FRAMES = {"1m": 60 * SECOND, "1h": 3600 * SECOND, "1d": 86400 * SECOND}
PHASE_OPEN, PHASE_BAR, PHASE_CLOSE, PHASE_END = 0, 1, 2, 3
EXACT = {"symbol", "bar", "entry_bar", "exit_bar", "size", "closed", "opened", "count"}
TRADE_FIELDS = (
    "symbol entry_bar exit_bar size entry_price exit_price fees pnl_gross pnl_net".split()
)
PAIRED_FIELDS = "symbol entry_bar exit_bar size entry_price exit_price".split()
FILL_FIELDS = "symbol bar size price closed opened fee pnl".split()


def time_of(stamp):
    """ns of 2004-08-19T00:00:00Z."""
    moment = datetime.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S%z")
    return int(moment.timestamp()) * SECOND


class Bars:
    """The rows that a case uses of a file: bar numbers from times and back."""

    def __init__(self, entry, folder):
        name = entry["file"].removesuffix(".csv")
        with open(folder / entry["file"], encoding="ascii", newline="") as file:
            stamps = [row["time"] for row in csv.DictReader(file)]
        self.stamps = [s for s in stamps if entry["first_bar"] <= s <= entry["last_bar"]]
        if len(self.stamps) != entry["rows"]:
            raise ValueError(f"{name}: {len(self.stamps)} rows, the case says {entry['rows']}")
        self.symbol = entry.get("symbol", name)
        self.frame = FRAMES[name.rsplit("_", 1)[1]]
        self.opens = {time_of(stamp): bar for bar, stamp in enumerate(self.stamps)}

    def bar_opening(self, time):
        return self.opens.get(time, f"no bar opens at {time}")

    def bar_closing(self, time):
        return self.opens.get(time - self.frame, f"no bar closes at {time}")

    def close_time(self, bar):
        return time_of(self.stamps[bar]) + self.frame


def bar_of(fill, bars, settings):
    """The bar that a fill is dated at, by its phase and the settings that say what that means."""
    if fill["phase"] == PHASE_OPEN:
        return bars.bar_opening(fill["ts_event"])
    if fill["phase"] == PHASE_CLOSE and settings["close_fill_booking"] == "next_bar":
        if settings["close_fill_stamp"] == "booking":
            return bars.bar_opening(fill["ts_event"])
    if fill["phase"] == PHASE_END and settings["close_at_end"] == "last_open":
        return bars.bar_opening(fill["ts_event"])
    return bars.bar_closing(fill["ts_event"])


def found_fills(journal, bars_of, settings):
    shares = {}
    for share in journal.of("allocation"):
        if shares.setdefault(share["fill"], share) is not share:
            raise ValueError(f"fill {share['fill']} has two shares with one strategy")
    found = []
    for fill in journal.of("fill"):
        bars, share = bars_of[fill["symbol"]], shares[fill["id"]]
        if share["quantity"] != fill["quantity"] or share["fee"] != fill["fee"]:
            raise ValueError(f"fill {fill['id']} and its share differ")
        found.append(
            {
                "symbol": bars.symbol,
                "bar": bar_of(fill, bars, settings),
                "time": fill["ts_event"],
                "size": fill["quantity"],
                "price": fill["price"],
                "closed": share["closed"],
                "opened": fill["quantity"] - share["closed"],
                "fee": fill["fee"],
                "pnl": share["realized"],
            }
        )
    return found


def found_trades(journal, bars_of, fills):
    """Trades carry times only; the fills of those times say which bars they are."""
    bar_at = {}
    for fill in fills:
        if bar_at.setdefault((fill["symbol"], fill["time"]), fill["bar"]) != fill["bar"]:
            raise ValueError(f"two bars filled at {fill['time']}")
    found = []
    for trade in journal.of("trade"):
        symbol = bars_of[trade["symbol"]].symbol
        found.append(
            {
                "symbol": symbol,
                "entry_bar": bar_at.get((symbol, trade["entry_time"]), "no fill then"),
                "exit_bar": bar_at.get((symbol, trade["exit_time"]), "no fill then"),
                "size": trade["quantity"],
                "entry_price": trade["entry_price"],
                "exit_price": trade["exit_price"],
                "fees": trade["fees"],
                "pnl_gross": trade["gross"],
                "pnl_net": trade["net"],
            }
        )
    return found


def pair(fills):
    """Round trips of the fills, oldest lot first, and the lots that are left: counted once more so
    that trades need not be believed."""
    trips, lots = [], []
    for fill in fills:
        closing = -fill["closed"]
        for lot in [lot for lot in lots if lot["symbol"] == fill["symbol"]]:
            part = min(abs(closing), abs(lot["size"])) * (1.0 if closing > 0 else -1.0)
            closing -= part
            lot["size"] -= part
            if part != 0.0:
                exit_ = {"exit_bar": fill["bar"], "exit_price": fill["price"], "size": part}
                trips.append(lot | exit_)
        if closing != 0.0:
            raise ValueError(f"the fill at {fill['time']} closes {closing} more than is held")
        lots = [lot for lot in lots if lot["size"] != 0.0]
        if fill["opened"] != 0.0:
            entry = {"entry_bar": fill["bar"], "entry_price": fill["price"]}
            lots.append({"symbol": fill["symbol"], "size": fill["opened"]} | entry)
    return trips, lots


def found_positions(journal, bars_of):
    return [
        {
            "symbol": bars_of[p["symbol"]].symbol,
            "size": p["quantity"],
            "average_price": p["average_price"],
        }
        for p in journal.of("position")
        if p["quantity"] != 0.0
    ]


def found_results(golden, journal, bars):
    """The journal in the shape of a golden file's `results`. bars: of each file, in its order."""
    by_name = {b.symbol: b for b in bars}
    bars_of = {s["id"]: by_name[s["name"]] for s in journal.of("symbol")}
    settings = {s["key"]: s["value"] for s in journal.of("setting")}
    is_lots = "fills" not in golden["results"]
    fills = found_fills(journal, bars_of, settings)
    equity = {e["time"]: e["equity"] for e in journal.of("equity")}  # a later record replaces
    samples = [
        {"bar": s["bar"], "equity": equity.get(bars[0].close_time(s["bar"]), "no equity then")}
        for s in golden["results"]["equity_samples"]
    ]
    first = journal.one("silo")["initial_cash"]
    found = {
        "counts": [{"bars": len(equity), "rejected": journal.one("end")["rejected"]}],
        "money": [{"initial_cash": first, "final_equity": journal.of("equity")[-1]["equity"]}],
        "trades": found_trades(journal, bars_of, fills),
        "open_at_end": found_positions(journal, bars_of),
        "equity_samples": samples,
    }
    if not is_lots:
        return found | {"fills": fills}
    trips, lots = pair(fills)
    if [(lot["symbol"], lot["size"]) for lot in lots] != [
        (p["symbol"], p["size"]) for p in found["open_at_end"]
    ]:
        raise ValueError("the fills leave other positions than the last records say")
    return found | {"paired_fills": trips, "open_at_end": lots}


def expected_results(golden, bars):
    """The golden file's results with only the fields that are compared, its own times checked."""
    results = golden["results"]
    by_name = {b.symbol: b for b in bars}
    is_lots = "fills" not in results
    for row in results["trades"]:
        stamps = by_name[row["symbol"]].stamps
        if (stamps[row["entry_bar"]], stamps[row["exit_bar"]]) != (
            row["entry_time"],
            row["exit_time"],
        ):
            raise ValueError(f"times of a golden trade are not those of its bars: {row}")
    if len(results["trades"]) != results["n_trades"]:
        raise ValueError("n_trades is not the number of trades")

    def cut(rows, fields):
        return [{f: row[f] for f in fields} for row in rows]

    held = "symbol entry_bar entry_price size" if is_lots else "symbol size average_price"
    expected = {
        "counts": [{"bars": golden["data"][0]["rows"]}],
        "money": [{f: results[f] for f in ("initial_cash", "final_equity")}],
        "trades": cut(results["trades"], TRADE_FIELDS),
        "open_at_end": cut(results["open_at_end"], held.split()),
        "equity_samples": cut(results["equity_samples"], ("bar", "equity")),
    }
    if is_lots:
        expected["paired_fills"] = cut(results["trades"], PAIRED_FIELDS)
    else:
        expected["counts"][0]["rejected"] = results["n_rejected"]
        expected["fills"] = cut(results["fills"], FILL_FIELDS)
    return expected


def is_same(field, expected, found):
    if field in EXACT or isinstance(expected, str) or isinstance(found, str):
        return expected == found
    return abs(expected - found) <= TOLERANCE * abs(expected)  # false for NaN and infinity


def in_order(rows):
    """Golden trades go by entry, ours by exit; fills keep their order: it is part of the result."""
    return sorted(rows, key=lambda r: (str(r["entry_bar"]).zfill(9), r["exit_bar"], r["symbol"]))


def differences(expected, found):
    """One sentence for each difference; none: the two are equal."""
    told = []
    for table, rows in expected.items():
        others = found[table]
        if table in ("trades", "paired_fills"):
            rows, others = in_order(rows), in_order(others)
        if len(rows) != len(others):
            told.append(f"{table}: expected {len(rows)}, found {len(others)}")
        for index, (row, other) in enumerate(zip(rows, others)):
            for field, value in row.items():
                if not is_same(field, value, other[field]):
                    told.append(
                        f"{table}[{index}].{field}: expected {value!r}, found {other[field]!r}"
                    )
    return told
