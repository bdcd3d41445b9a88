"""A case of the oracle: settings, symbols, bars, strategies and intents, and its text form.

The text form is described in README.md beside this file. Nothing is decided here: no defaults, no
checks of ranges. Numbers of money and size are C99 hex floats, so nothing is lost on the way.
"""

CHOICES = {
    "account": ("margin", "cash"),
    "cash_check": ("both", "acceptance", "fill", "none"),
    "check_mark": ("fill", "bar_close"),
    "fill_model": ("close_to_open", "close_to_close"),
    "close_fill_booking": ("instant", "next_bar"),
    "close_fill_stamp": ("signal", "booking"),
    "limit_touch": ("through", "touch"),
    "stop_gap": ("open", "trigger"),
    "priority": ("price", "fifo"),
    "close_at_end": ("off", "last_close", "last_open"),
    "spread_side": ("both", "entry"),
    "size_resolve": ("acceptance", "fill"),
    "size_fees": ("excluded", "included"),
    "sizing.type": ("percent_equity", "fixed", "risk", "money"),
    "zero_volume": ("wait", "fill"),
    "netting": ("off",),
    "trades": ("fifo", "lifo", "flat"),
}
NUMBERS = ("initial_cash", "leverage", "commission_bps", "commission_per_unit",
           "commission_per_fill", "slippage_bps", "spread_bps", "sizing.value")
COUNTS = ("max_bars",)
DEFAULTS = {**{key: words[0] for key, words in CHOICES.items()},
            "initial_cash": 100000.0, "leverage": 1.0, "commission_bps": 0.0,
            "commission_per_unit": 0.005, "commission_per_fill": 0.0, "slippage_bps": 2.0,
            "spread_bps": 0.0, "sizing.value": 0.02, "max_bars": 0}

SIDES = {"buy": 1, "sell": -1}
TYPES = ("market", "limit", "stop", "stop_limit")
TIFS = ("gtc", "day", "ioc")
SIZE_KINDS = ("units", "equity", "buying_power", "risk", "money", "default", "unknown")


class Bar:
    """One closed bar; times in ns since 1970, UTC."""
    __slots__ = ("open_time", "close_time", "open", "high", "low", "close", "volume")

    def __init__(self, open_time, close_time, o, h, l, c, v):
        self.open_time, self.close_time = open_time, close_time
        self.open, self.high, self.low, self.close, self.volume = o, h, l, c, v


class Symbol:
    """One instrument with its only feed. tick 0 and lot 0 mean none."""
    __slots__ = ("name", "timeframe", "tick", "lot", "mult", "bars")

    def __init__(self, name, timeframe, tick=0.0, lot=0.0, mult=1.0, bars=None):
        self.name, self.timeframe, self.tick, self.lot, self.mult = name, timeframe, tick, lot, mult
        self.bars = bars if bars is not None else []


class Size:
    __slots__ = ("kind", "value", "distance")

    def __init__(self, kind, value, distance=0.0):
        self.kind, self.value, self.distance = kind, value, distance


class Intent:
    """What a strategy asks for at an instant; `verb` is order, target, flatten or cancel."""
    __slots__ = ("instant", "strategy", "verb", "symbol", "side", "type", "tif", "reduce", "size",
                 "limit", "stop", "number")

    def __init__(self, instant, strategy, verb, symbol=0, side=0, type="market", tif="gtc",
                 reduce=False, size=None, limit=0.0, stop=0.0, number=0):
        self.instant, self.strategy, self.verb, self.symbol = instant, strategy, verb, symbol
        self.side, self.type, self.tif, self.reduce, self.size = side, type, tif, reduce, size
        self.limit, self.stop, self.number = limit, stop, number


class Case:
    def __init__(self, seed, settings, symbols, strategies, intents):
        self.seed = seed
        self.settings = {**DEFAULTS, **settings}
        self.symbols = symbols        # of Symbol; index = feed id order
        self.strategies = strategies  # of (name, share of the initial cash)
        self.intents = intents        # of Intent, in the sequence in which they are made


def hexes(*numbers):
    return " ".join(map(float.hex, numbers))


def write_case(case, out):
    """The text form of a case, to anything with write()."""
    lines = ["case %d" % case.seed]
    for key, value in case.settings.items():
        lines.append("set %s %s" % (key, value.hex() if key in NUMBERS else value))
    for i, s in enumerate(case.symbols):
        lines.append("symbol %d %s %d %s" % (i, s.name, s.timeframe, hexes(s.tick, s.lot, s.mult)))
    for i, (name, share) in enumerate(case.strategies):
        lines.append("strategy %d %s %s" % (i, name, share.hex()))
    for i, s in enumerate(case.symbols):
        for b in s.bars:
            lines.append("bar %d %d %d %s" % (i, b.open_time, b.close_time, hexes(
                b.open, b.high, b.low, b.close, b.volume)))
    for n in case.intents:
        head = "I %d %d %s" % (n.instant, n.strategy, n.verb)
        if n.verb == "order":
            lines.append("%s %d %s %s %s %d %s %s" % (
                head, n.symbol, "buy" if n.side > 0 else "sell", n.type, n.tif, n.reduce,
                n.size.kind, hexes(n.size.value, n.size.distance, n.limit, n.stop)))
        elif n.verb == "target":
            lines.append("%s %d %s %s" % (head, n.symbol, n.size.kind,
                                          hexes(n.size.value, n.size.distance)))
        elif n.verb == "flatten":
            lines.append("%s %d" % (head, n.symbol))
        else:
            lines.append("%s %d" % (head, n.number))
    lines.append("end\n")
    out.write("\n".join(lines))


def _read_intent(w):
    at, strategy, verb = int(w[1]), int(w[2]), w[3]
    number = float.fromhex
    if verb == "order":
        return Intent(at, strategy, verb, int(w[4]), SIDES[w[5]], w[6], w[7], w[8] == "1",
                      Size(w[9], number(w[10]), number(w[11])), number(w[12]), number(w[13]))
    if verb == "target":
        return Intent(at, strategy, verb, int(w[4]), size=Size(w[5], number(w[6]), number(w[7])))
    if verb == "flatten":
        return Intent(at, strategy, verb, int(w[4]))
    return Intent(at, strategy, verb, number=int(w[4]))


def read_cases(lines):
    """Cases from their text form; yields one at a time."""
    for line in lines:
        w = line.split()
        if not w or w[0].startswith("#"):
            continue
        if w[0] == "case":
            case = Case(int(w[1]), {}, [], [], [])
        elif w[0] == "set":
            case.settings[w[1]] = (float.fromhex(w[2]) if w[1] in NUMBERS else
                                   int(w[2]) if w[1] in COUNTS else w[2])
        elif w[0] == "symbol":
            case.symbols.append(Symbol(w[2], int(w[3]), *map(float.fromhex, w[4:7])))
        elif w[0] == "strategy":
            case.strategies.append((w[2], float.fromhex(w[3])))
        elif w[0] == "bar":
            case.symbols[int(w[1])].bars.append(
                Bar(int(w[2]), int(w[3]), *map(float.fromhex, w[4:9])))
        elif w[0] == "I":
            case.intents.append(_read_intent(w))
        elif w[0] == "end":
            yield case
        else:
            raise ValueError("unknown line: " + line)
