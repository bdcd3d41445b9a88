"""Law 3: a run's journal against books kept again from its fills (law_books.py) and bars read by
other code (law_bars.py), at every instant. Nothing of the engine is used but its records.

Equity is cash and positions at the newest closes of each symbol's shortest feed. The account of a
silo is the sum of its strategies, symbol by symbol, and of the money that none of them has.
"""
import law_journal
from law_books import EXACT, Book

MARKET = 1  # a type of order
CANCEL = 2  # a kind of intent
UNCHANGED, WRONG_PHASE = 13, 19  # reasons
REJECTED = 7  # a state of an order


class Violation(Exception):
    pass


class Auditor:
    """Walks the records of one run; raises Violation at the first that is wrong."""

    def __init__(self, config, bars, records):
        self.config, self.records = config, records
        self.header(records)
        self.feeds_of_files(bars)
        self.fills, self.orders, self.groups = {}, {}, {}
        self.shares = {}  # of each fill: units and fees allocated
        self.counts = {"fills": 0, "trades": 0, "orders": 0, "rejected": 0, "bars": 0}
        self.trades = []
        self.checked = 0
        self.at_end = False

    def fail(self, text):
        raise Violation(f"{getattr(self, 'place', '')}: {text}")

    def near(self, what, found, expected, tolerance):
        if not abs(found - expected) <= tolerance:
            self.fail(f"{what}: the journal has {found!r}, the books {expected!r} "
                      f"(tolerance {tolerance:.3g})")

    # ---- the header ----

    def header(self, records):
        rows = {}
        for r in records:
            rows.setdefault(r.kind, []).append(r)
        self.rows = rows
        self.settings = {r.key: r.value for r in rows["setting"]}
        self.symbols = {r.id: r for r in rows["symbol"]}
        self.multipliers = {r.id: r.multiplier for r in rows["symbol"]}
        self.silos = {r.id: r for r in rows["silo"]}
        pairing = self.settings["trades"]
        self.books = {r.id: Book(r.budget, pairing) for r in rows["strategy"]}
        self.silo_of = {r.id: r.silo for r in rows["strategy"]}
        for silo in self.silos:
            members = [b for i, b in self.books.items() if self.silo_of[i] == silo]
            given = sum(b.budget for b in members)
            if given > self.silos[silo].initial_cash * (1 + 1e-12):
                self.fail(f"silo {silo}: budgets of {given} of {self.silos[silo].initial_cash}")

    def number(self, key):
        return float(self.settings[key])

    def feeds_of_files(self, bars):
        """Each feed of the journal to the entry of data that it is; the shortest marks its
        symbol."""
        named = {}
        for entry, b in zip(self.config["data"], bars):
            named[(entry["symbol"], entry["timeframe"])] = b
        self.bars_of_feed, shortest = {}, {}
        for feed in self.rows["feed"]:
            name = self.symbols[feed.symbol].name
            b = named.pop((name, feed.timeframe_name), None)
            if b is None:
                self.fail(f"a feed {name}@{feed.timeframe_name} that the config does not have")
            if feed.anchor != b.opens[0]:
                self.fail(f"{name}: anchor {feed.anchor}, the file has {b.opens[0]}")
            self.bars_of_feed[feed.id] = b
            if feed.symbol not in shortest or feed.timeframe < shortest[feed.symbol][0]:
                shortest[feed.symbol] = (feed.timeframe, b)
        if named:
            self.fail(f"no feed for {sorted(named)}")
        self.marking = {symbol: b for symbol, (_, b) in shortest.items()}
        self.bar_at = {s: dict(zip(b.closes, b.numbers)) for s, b in self.marking.items()}

    # ---- one instant ----

    def instants(self):
        times = sorted({t for b in self.bars_of_feed.values() for t in b.closes})
        limit = int(self.settings["max_bars"])
        return times[:limit] if limit else times

    def run(self):
        parts = law_journal.split(self.records)
        times = self.instants()
        found = [i.time for i in parts.instants]
        if found != times:
            missing = sorted(set(times) ^ set(found))[:3]
            self.fail(f"{len(found)} instants, the bars have {len(times)} (first odd: {missing})")
        self.closes, self.marks = {}, {}
        at = {s: 0 for s in self.marking}
        for instant in parts.instants:
            for symbol, b in self.marking.items():
                while at[symbol] < len(b.closes) and b.closes[at[symbol]] <= instant.time:
                    self.marks[symbol] = b.numbers[at[symbol]][3]
                    at[symbol] += 1
            self.now, self.place = instant.time, f"instant {instant.time}"
            self.walk(instant.records)
        self.place, self.at_end = "the end", True
        again = sum(r.kind == "equity" for r in parts.tail)
        if again != (0 if self.settings["close_at_end"] == "off" else len(self.silos)):
            self.fail(f"{again} EQUITY records after the last instant")
        self.walk(parts.tail)
        self.end()
        return self.checked

    def walk(self, records):
        group = {"equity": [], "ledger": []}
        for r in records:
            take = getattr(self, "take_" + r.kind, None)
            if take:
                take(r)
            if r.kind in group:
                group[r.kind].append(r)
                if len(group["equity"]) > len(self.silos):
                    self.fail("more EQUITY records than silos")
        if group["equity"]:
            self.close_instant(group["equity"], group["ledger"])
        self.settle()

    def take_order(self, r):
        self.counts["orders"] += 1
        if r.id in self.orders:
            self.fail(f"order {r.id} twice")
        self.orders[r.id] = r

    def take_intent(self, r):
        """An intent that no order was made of is refused too, but not a cancel of what has ended, a
        target that is met (reason unchanged), or what is asked for in on_stop (wrong_phase)."""
        counted = r.get("kind") != CANCEL and r.reason not in (0, UNCHANGED)
        if r.order == 0 and counted and not (self.at_end and r.reason == WRONG_PHASE):
            self.counts["rejected"] += 1

    def take_order_event(self, r):
        self.counts["rejected"] += r.state == REJECTED

    def take_fill(self, r):
        self.counts["fills"] += 1
        order = self.orders.get(r.order)
        if r.id in self.fills or r.id != len(self.fills) + 1:
            self.fail(f"fill {r.id} out of turn")
        if order is None or order.symbol != r.symbol or not self.fits(r, order):
            self.fail(f"{r} does not fit its order {order}")
        if r.ts_known != self.now or r.ts_event > r.ts_known:
            self.fail(f"{r}: its times")
        self.fills[r.id] = r
        self.shares[r.id] = [0.0, 0.0, 0]
        key = (r.order, r.ts_known)
        units, value, fees = self.groups.get(key, (0.0, 0.0, 0.0))
        value += abs(r.quantity) * r.price * self.multipliers[r.symbol]
        self.groups[key] = (units + abs(r.quantity), value, fees + r.fee)
        self.check_price(r, order)

    def fits(self, fill, order):
        """A target whose units are found at the fill has no side before it, and no quantity."""
        if order.quantity == 0.0 and order.type == MARKET:
            return True
        return (order.side == 1) == (fill.quantity > 0)

    def check_price(self, r, order):
        """Nobody gets a price that was not there, nor a better one than it."""
        bar = self.bar_at[r.symbol].get(r.ts_known)
        late = self.settings["fill_model"] == "close_to_close"
        late = late and self.settings["close_fill_booking"] == "next_bar" and order.type == MARKET
        if r.phase < 3 and bar is None:
            self.fail(f"{r}: no bar of its symbol closed then")
        if late and r.phase < 3:
            if r.raw != order.reference:
                self.fail(f"{r}: raw is not the close that the order saw, {order.reference}")
        elif r.phase == 2 and r.raw != bar[3]:
            self.fail(f"{r}: raw is not the close {bar[3]}")
        elif r.phase < 3 and self.settings["stop_gap"] == "open":
            if not bar[2] <= r.raw <= bar[1]:
                self.fail(f"{r}: raw is outside its bar {bar}")
        worse = (r.price - r.raw) * (1 if r.quantity > 0 else -1)
        most = (self.number("slippage_bps") + self.number("spread_bps")) / 1e4 * r.raw
        most += self.symbols[r.symbol].tick + 1e-12 * r.raw
        if not -1e-12 * r.raw <= worse <= most:
            self.fail(f"{r}: {worse} worse than raw, at most {most}")

    def take_allocation(self, r):
        fill = self.fills.get(r.fill)
        if fill is None:
            self.fail(f"{r}: no such fill")
        if self.shares[r.fill][2] == 0 and r.fill != len(self.fills):
            self.fail(f"{r}: late")
        share = self.shares[r.fill]
        self.shares[r.fill] = [share[0] + r.quantity, share[1] + r.fee, share[2] + 1]
        book = self.books[r.strategy]
        times = (fill.ts_event, fill.ts_known, fill.order)
        closed, realized, units = book.fill(
            fill.symbol, r.quantity, fill.price, r.fee, self.multipliers[fill.symbol], times
        )
        scale = 1e-9 * (abs(r.quantity) + abs(units))
        self.near(f"{r}: closed", r.closed, closed, scale)
        self.near(f"{r}: position", r.position, units, scale)
        self.near(f"{r}: realized", r.realized, realized, book.tolerance())

    def take_trade(self, r):
        self.counts["trades"] += 1
        self.trades.append(r)

    def settle(self):
        """After an instant: all of each fill is allocated, all fees are due ones, all round trips
        listed, in their order."""
        for fill_id, (units, fee, _) in self.shares.items():
            fill = self.fills[fill_id]
            self.near(f"{fill}: units allocated", units, fill.quantity, 1e-12 * abs(fill.quantity))
            self.near(f"{fill}: fee allocated", fee, fill.fee, 1e-12 * fill.fee)
        self.shares = {}
        for (order, _), (units, value, fee) in self.groups.items():
            due = value * self.number("commission_bps") / 1e4
            due += units * self.number("commission_per_unit") + self.number("commission_per_fill")
            self.near(f"fee of order {order}", fee, due, 1e-9 * due)
        self.groups = {}
        for i, book in self.books.items():
            listed = [t for t in self.trades if t.strategy == i]
            if len(listed) != len(book.expected):
                self.fail(f"{len(listed)} trades, the books have {len(book.expected)}")
            for trade, expected in zip(listed, book.expected):
                self.check_trade(trade, expected, book)
            book.expected = []
        self.trades = []

    def check_trade(self, trade, expected, book):
        value = abs(expected["quantity"]) * self.multipliers[trade.symbol]
        for field, due in expected.items():
            found = getattr(trade, field)
            if isinstance(due, int):
                tolerance = 0
            elif field in ("gross", "fees", "net"):
                tolerance = 1e-9 * (value * abs(expected["entry_price"]) + abs(due))
            else:
                tolerance = 1e-9 * abs(due)
            self.near(f"{trade}: {field}", found, due, tolerance)
        if not trade.mae <= 0 <= trade.mfe:
            self.fail(f"{trade}: mae, mfe")
        book.net_of_trades.add(trade.net)

    # ---- the accounts ----

    def state(self, book):
        """(cash, equity, gross, net) of a strategy at the marks."""
        net = gross = 0.0
        for symbol, h in book.holdings.items():
            if h.units != 0.0:
                value = h.units * self.marks[symbol] * self.multipliers[symbol]
                net += value
                gross += abs(value)
        return book.cash.value, book.cash.value + net, gross, net

    def close_instant(self, equities, ledgers):
        self.settle()
        states = {i: self.state(b) for i, b in self.books.items()}
        for i, book in self.books.items():
            made = book.net_of_trades.value + book.open_profit(self.marks, self.multipliers)
            size = book.tolerance() + 1e-9 * states[i][2]
            self.near(f"strategy {i}: trades and open profit against its equity",
                      states[i][1] - book.budget, made, size)
        for r in ledgers:
            book = self.books[r.strategy]
            self.compare(f"strategy {r.strategy}", r, states[r.strategy], book.tolerance())
        if sorted(r.silo for r in equities) != sorted(self.silos):
            self.fail("not one EQUITY for each silo")
        for r in equities:
            self.check_silo(r, ledgers, states)
        self.checked += 1

    def check_silo(self, r, ledgers, states):
        members = [i for i in self.books if self.silo_of[i] == r.silo]
        listed = [x.strategy for x in ledgers if x.strategy in members]
        if len(members) > 1 and sorted(listed) != sorted(members):
            self.fail(f"silo {r.silo} has strategies {members}, LEDGER records of {listed}")
        spare = self.silos[r.silo].initial_cash - sum(self.books[i].budget for i in members)
        tolerance = sum(self.books[i].tolerance() for i in members)
        tolerance += EXACT * self.silos[r.silo].initial_cash
        cash = spare + sum(states[i][0] for i in members)
        net = sum(states[i][3] for i in members)
        gross = 0.0  # the account holds the sum of what its strategies hold, symbol by symbol
        for symbol, mark in self.marks.items():
            holdings = [self.books[i].holdings.get(symbol) for i in members]
            units = sum(h.units for h in holdings if h)
            gross += abs(units * mark * self.multipliers[symbol])
        self.compare(f"silo {r.silo}", r, (cash, cash + net, gross, net), tolerance)
        if not r.low <= r.equity + tolerance or not r.equity <= r.high + tolerance:
            self.fail(f"{r}: low, equity, high")

    def compare(self, who, r, state, tolerance):
        tolerance += EXACT * abs(state[2])
        for name, due in zip(("cash", "equity", "gross", "net"), state):
            self.near(f"{who}: {name}", getattr(r, name), due, tolerance)

    # ---- the end ----

    def end(self):
        self.settle()
        held = {(r.strategy, r.symbol): r for r in self.rows.get("position", [])}
        for i, book in self.books.items():
            for symbol, h in book.holdings.items():
                if h.units == 0.0:
                    continue
                r = held.pop((i, symbol), None)
                if r is None:
                    self.fail(f"strategy {i} holds {h.units} of symbol {symbol}, no POSITION")
                self.near(f"{r}: quantity", r.quantity, h.units, 1e-9 * abs(h.units))
                self.near(f"{r}: average", r.average_price, h.average, 1e-9 * h.average)
                self.near(f"{r}: mark", r.mark, self.marks[symbol], 0.0)
        if held:
            self.fail(f"POSITION of what nobody holds: {list(held.values())[0]}")
        times = self.instants()
        for r in self.rows["bars"]:
            b = self.bars_of_feed[r.feed]
            rows = sum(t <= times[-1] for t in b.closes)
            self.counts["bars"] += rows
            found = (r.rows, r.first, r.last)
            due = (rows, b.opens[0] if rows else 0, b.closes[rows - 1] if rows else 0)
            if found != due:
                self.fail(f"{r}: the file has {due}")
        end = self.rows["end"][-1]
        if end.instants != len(times):
            self.fail(f"{end}: {len(times)} instants")
        for name, due in self.counts.items():
            if getattr(end, name) != due:
                self.fail(f"{end}: {name}: the records are {due}")


def audit(config, bars, records):
    """Number of instants whose accounts were compared; Violation when one is wrong."""
    return Auditor(config, bars, records).run()
