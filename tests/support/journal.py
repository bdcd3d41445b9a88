"""A second reader of journal files (.qsj), for tests that must not believe the host.

Written from host/engine/journal.def and host/store/journal_file.h, and sharing no code with either:
the layout stands here once more on purpose. Strict: a file that was cut off, an unknown record, a
size that does not fit its fields, bytes after the trailer, all raise JournalError with the place.
Not checked: the chained XXH3-128 of the frames (the host's own reader does that).

    journal = read("run.qsj")
    journal.of("fill")        -> [{"id": 1, "ts_event": ..., "price": ...}, ...] in file order
    journal.meta              -> the trailer's JSON: what is in no hash (run id, wall times, builds)

As a program: journal.py FILE [RECORD] prints the records, one JSON object a line.
"""

import json
import signal
import struct
import sys

# number: name, fields; i = int64, f = double, t = text
LAYOUT = {
    1: ("run", "i:format t:engine"),
    2: ("setting", "t:key t:value"),
    3: ("symbol", "i:id f:tick f:lot f:multiplier t:name"),
    4: ("feed", "i:id i:symbol i:timeframe i:anchor i:synthetic t:timeframe_name"),
    5: ("silo", "i:id f:initial_cash t:name"),
    6: ("strategy", "i:id i:silo f:budget t:name t:schema t:version"),
    7: ("param", "i:strategy t:name t:value"),
    8: ("binding", "i:strategy i:place i:feed"),
    9: ("start", "i:time i:strategy i:bars"),
    10: ("indicator", "i:strategy i:line i:lines i:source i:kind i:n0 i:n1 i:n2 f:k"),
    16: (
        "intent",
        "i:time i:strategy i:number i:kind i:symbol i:side i:type i:tif i:flags i:size_kind"
        " f:size_value f:stop_distance f:limit_price f:stop_price i:order i:reason",
    ),
    17: (
        "order",
        "i:time i:id i:strategy i:number i:symbol i:side i:type i:tif i:flags f:quantity"
        " f:limit_price f:stop_price f:reference t:tag",
    ),
    18: ("order_event", "i:time i:order i:state i:reason f:needed f:available"),
    19: (
        "fill",
        "i:id i:ts_event i:ts_known i:order i:symbol f:quantity f:price f:raw f:fee i:phase",
    ),
    20: ("allocation", "i:fill i:strategy f:quantity f:fee f:closed f:realized f:position"),
    21: (
        "trade",
        "i:id i:strategy i:symbol i:entry_time i:exit_time i:entry_known i:exit_known f:quantity"
        " f:entry_price f:exit_price f:gross f:fees f:net f:mae f:mfe"
        " i:entry_order i:exit_order",
    ),
    32: ("equity", "i:time i:silo f:cash f:equity f:low f:high f:gross f:net"),
    33: ("ledger", "i:time i:strategy f:cash f:equity f:gross f:net"),
    40: ("plot", "i:time i:strategy f:value t:key"),
    41: ("note", "i:time i:strategy t:key t:text"),
    42: ("log", "i:time i:strategy i:level t:text"),
    43: ("variable", "i:time i:strategy f:value t:name"),
    48: ("position", "i:time i:strategy i:symbol f:quantity f:average_price f:mark"),
    49: ("bars", "i:feed i:rows i:first i:last t:hash"),
    50: ("end", "i:time i:instants i:bars i:orders i:fills i:trades i:rejected"),
}

FILE_HEAD = struct.Struct("<4sIQ")
FRAME_HEAD = struct.Struct("<4sIQ")
RECORD_HEAD = struct.Struct("<IHH")
CHAIN_SIZE = 16


class JournalError(Exception):
    pass


def _fields():
    made = {}
    for number, (name, words) in LAYOUT.items():
        fields = [tuple(word.split(":")) for word in words.split()]
        made[number] = (name, [(field, kind) for kind, field in fields])
    return made


FIELDS = _fields()


def _text(body, at, where):
    """A text: its length, its bytes, then 1 to 8 zeros up to a multiple of 8."""
    length = struct.unpack_from("<q", body, at)[0]
    room = (length // 8 + 1) * 8
    if length < 0 or at + 8 + room > len(body):
        raise JournalError(f"{where}: a text of {length} bytes does not fit its record")
    padding = body[at + 8 + length : at + 8 + room]
    if padding.strip(b"\0"):
        raise JournalError(f"{where}: a text is not padded with zeros")
    return body[at + 8 : at + 8 + length].decode("utf-8"), at + 8 + room


def _record(number, body, where):
    if number not in FIELDS:
        raise JournalError(f"{where}: record number {number} is not known")
    name, fields = FIELDS[number]
    values, at = {}, 0
    for field, kind in fields:
        if at + 8 > len(body):
            raise JournalError(f"{where}: a {name} record ends before its field {field}")
        if kind == "t":
            values[field], at = _text(body, at, where)
        else:
            values[field] = struct.unpack_from("<q" if kind == "i" else "<d", body, at)[0]
            at += 8
    if at != len(body):
        raise JournalError(f"{where}: a {name} record has {len(body) - at} bytes too many")
    return name, values


def _records(payload, where):
    at = 0
    while at < len(payload):
        if at + RECORD_HEAD.size > len(payload):
            raise JournalError(f"{where}+{at}: the frame ends inside a record")
        size, number, zero = RECORD_HEAD.unpack_from(payload, at)
        if zero != 0 or size < RECORD_HEAD.size or size % 8 != 0 or at + size > len(payload):
            raise JournalError(f"{where}+{at}: a record of size {size}, number {number}, {zero}")
        yield _record(number, payload[at + RECORD_HEAD.size : at + size], f"{where}+{at}")
        at += size


class Journal:
    def __init__(self):
        self.records = {}  # name -> list of records, in file order
        self.meta = None

    def of(self, name):
        return self.records.get(name, [])

    def one(self, name):
        found = self.of(name)
        if len(found) != 1:
            raise JournalError(f"expected one {name} record, found {len(found)}")
        return found[0]


def _frames(path, data):
    if len(data) < FILE_HEAD.size:
        raise JournalError(f"{path}: too short to be a journal")
    magic, version, zero = FILE_HEAD.unpack_from(data, 0)
    if magic != b"QSJ1" or version != 1 or zero != 0:
        raise JournalError(f"{path}: not a journal of version 1: {magic!r}, {version}")
    at, expected = FILE_HEAD.size, 0
    while at + FRAME_HEAD.size <= len(data):
        magic, length, sequence = FRAME_HEAD.unpack_from(data, at)
        begin = at + FRAME_HEAD.size
        if magic not in (b"QSJR", b"QSJT") or sequence != expected:
            raise JournalError(f"{path}: byte {at}: frame {magic!r}, {sequence}, not {expected}")
        at = begin + length + CHAIN_SIZE
        if at > len(data):
            raise JournalError(f"{path}: byte {begin}: cut off inside a frame")
        expected += 1
        yield magic == b"QSJT", begin, data[begin : begin + length]
    if at != len(data):
        raise JournalError(f"{path}: byte {at}: cut off inside a frame's head")


def walk(path):
    """(name, fields) of each record in order; at the end the trailer: (None, its JSON)."""
    with open(path, "rb") as file:
        data = file.read()
    ended = False
    for is_trailer, begin, payload in _frames(path, data):
        if ended:
            raise JournalError(f"{path}: byte {begin}: a frame after the trailer")
        if is_trailer:
            ended = True
            yield None, json.loads(payload) if payload else {}
        else:
            yield from _records(payload, f"{path}: byte {begin}")
    if not ended:
        raise JournalError(f"{path}: no trailer: the run was interrupted")


def read(path):
    journal = Journal()
    for name, values in walk(path):
        if name is None:
            journal.meta = values
        else:
            journal.records.setdefault(name, []).append(values)
    return journal


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 2
    for name, values in walk(arguments[0]):
        if len(arguments) == 1 or name == arguments[1]:
            print(json.dumps({"record": name or "trailer", **values}))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
