"""Every header compiles alone: those of the SDK as C11, C17 and C++17 with -pedantic, those of the
host as C17, with gcc and clang, warnings as errors."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(os.environ.get("QS_SOURCE_DIR") or Path(__file__).resolve().parent.parent.parent)
STRICT = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
SDK = ["-pedantic", "-Wundef", "-Wshadow", "-Wconversion", *STRICT, f"-I{ROOT}/sdk/include"]
HOST = [*STRICT, "-std=c17", "-D_GNU_SOURCE", f"-I{ROOT}/host", f"-I{ROOT}/sdk/include"]


def jobs():
    """(command, text to compile) of the whole matrix."""
    sdk = sorted((ROOT / "sdk/include/quasar").rglob("*.h"))
    if not sdk:
        sys.exit(f"{ROOT}/sdk/include/quasar: no headers")
    for path in sdk:
        text = f"#include <{path.relative_to(ROOT / 'sdk/include')}>\n"
        for c, cxx in (("gcc", "g++"), ("clang", "clang++")):
            yield [c, "-x", "c", "-std=c11", *SDK, "-"], text
            yield [c, "-x", "c", "-std=c17", *SDK, "-"], text
            yield [cxx, "-x", "c++", "-std=c++17", *SDK, "-"], text
    for path in sorted((ROOT / "host").rglob("*.h")):
        # Twice: an include guard that is missing or that another header has shows here.
        text = f'#include "{path.relative_to(ROOT / "host")}"\n' * 2
        for c in ("gcc", "clang"):
            yield [c, "-x", "c", *HOST, "-"], text


def compiles(job):
    command, text = job
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return (
        None
        if done.returncode == 0
        else f"{' '.join(command)}\n  {text.splitlines()[0]}\n{done.stderr}"
    )


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(compiles, jobs()))
    bad = [text for text in results if text]
    print("\n".join(bad + [f"{len(results)} compilations, {len(bad)} failed"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
