"""Everything on the authors' page (sdk/README.md) that can be compiled or run is, with the SDK as it is
installed.

A fenced block says what it is in the comment above it:
  <!-- whole file: NAME -->             a file of its own; C and C++ are compiled with all warnings
  <!-- whole file: NAME, with OTHER --> a unit test: linked with OTHER and the harness, and run
  <!-- inside a callback -->            statements; wrapped in a function that has a qs_ctx *c
  <!-- runs: WHAT -->                   shell, run in the folder of the files above
A block of C or C++ without such a comment fails the test.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("QS_SOURCE_DIR") or Path(__file__).resolve().parent.parent.parent)
BUILD = Path(os.environ.get("QS_BUILD_DIR") or ROOT / "build")
PAGE = ROOT / "sdk/README.md"
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
WRAP = "#include <quasar/strategy.h>\nvoid in_callback(qs_ctx *c);\nvoid in_callback(qs_ctx *c) {{\n{}}}\n"

failures = []


def run(command, what, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options
    )
    if done.returncode != 0:
        shown = command if isinstance(command, str) else " ".join(map(str, command))
        failures.append(f"{what}\n  {shown}\n{done.stdout}{done.stderr}")
    return done


def blocks():
    """(line, mark, language, text) of each fenced block."""
    lines = PAGE.read_text().split("\n")
    at = 0
    while at < len(lines):
        fence = re.fullmatch(r"```(\w*)", lines[at])
        if not fence:
            at += 1
            continue
        end = lines.index("```", at + 1)
        mark = re.fullmatch(r"<!-- (.*) -->", lines[at - 1])
        yield at + 1, mark.group(1) if mark else "", fence.group(1), "\n".join(
            lines[at + 1 : end]
        ) + "\n"
        at = end + 1


def compile_c(path, include, what):
    flags = [*STRICT, "-O2", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", f"-I{include}"]
    for cc, standard in (("gcc", "c11"), ("gcc", "c17"), ("clang", "c11"), ("clang", "c17")):
        run([cc, f"-std={standard}", *flags, "-c", path, "-o", os.devnull], what)


def compile_cxx(path, include, what):
    """Linked too: a plugin without exceptions must not need libstdc++, guards included."""
    so = path.with_suffix(".so")
    for cxx in ("g++", "clang++"):
        for level in ("-O0", "-O2"):
            flags = [*STRICT, "-std=c++17", level, "-fPIC", "-fvisibility=hidden", f"-I{include}"]
            flags += ["-fno-exceptions", "-fno-rtti", "-shared", "-Wl,--as-needed", "-Wl,-z,defs"]
            if run([cxx, *flags, path, "-o", so], what).returncode == 0:
                check_symbols(so, f"{what} with {cxx} {level}")


def check_symbols(so, what):
    names = run(["nm", "-D", so], what).stdout.split("\n")
    bad = [n for n in names if re.search(r"__cxa|_Zn|_Zd|_ZSt", n) and "__cxa_finalize" not in n]
    exported = [n.split()[-1] for n in names if re.search(r" [A-TV-Z] ", n)]
    needed = re.findall(r"NEEDED.*\[(.*)\]", run(["readelf", "-d", so], what).stdout)
    if bad or exported != ["qs_schema"] or set(needed) - {"libc.so.6", "libm.so.6"}:
        failures.append(f"{what}: needs {bad} {needed}, exports {exported}")


def main():
    # A sanitized harness wants its run time wherever it is linked.
    library = BUILD / "lib/libquasar-harness.a"
    sanitized = library.exists() and "__asan" in run(["nm", library], "harness").stdout
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        prefix = home / ".local"
        run(["cmake", "--install", BUILD, "--prefix", prefix], "install")
        include = prefix / "include"
        environment = {
            **os.environ,
            "HOME": str(home),
            "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"),
            "CMAKE_GENERATOR": "Ninja",
        }
        environment.pop("CC", None)
        for line, mark, language, text in blocks():
            what = f"{PAGE}:{line}: {mark or 'a block without a mark'}"
            whole = re.fullmatch(r"whole file: (\S+?)(?:, with (\S+))?", mark)
            count += bool(mark)
            if whole:
                path = folder / whole.group(1)
                path.write_text(text)
                if language == "cpp":
                    compile_cxx(path, include, what)
                elif language == "c":
                    compile_c(path, include, what)
            elif mark == "inside a callback":
                path = folder / f"block_{line}.c"
                path.write_text(WRAP.format(text))
                compile_c(path, include, what)
            elif mark.startswith("runs: "):
                if not (sanitized and mark == "runs: harness"):
                    run(text, what, shell=True, cwd=folder, env=environment)
            elif language in ("c", "cpp"):
                failures.append(f"{what}: say what it is")
        for so in ("first.so", "trend.so", "build/plugins/first.so"):
            check_symbols(folder / so, so)
            host = prefix / "bin/qshost"
            if host.exists() and not sanitized:
                run([host, "check", folder / so], f"qshost check {so}", env=environment)
    print("\n".join([*failures, f"{count} blocks, {len(failures)} failures"]))
    return 1 if failures or count < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
