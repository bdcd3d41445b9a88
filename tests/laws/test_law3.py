"""Law 3: conservation on every bar. The fills of each scenario are booked again by other code
(tests/support/law_books.py, law_audit.py) on bars that it reads from the CSV itself: cash,
positions, equity of each strategy and silo, fees, round trips; within 1e-9 of gross turnover, at
every instant.

Then errors are planted in journals, one at a time, and each must be refused.

    test_law3.py [SCENARIO...]      QS_LAWS=long: many more random scenarios, more planted errors
"""
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import law_audit
import law_host
import law_journal
import law_scenarios

# Kind of record, field, and what becomes of its value: r is the record, m an amount of money that
# no rounding of the run explains.
PLANTS = (
    ("fill", "price", lambda r, m: r.price * 1.0001),
    ("fill", "raw", lambda r, m: r.raw * 1.5),
    ("fill", "fee", lambda r, m: r.fee + m),
    ("fill", "quantity", lambda r, m: r.quantity * 1.0001),
    ("fill", "symbol", lambda r, m: r.symbol + 1),
    ("fill", "ts_known", lambda r, m: r.ts_known + 1),
    ("allocation", "quantity", lambda r, m: r.quantity * 1.0001),
    ("allocation", "fee", lambda r, m: r.fee + m),
    ("allocation", "closed", lambda r, m: r.closed + 0.01 * (abs(r.quantity) + abs(r.position))),
    ("allocation", "realized", lambda r, m: r.realized + m),
    ("allocation", "position", lambda r, m: r.position - 0.01 * r.quantity),
    ("trade", "gross", lambda r, m: r.gross + m),
    ("trade", "fees", lambda r, m: r.fees + m),
    ("trade", "net", lambda r, m: r.net + m),
    ("trade", "quantity", lambda r, m: -r.quantity),
    ("trade", "entry_price", lambda r, m: r.entry_price * 1.001),
    ("trade", "exit_time", lambda r, m: r.exit_time + 1),
    ("trade", "entry_order", lambda r, m: r.entry_order + 1),
    ("trade", "exit_order", lambda r, m: r.exit_order + 1),
    ("equity", "cash", lambda r, m: r.cash + m),
    ("equity", "equity", lambda r, m: r.equity - m),
    ("equity", "net", lambda r, m: r.net + m),
    ("equity", "gross", lambda r, m: r.gross + m),
    ("equity", "low", lambda r, m: r.equity + m),
    ("ledger", "cash", lambda r, m: r.cash - m),
    ("ledger", "equity", lambda r, m: r.equity + m),
    ("position", "quantity", lambda r, m: r.quantity * 1.001),
    ("position", "average_price", lambda r, m: r.average_price * 1.001),
    ("position", "mark", lambda r, m: r.mark * 1.001),
    ("end", "fills", lambda r, m: r.fills + 1),
    ("bars", "rows", lambda r, m: r.rows - 1),
)
REMOVALS = ("fill", "allocation", "trade", "equity", "ledger", "position", "order")
TWICE = ("fill", "allocation", "trade", "equity", "ledger")


def places(records, kind):
    """Where such records are; of fills and their shares the larger half, for an error in a fill
    that is a billion times smaller than the others is within the law."""
    found = [i for i, r in enumerate(records) if r.kind == kind]
    if kind in ("fill", "allocation"):
        found.sort(key=lambda i: abs(records[i].quantity))
        found = found[len(found) // 2 :]
    return found


def amount(records):
    """Money beyond all tolerance: a ten-millionth of what the run has turned over and held."""
    multiplier = max(r.multiplier for r in records if r.kind == "symbol")
    value = sum(abs(r.quantity * r.price) for r in records if r.kind == "fill") * multiplier
    held = max(abs(r.equity) + r.gross for r in records if r.kind == "equity")
    return 1e-7 * (value + held) + 1e-3


def plant(records, chance):
    """(name, spoilt records) for each error that this journal has a place for."""
    money = amount(records)
    for kind, field, spoil in PLANTS:
        found = places(records, kind)
        if found:
            i = chance.choice(found)
            changed = records[i].changed(**{field: spoil(records[i], money)})
            yield f"{kind}.{field}", records[:i] + [changed] + records[i + 1 :]
    for kind in REMOVALS:
        found = places(records, kind)
        if kind == "order":  # one that was filled
            filled = {r.order for r in records if r.kind == "fill"}
            found = [i for i in found if records[i].id in filled]
        if found:
            i = chance.choice(found)
            yield f"{kind} removed", records[:i] + records[i + 1 :]
    for kind in TWICE:
        found = places(records, kind)
        if found:
            i = chance.choice(found)
            yield f"{kind} twice", records[: i + 1] + records[i:]
    found = places(records, "fill")
    if found:
        i = chance.choice(found)
        both = records[i].changed(price=records[i].price * 1.00002, raw=records[i].raw * 1.00002)
        yield "fill.price and raw", records[:i] + [both] + records[i + 1 :]


def refused(scenario, bars, records):
    try:
        law_audit.audit(scenario.config, bars, records)
    except (law_audit.Violation, KeyError):
        return True
    return False


def check_plants(scenario, bars, records, chance, scratch):
    """Every planted error is written to a file, read again and refused."""
    count = 0
    file = scratch.path / f"planted_{scenario.name}.qsj"
    for name, spoilt in plant(records, chance):
        law_journal.write(file, spoilt)
        payload, _ = law_journal.read_payload(file)
        count += 1
        if not refused(scenario, bars, law_journal.parse(payload)):
            scratch.fail(f"{scenario.name}: a planted error was not seen: {name} ({file})")
            file = file.with_name(f"{count}_{file.name}")
    other = [law_bars_changed(b) for b in bars]
    count += 1
    if any(r.kind == "fill" for r in records) and not refused(scenario, other, records):
        scratch.fail(f"{scenario.name}: bars with other closes were not seen")
    file.unlink(missing_ok=True)
    return count


def law_bars_changed(bars):
    numbers = [(o, h, low, c * 1.001, v) for o, h, low, c, v in bars.numbers]
    return type(bars)(bars.rows, bars.opens, bars.closes, numbers)


def main():
    law_host.need_shared()
    started, seed = time.time(), law_scenarios.day_seed()
    scenarios = law_scenarios.chosen(sys.argv[1:])
    scratch = law_host.Scratch("law3")
    host = law_host.Host(scratch.path)
    instants = fills = planted = 0
    names = {s.name for s in scenarios}
    victims = names if law_host.LONG or sys.argv[1:] else names & {
        "ema_eurusd", "two_by_two", "two_silos", "mtf_spy", "stress_tame", "stress_next"
    }
    for scenario in scenarios:
        try:
            run = host.run(scenario.config)
            records = law_journal.parse(run.payload)
            instants += law_audit.audit(scenario.config, scenario.bars(), records)
            fills += sum(r.kind == "fill" for r in records)
            if scenario.name in victims:
                small = law_scenarios.sliced(scenario, scratch.path, 400)
                records = law_journal.parse(host.run(small.config).payload)
                chance = random.Random(f"{seed} {scenario.name}")
                planted += check_plants(small, small.bars(), records, chance, scratch)
        except law_host.RunError as error:
            scratch.fail(f"{scenario.name}: {error}")
        except law_audit.Violation as violation:
            scratch.fail(f"{scenario.name}: {violation}\n    {run.command}\n"
                         f"    config: {host.config(scenario.config)}")
    return scratch.finish(
        f"law 3: {len(scenarios)} scenarios, {instants} instants, {fills} fills conserved; "
        f"{planted} planted errors; seed {seed} ({time.time() - started:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
