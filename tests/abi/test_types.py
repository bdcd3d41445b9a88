"""Input and variable macros of the SDK take fields of the right C type alone: the right ones compile
as C11, C17 and C++17 with gcc and clang, each wrong one is refused with our sentence."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(os.environ.get("QS_SOURCE_DIR") or Path(__file__).resolve().parent.parent.parent)
FLAGS = "-pedantic -Wall -Wextra -Wundef -Wshadow -Wconversion -Werror -fsyntax-only".split()
COMPILERS = [
    ["gcc", "-x", "c", "-std=c11"],
    ["gcc", "-x", "c", "-std=c17"],
    ["clang", "-x", "c", "-std=c11"],
    ["clang", "-x", "c", "-std=c17"],
    ["g++", "-x", "c++", "-std=c++17"],
    ["clang++", "-x", "c++", "-std=c++17"],
]
INT, REAL, WORD = "must be an int64_t", "must be a double", "must be an int32_t"
# macro -> (what follows the field, the word of the sentence, the types that are right)
INPUTS = {
    "QS_INT": (", 1, 0, 9", INT, ("int64_t", "long long")),
    "QS_FLOAT": (", 1.0, 0.0, 9.0", REAL, ("double",)),
    "QS_BOOL": (", 1", WORD, ("int32_t",)),
    "QS_SELECT": (", 0, names", WORD, ("int32_t",)),
    "QS_SYMBOL": ("", WORD, ("int32_t",)),
}
VARIABLES = {
    "QS_LOCAL_I64": ("", INT, ("int64_t", "long long")),
    "QS_STATE_I64": ("", INT, ("int64_t", "long long")),
    "QS_LOCAL_F64": ("", REAL, ("double",)),
    "QS_STATE_F64": ("", REAL, ("double",)),
}
TYPES = ["int64_t", "int32_t", "double", "float", "uint64_t", "struct pair", "long long"]


def source(entry, macro, rest, c_type):
    """A table of one entry about a field of that type that is not the first."""
    return f"""#include <quasar/strategy.h>
struct pair {{ int32_t a, b; }};
struct block {{ char first; {c_type} field; }};
typedef struct block block;
static const char *const names[] = {{"a", "b", NULL}};
static const struct {entry} table[] = {{{macro}(block, field{rest})}};
const void *const *use(void);
const void *const *use(void) {{
    static const void *all[2] = {{table, names}};
    return all;
}}
"""


def jobs():
    """(compiler, text, the words of the refusal or None) of the whole matrix."""
    for entry, macros in (("qs_input", INPUTS), ("qs_variable", VARIABLES)):
        for macro, (rest, words, right) in macros.items():
            for c_type in TYPES:
                text = source(entry, macro, rest, c_type)
                for compiler in COMPILERS:
                    yield compiler, text, None if c_type in right else words


def wrong(job):
    """None when it went as it should, else the story."""
    compiler, text, words = job
    command = [*compiler, *FLAGS, f"-I{ROOT}/sdk/include", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if words is None and done.returncode == 0:
        return None
    if words is not None and done.returncode != 0 and "quasar: " in done.stderr:
        if words in done.stderr:
            return None
    should = "compile" if words is None else f"be refused with '{words}'"
    return f"{' '.join(command)}\n{text}should {should}; status {done.returncode}\n{done.stderr}"


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(wrong, jobs()))
    bad = [story for story in results if story]
    print("\n".join([*bad[:5], f"{len(results)} compilations, {len(bad)} wrong"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
