"""Plants one violation of each kind in a small tree and looks whether tools/check_layers finds it:
a check that cannot fail is none. Run by ctest as check_layers_self."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHECK = ROOT / "tools/check_layers"
LONG_BODY = "    x += 1;\n" * 68

CLEAN = {
    "host/base/err.h": "int err_one(void);\n",
    "host/base/err.c": '#include "base/err.h"\n#include <stdio.h>\nint err_one(void) { return 1; }\n',
    "host/base/clock.c": "#include <time.h>\nint now(void) { return (int)time(NULL); }\n",
    "host/base/yaml.c": "#include <yaml.h>\n",
    "host/core/bar.h": '/* strcpy(a, b) in a comment, #include "run/x.h" too */\nint bar_time(int x);\n',
    "host/core/bar.c": '#include "base/err.h"\n#include "core/bar.h"\n'
    "int bar_time(int x) { return err_one() + x; }\n"
    'const char *bar_text(void) { return "atoi(x); time(NULL) {"; }\n',
    "host/ta/ema.c": '#include "base/err.h"\n#include <math.h>\n'
    "double ema(double x) { return sqrt(x) + fabs(x); }\n",
    "host/main.c": '#include "core/bar.h"\nint main(void) { return bar_time(1); }\n',
    "sdk/include/quasar/abi.h": "#include <stdint.h>\n#include <quasar/types.h>\n"
    '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n'
    "#ifdef __cplusplus\n}\n#endif\n",
    "builtins/ema_cross.c": "#include <quasar/strategy.h>\n#include <math.h>\n",
}

# what is planted, where, and what the finding must say
PLANTED = [
    (
        "a higher rank",
        "host/base/bad.c",
        '#include "core/bar.h"\n',
        'host/base/bad.c:1: "core/bar.h": rank 1',
    ),
    (
        "another folder of one rank",
        "host/core/bad.c",
        '\n#include "ta/ema.h"\n',
        "host/core/bad.c:2:",
    ),
    (
        "main.c seen from a folder",
        "host/cmd/bad.c",
        '#include "main.h"\n',
        "no folder of host/LAYERS",
    ),
    (
        "an include not from the root",
        "host/base/bad.c",
        '#include "err.h"\n',
        "from the root of host/",
    ),
    ("the SDK in quotes", "host/core/bad.c", '#include "quasar/abi.h"\n', "written <quasar/abi.h>"),
    ("an include of nothing", "host/core/bad.c", '#include "base/nothing.h"\n', "no such file"),
    ("a folder without a rank", "host/misc/x.c", "int x;\n", "host/misc:1: not in host/LAYERS"),
    (
        "an included folder without a rank",
        "host/core/bad.c",
        '#include "misc/x.h"\n',
        "no folder of",
    ),
    ("a door", "host/core/bad.c", "#include <yaml.h>\n", "<yaml.h> outside its door (base/yaml.c)"),
    ("a door with a pattern", "host/core/bad.c", "#include <openssl/evp.h>\n", "outside its door"),
    (
        "a door of a folder",
        "host/core/bad.c",
        "#include <sqlite3.h>\n",
        "outside its door (store/)",
    ),
    (
        "the wall clock",
        "host/core/bad.c",
        "long f(void) { return time(0); }\n",
        "time() outside its door",
    ),
    (
        "the wall clock, spaced",
        "host/sim/bad.c",
        "int f(void) { return clock_gettime (0, 0); }\n",
        "clock_gettime()",
    ),
    (
        "a banned call",
        "host/base/bad.c",
        "void f(void) { strcpy(a, b); }\n",
        "strcpy() is banned: use snprintf",
    ),
    (
        "a banned call in a strategy",
        "builtins/bad.c",
        "int f(void) { return atoi(x); }\n",
        "atoi() is banned",
    ),
    ("assert", "host/base/bad.c", "void f(void) { assert(1); }\n", "CHECK"),
    ("libm in ta/", "host/ta/bad.c", "double f(void) { return exp(1); }\n", "exp(): libm differs"),
    (
        "libm in engine/",
        "host/engine/bad.c",
        "float f(void) { return powf(1, 2); }\n",
        "powf(): libm differs",
    ),
    ("two files of one name", "host/sim/bar.h", "int x;\n", "host/core/bar.h has that name"),
    (
        "a long function",
        "host/base/bad.c",
        "int f(int x)\n{\n" + LONG_BODY + "    return x;\n}\n",
        "host/base/bad.c:1: f() has 72 lines",
    ),
    (
        "a long function in extern C",
        "sdk/include/quasar/bad.h",
        'extern "C" {\nint a(void);\nint f(int x)\n{\n' + LONG_BODY + "    return x;\n}\n}\n",
        "bad.h:3: f() has 72",
    ),
    ("a long file", "host/base/bad.c", "int x;\n" * 1001, "1001 lines, at most 1000"),
    (
        "a host header in a strategy",
        "builtins/bad.c",
        '#include "base/err.h"\n',
        "the C library alone",
    ),
    (
        "a foreign header in the SDK",
        "sdk/include/quasar/bad.h",
        "#include <unistd.h>\n",
        "the C library alone",
    ),
    ("no last newline", "host/base/bad.c", "int x;", "no newline"),
]


def run(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run(
            [sys.executable, CHECK, folder], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


def main():
    base = dict(CLEAN, **{"host/LAYERS": (ROOT / "host/LAYERS").read_text()})
    wrong = []
    status, text = run(base)
    if status != 0:
        wrong.append(f"the clean tree is refused:\n{text}")
    for what, path, content, expected in PLANTED:
        status, text = run({**base, path: content})
        if status != 1 or expected not in text or len(text.splitlines()) != 1:
            wrong.append(
                f"{what}: expected one finding with '{expected}', exit 1; got exit {status}:\n{text}"
            )
    exactly_70 = "int f(int x)\n{\n" + "    x += 1;\n" * 66 + "    return x;\n}\n"
    status, text = run({**base, "host/base/bad.c": exactly_70})
    if status != 0:
        wrong.append(f"a function of 70 lines is refused:\n{text}")
    print("\n".join(wrong) if wrong else f"{len(PLANTED)} planted violations, all found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
