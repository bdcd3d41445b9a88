"""Results of a case: their text form, and the comparison of the oracle's with the engine's.

Discrete facts compare exactly; money and prices to 1e-9. Sizes compare exactly as long as nothing
the strategy ever booked was rounded, else to 1e-9 as well. Events compare order by order, since the
contract leaves the sequence between orders open where nothing hangs on it; fills compare in the
sequence of the run.
"""

from ledger import DUST

TOLERANCE = 1e-9

# What the columns of each kind of line are: d = discrete, q = size, m = money or price.
COLUMNS = {
    "order": ("id:d strategy:d number:d symbol:d state:d reason:d filled:q"),
    "event": ("time:d order:d state:d reason:d"),
    "fill": ("ts_event:d ts_known:d order:d symbol:d qty:q price:m fee:m closed:q realized:m"),
    "trade": ("strategy:d symbol:d qty:q entry_time:d exit_time:d entry_price:m exit_price:m "
              "gross:m fees:m net:m"),
    "equity": ("time:d cash:m equity:m"),
    "ledger": ("time:d strategy:d cash:m equity:m"),
    "position": ("strategy:d symbol:d qty:q average:m"),
}
NAMES = {kind: [c.split(":")[0] for c in text.split()] for kind, text in COLUMNS.items()}
KINDS = {kind: [c.split(":")[1] for c in text.split()] for kind, text in COLUMNS.items()}


def of_oracle(sim):
    """The result of a finished Simulator as {kind: [tuples]}."""
    events = sorted(sim.events, key=lambda e: e[1])  # stable: per order, as they happened
    trades = [t for ledger in sim.ledgers for t in ledger.trades]
    return {
        "order": [(o.id, o.strategy, o.number, o.symbol, o.state, o.reason, o.filled)
                  for o in sim.orders],
        "event": events,
        "fill": [(f.time, f.known, f.order, f.symbol, f.qty, f.price, f.fee, f.closed, f.realized)
                 for f in sim.fills],
        "trade": [(t.strategy, t.symbol, t.qty, t.entry_time, t.exit_time, t.entry_price,
                   t.exit_price, t.gross, t.fees, t.net) for t in trades],
        "equity": [(time, cash, equity) for time, cash, equity, _ in sim.equity],
        "ledger": [(time, i, cash, equity) for time, _, _, each in sim.equity
                   for i, (cash, equity) in enumerate(each)],
        "position": [(ledger.strategy, i, q, ledger.average[i]) for ledger in sim.ledgers
                     for i, q in enumerate(ledger.qty) if q],
    }


def _word(value):
    return value.hex() if isinstance(value, float) else str(value)


def write_result(seed, result, out):
    out.write("case %d\n" % seed)
    for kind in COLUMNS:
        for row in result[kind]:
            out.write("%s %s\n" % (kind, " ".join(map(_word, row))))
    out.write("end\n")


def _number(word):
    return float.fromhex(word) if "x" in word or "n" in word else float(word)


def read_results(lines):
    """(seed, result) of each case of a runner's output that is whole; ValueError says what is
    not readable."""
    seed = result = None
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        kind = words[0]
        if kind == "case":
            seed, result = int(words[1]), {name: [] for name in COLUMNS}
        elif kind == "end":
            if result is None:
                raise ValueError("end without case")
            result["event"].sort(key=lambda e: e[1])
            result["trade"].sort(key=lambda t: t[0])
            yield seed, result
            seed = result = None
        else:
            if result is None or kind not in KINDS or len(words) != len(KINDS[kind]) + 1:
                raise ValueError("case %s: cannot read the line: %s" % (seed, line.strip()))
            result[kind].append(tuple(
                (word if name in ("state", "reason") else int(word)) if sort == "d"
                else _number(word)
                for word, sort, name in zip(words[1:], KINDS[kind], NAMES[kind])))


def _close(a, b):
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


def difference(expected, found, exact_sizes):
    """The first thing that differs, as a sentence, or None."""
    for kind in ("order", "event", "fill", "trade", "equity", "ledger", "position"):
        sorts, names = KINDS[kind], NAMES[kind]
        a, b = expected[kind], found[kind]
        if kind == "trade":
            a = [t for t in a if abs(t[2]) > DUST]
            b = [t for t in b if abs(t[2]) > DUST]
        for i, (x, y) in enumerate(zip(a, b)):
            if x == y:
                continue
            for sort, name, u, v in zip(sorts, names, x, y):
                same = u == v if sort == "d" or (sort == "q" and exact_sizes) else _close(u, v)
                if not same:
                    return "%s %d: %s: expected %s, found %s\n  expected %s\n  found    %s" % (
                        kind, i, name, u, v, line_of(kind, x), line_of(kind, y))
        if len(a) != len(b):
            more, which = (a, "missing") if len(a) > len(b) else (b, "too many")
            return "%s: expected %d of them, found %d\n  first %s: %s" % (
                kind, len(a), len(b), which, line_of(kind, more[min(len(a), len(b))]))
    return None


def line_of(kind, row):
    return kind + " " + " ".join("%s=%s" % pair for pair in zip(NAMES[kind], row))
