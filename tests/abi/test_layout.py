"""The layout of all that the SDK shows: size and offset of each struct and field, its declaration
(so a callback's arguments count too), and the value of each constant, compared with abi.dump.

What is listed comes from the headers themselves, so nothing new is forgotten. A difference that is
meant (growth at the end; sdk/CHANGES.md says what) is taken over with QS_UPDATE_GOLDEN=1.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("QS_SOURCE_DIR") or Path(__file__).resolve().parent.parent.parent)
DUMP = Path(__file__).resolve().parent / "abi.dump"
HEADERS = sorted(p for p in (ROOT / "sdk/include/quasar").glob("*.h") if p.name != "harness.h")
COMPILERS = [
    ["gcc", "-std=c11"],
    ["clang", "-std=c11"],
    ["g++", "-x", "c++", "-std=c++17"],
    ["clang++", "-x", "c++", "-std=c++17"],
]


def uncommented(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S).replace("\\\n", " ")


def fields(body):
    """(name, declaration) of each field of a struct body."""
    for declaration in filter(None, (" ".join(part.split()) for part in body.split(";"))):
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)", declaration)
        if pointer:
            yield pointer.group(1), declaration
            continue
        first, *others = declaration.split(",")
        kind, name = re.fullmatch(r"(.*?)(\w+(?:\[\w+\])*)", first).groups()
        for item in [name, *(other.strip() for other in others)]:
            if item.startswith("*"):
                item = item.lstrip("* ")
            yield re.match(r"\w+", item).group(), f"{kind}{item}"


def sources():
    """The C program that prints the dump."""
    structs, constants = {}, {}
    for header in HEADERS:
        text = uncommented(header.read_text())
        for name, body in re.findall(r"struct (qs_\w+)\s*\{([^{}]*)\}\s*;", text):
            structs[name] = list(fields(body))
        for body in re.findall(r"enum(?:\s+\w+)?\s*\{([^{}]*)\}", text):
            for item in filter(None, (part.strip() for part in body.split(","))):
                constants[re.match(r"\w+", item).group()] = header.name
        for name, value in re.findall(r"^#define (QS_\w+)[ \t]+([^\n]+)", text, re.M):
            if re.fullmatch(r"\(*-?(0x)?[0-9][^;{}\"]*", value.strip()):
                constants[name] = header.name
    lines = [f"#include <quasar/{header.name}>" for header in HEADERS] + [
        "#include <stddef.h>",
        "#include <stdio.h>",
        "int main(void) {",
    ]
    for name in sorted(constants):
        lines.append(f'printf("constant {name} %lld\\n", (long long){name});')
    for name in sorted(structs):
        lines.append(
            f'printf("struct {name} size %zu align %zu\\n", sizeof(struct {name}), '
            f"offsetof(struct {{ char c; struct {name} s; }}, s));"
        )
        for field, declaration in structs[name]:
            lines.append(
                f'printf("  %4zu %4zu  %s\\n", offsetof(struct {name}, {field}), '
                f'sizeof(((struct {name} *)0)->{field}), "{declaration}");'
            )
    if not structs or not constants:
        sys.exit("no structs or constants found in the SDK headers")
    return "\n".join([*lines, "return 0;", "}", ""])


def dump(compiler, folder):
    source, program = Path(folder) / "dump.c", Path(folder) / "dump"
    text = sources()
    if "c++" in compiler:  # no types in offsetof there
        text = re.sub(
            r"offsetof\(struct \{ char c; struct (\w+) s; \}, s\)", r"alignof(struct \1)", text
        )
    source.write_text(text)
    subprocess.run(
        [*compiler, "-Wall", "-Werror", f"-I{ROOT}/sdk/include", source, "-o", program, "-lm"],
        check=True,
    )
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        dumps = {" ".join(compiler): dump(compiler, folder) for compiler in COMPILERS}
    found = next(iter(dumps.values()))
    if os.environ.get("QS_UPDATE_GOLDEN") == "1":
        DUMP.write_text(found)
    expected = DUMP.read_text()
    bad = False
    for compiler, text in dumps.items():
        if text != expected:
            bad = True
            diff = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), "abi.dump", compiler, "", "", 0
            )
            print("\n".join(diff))
    print(
        "the layout differs: a break of the ABI, or growth to take over with QS_UPDATE_GOLDEN=1"
        if bad
        else f"{len(expected.splitlines())} lines, the same with {len(dumps)} compilers"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
