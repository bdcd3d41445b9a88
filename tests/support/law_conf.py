"""The YAML of run configs, as far as the golden configs need it (no library): block and flow maps
and lists, plain and quoted scalars, comments. What it does not know it refuses."""
import re


def scalar(text):
    text = text.strip()
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.?\d+)([eE][-+]?\d+)?", text):
        return float(text)
    return text


def strip_comment(line):
    quote = ""
    for i, c in enumerate(line):
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c == "#" and (i == 0 or line[i - 1].isspace()):
            return line[:i].rstrip()
    return line.rstrip()


class Flow:
    """{a: 1, b: [x, "y"]} on one logical line."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self):
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def eat(self, c):
        self.skip()
        if self.text[self.at : self.at + 1] != c:
            return False
        self.at += 1
        return True

    def word(self, stops):
        self.skip()
        start = self.at
        if self.text[self.at : self.at + 1] in ("'", '"'):
            self.at = self.text.index(self.text[self.at], self.at + 1) + 1
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at].strip()

    def value(self):
        if self.eat("{"):
            result = {}
            while not self.eat("}"):
                key = self.word(":")
                if not key or not self.eat(":"):
                    raise ValueError(f"no map: {self.text}")
                result[str(scalar(key))] = self.value()
                self.eat(",")
            return result
        if self.eat("["):
            result = []
            while not self.eat("]"):
                result.append(self.value())
                self.eat(",")
            return result
        word = self.word(",}]")
        if not word:
            raise ValueError(f"no value at {self.at}: {self.text}")
        return scalar(word)


def flow_or_scalar(text):
    if text[:1] in ("{", "["):
        flow = Flow(text)
        value = flow.value()
        flow.skip()
        if flow.at != len(text):
            raise ValueError(f"text after the end: {text}")
        return value
    if text[:1] in ("&", "*", "|", ">", "!"):
        raise ValueError(f"unknown YAML: {text}")
    return scalar(text)


def logical_lines(text):
    """(indent, text) of each line; flow collections over several lines become one."""
    lines, depth = [], 0
    for raw in text.splitlines():
        line = strip_comment(raw)
        if not line.strip() or line.strip() == "---":
            continue
        if depth > 0:
            lines[-1] = (lines[-1][0], lines[-1][1] + " " + line.strip())
        else:
            lines.append((len(line) - len(line.lstrip()), line.strip()))
        plain = re.sub(r"'[^']*'|\"[^\"]*\"", "", line)
        depth += sum(plain.count(c) for c in "{[") - sum(plain.count(c) for c in "}]")
    return lines


KEY = re.compile(r"([A-Za-z_][\w.]*)\s*:(?:\s+(.*))?$")


def block(lines, at, indent):
    """The map or list that stands at `indent` from line `at` on; and the line after it."""
    if lines[at][1].startswith("-"):
        result = []
        while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("-"):
            rest = lines[at][1][1:]
            inner = indent + 1 + len(rest) - len(rest.lstrip())
            rest = rest.strip()
            if KEY.match(rest):
                lines[at] = (inner, rest)
                value, at = block(lines, at, inner)
            elif rest:
                value, at = flow_or_scalar(rest), at + 1
            else:
                value, at = block(lines, at + 1, lines[at + 1][0])
            result.append(value)
        return result, at
    result = {}
    while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith("- "):
        match = KEY.match(lines[at][1])
        if not match:
            raise ValueError(f"no key: {lines[at][1]}")
        key, rest = match.groups()
        at += 1
        if rest:
            result[key] = flow_or_scalar(rest)
        else:
            result[key], at = block(lines, at, lines[at][0])
    return result, at


def parse(text):
    lines = logical_lines(text)
    if not lines:
        return {}
    if lines[0][1].startswith("{"):
        return flow_or_scalar(" ".join(line for _, line in lines))
    value, at = block(lines, 0, lines[0][0])
    if at != len(lines):
        raise ValueError(f"odd indentation: {lines[at][1]}")
    return value
