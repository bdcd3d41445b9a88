"""Journal files for the laws: the layout of journal.py, but records keep their bytes and can be
changed and written again. Shares no code with the engine.

A Record has its kind (the name in the table), its fields by name, and its bytes. Instants are cut
at the EQUITY records that close them: `split` gives the header, the instants and the tail of a
run.
"""
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import journal

FRAME_RECORDS, FRAME_TRAILER = b"QSJR", b"QSJT"
HASH_SIZE = 16


class Layout:
    def __init__(self, number, name, fields):
        self.number, self.name = number, name
        self.names = [field for field, _ in fields]
        self.types = [kind for _, kind in fields]
        self.places = {field: i for i, field in enumerate(self.names)}
        codes = {"i": "q", "f": "d"}
        self.plain = None
        if "t" not in self.types:
            self.plain = struct.Struct("<" + "".join(codes[t] for t in self.types))


LAYOUTS = {number: Layout(number, *journal.FIELDS[number]) for number in journal.FIELDS}


class Record:
    __slots__ = ("layout", "values", "bytes")

    def __init__(self, layout, values, raw):
        self.layout, self.values, self.bytes = layout, values, raw

    @property
    def kind(self):
        return self.layout.name

    def __getattr__(self, field):
        try:
            return self.values[self.layout.places[field]]
        except KeyError:
            raise AttributeError(f"a record '{self.layout.name}' has no field '{field}'") from None

    def get(self, field):
        """A field by name, also one that is called `kind`."""
        return self.values[self.layout.places[field]]

    def changed(self, **fields):
        """The same record with other values."""
        values = list(self.values)
        for field, value in fields.items():
            values[self.layout.places[field]] = value
        return Record(self.layout, values, encode(self.layout, values))

    def __repr__(self):
        fields = " ".join(f"{n}={v!r}" for n, v in zip(self.layout.names, self.values))
        return f"{self.kind}({fields})"


def encode(layout, values):
    body = b""
    for kind, value in zip(layout.types, values):
        if kind == "t":
            text = value.encode()
            room = (len(text) // 8 + 1) * 8
            body += struct.pack("<q", len(text)) + text.ljust(room, b"\0")
        else:
            body += struct.pack("<q" if kind == "i" else "<d", value)
    return struct.pack("<IHH", len(body) + 8, layout.number, 0) + body


def decode_texts(layout, body):
    values, at = [], 0
    for kind in layout.types:
        if kind == "t":
            (length,) = struct.unpack_from("<q", body, at)
            values.append(body[at + 8 : at + 8 + length].decode())
            at += 8 + (length // 8 + 1) * 8
        else:
            values.append(struct.unpack_from("<q" if kind == "i" else "<d", body, at)[0])
            at += 8
    if at != len(body):
        raise ValueError(f"a record '{layout.name}' of {len(body)} bytes, its fields take {at}")
    return values


def parse(payload):
    """All records of a journal's bytes."""
    records, at = [], 0
    while at < len(payload):
        size, number, zero = struct.unpack_from("<IHH", payload, at)
        if size < 8 or size % 8 or at + size > len(payload) or zero or number not in LAYOUTS:
            raise ValueError(f"byte {at}: no record (size {size}, number {number}/{zero})")
        layout, raw = LAYOUTS[number], payload[at : at + size]
        if layout.plain:
            values = layout.plain.unpack(raw[8:])
        else:
            values = decode_texts(layout, raw[8:])
        records.append(Record(layout, values, raw))
        at += size
    return records


def read_payload(path):
    """The bytes of all records in a journal file, and whether the file is whole."""
    data = Path(path).read_bytes()
    if data[:4] != b"QSJ1":
        raise ValueError(f"{path}: no journal file")
    at, parts, sequence = 16, [], 0
    while at < len(data):
        magic, (length, number) = data[at : at + 4], struct.unpack_from("<IQ", data, at + 4)
        payload = data[at + 16 : at + 16 + length]
        if magic == FRAME_TRAILER:
            return b"".join(parts), at + 16 + length + HASH_SIZE == len(data)
        if magic != FRAME_RECORDS or number != sequence or len(payload) != length:
            raise ValueError(f"{path}: byte {at}: no frame")
        parts.append(payload)
        sequence += 1
        at += 16 + length + HASH_SIZE
    return b"".join(parts), False


def write(path, records):
    """A journal file for read_payload: its hashes are zeros, for nobody here checks them."""
    payload = b"".join(r.bytes for r in records)
    frames = FRAME_RECORDS + struct.pack("<IQ", len(payload), 0) + payload + bytes(HASH_SIZE)
    trailer = FRAME_TRAILER + struct.pack("<IQ", 0, 1) + bytes(HASH_SIZE)
    Path(path).write_bytes(b"QSJ1" + struct.pack("<IQ", 1, 0) + frames + trailer)


def digest(payload):
    return hashlib.sha256(payload).hexdigest()


@dataclass
class Instant:
    time: int
    records: list
    end: int  # bytes of the journal up to here


@dataclass
class Parts:
    header: list
    instants: list
    tail: list


HEADER = {"run", "setting", "symbol", "feed", "silo", "strategy", "param", "binding"}


def split(records):
    """An instant ends with one EQUITY for each silo and the LEDGER records after them; what
    follows the last one is the end of the run (with close_at_end there is a second group of
    EQUITY in it)."""
    silos = sum(r.kind == "silo" for r in records)
    header_count = next((i for i, r in enumerate(records) if r.kind not in HEADER), len(records))
    parts = Parts(records[:header_count], [], [])
    size = sum(len(r.bytes) for r in parts.header)
    current, equities = [], 0
    for place in range(header_count, len(records)):
        record = records[place]
        current.append(record)
        size += len(record.bytes)
        equities += record.kind == "equity"
        following = records[place + 1].kind if place + 1 < len(records) else ""
        if equities == silos and record.kind in ("equity", "ledger") and following != "ledger":
            time = record.time
            if parts.instants and parts.instants[-1].time == time:
                parts.tail += current
            else:
                parts.instants.append(Instant(time, current, size))
            current, equities = [], 0
    parts.tail += current
    return parts
