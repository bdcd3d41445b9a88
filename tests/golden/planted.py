"""Small errors put into a journal of ours, one at a time: a comparison that does not see each of
them proves nothing. What is planted goes the whole way, from the records to the sentence."""

import contextlib

import compare

# what is compared of each record; with fills in the golden file more of it counts
FIELDS = {
    "trade": "entry_time exit_time quantity entry_price exit_price gross fees net",
    "fill": "ts_event quantity price",
    "equity": "equity",
    "silo": "initial_cash",
}
FIELDS_WITH_FILLS = FIELDS | {
    "fill": "ts_event quantity price fee",
    "allocation": "quantity closed realized fee",
    "position": "quantity average_price",
    "end": "rejected",
}


def wrong(field, value, frame):
    """The value with the smallest error that must be seen: a bar, a unit, 3e-9 of money."""
    if field.endswith("_time") or field == "ts_event":
        return value + frame
    if field in ("quantity", "closed", "rejected"):
        return value + 1
    return value * (1 + 3e-9) if value else 1e-6


@contextlib.contextmanager
def changed(record, field, value):
    kept = record[field]
    record[field] = value
    try:
        yield
    finally:
        record[field] = kept


@contextlib.contextmanager
def removed(records, index):
    kept = records.pop(index)
    try:
        yield
    finally:
        records.insert(index, kept)


def errors(golden, journal, bars):
    """(name, context in which the journal is wrong): first, middle and last record of each kind."""
    sampled = {bars[0].close_time(s["bar"]) for s in golden["results"]["equity_samples"]}
    has_fills = "fills" in golden["results"]
    for name, fields in (FIELDS_WITH_FILLS if has_fills else FIELDS).items():
        records = journal.of(name)
        counted = records
        if name == "equity":
            counted = [r for r in records if r["time"] in sampled]
        for index in sorted({0, len(counted) // 2, len(counted) - 1} if counted else ()):
            for field in fields.split():
                value = wrong(field, counted[index][field], bars[0].frame)
                yield f"{name}[{index}].{field}", changed(counted[index], field, value)
        if name in ("trade", "fill", "equity") and records:
            yield f"{name} without one", removed(records, len(records) // 2)


def unseen(golden, journal, bars, expected):
    """How many errors were planted, and the names of those that the comparison let pass."""
    count, passed = 0, []
    for name, wrong_journal in errors(golden, journal, bars):
        count += 1
        with wrong_journal:
            try:
                told = compare.differences(
                    expected, compare.found_results(golden, journal, bars)
                )
            except (ValueError, KeyError):
                continue  # the records contradict each other: seen
        if not told:
            passed.append(name)
    return count, passed
