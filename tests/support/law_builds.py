"""Hosts and plugins as other compilers and levels of optimisation make them, for law 1. They are
kept in <build>/laws_builds between runs; cmake and the times of files decide what is made anew."""
import os
import shutil
import subprocess
from pathlib import Path

import law_host

PLUGIN_FLAGS = "-std=c11 -g -fPIC -shared -ffp-contract=off -fvisibility=hidden -Wl,-z,defs".split()


def variants():
    """(compiler, level) of each build, and the compilers that are not there."""
    present = [cc for cc in ("gcc", "clang") if shutil.which(cc)]
    missing = [cc for cc in ("gcc", "clang") if cc not in present]
    return [(cc, level) for cc in present for level in ("-O0", "-O3")], missing


def name_of(variant):
    return f"{variant[0]}{variant[1]}"


def call(command, what):
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, env=clean_environment()
    )
    if done.returncode != 0:
        raise law_host.RunError(f"{what}: {done.stdout[-3000:]}{done.stderr[-3000:]}")


def clean_environment():
    return {k: v for k, v in os.environ.items() if k not in ("CC", "CFLAGS", "LDFLAGS")}


def build_host(variant):
    compiler, level = variant
    folder = law_host.BUILD / "laws_builds" / name_of(variant)
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    if not (folder / "CMakeCache.txt").exists():
        call(
            ["cmake", "-S", law_host.SOURCE, "-B", folder, *generator]
            + [f"-DCMAKE_C_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Law"]
            + [f"-DCMAKE_C_FLAGS_LAW={level}", "-DQS_TESTS=OFF", "-DQS_LTO=OFF", "-DQS_WERROR=OFF"],
            f"cmake for {name_of(variant)}",
        )
    call(
        ["cmake", "--build", folder, "--target", "qshost", "-j2"], f"building {name_of(variant)}"
    )
    return folder / "bin/qshost"


def build_plugins(variant, ids):
    """The file of each id, built by this compiler at this level."""
    compiler, level = variant
    folder = law_host.BUILD / "laws_builds" / ("plugins-" + name_of(variant))
    folder.mkdir(parents=True, exist_ok=True)
    newest_header = max(p.stat().st_mtime for p in (law_host.SOURCE / "sdk/include").rglob("*.h"))
    files = {}
    for plugin, (source, _) in law_host.find_plugins().items():
        if plugin not in ids:
            continue
        file = Path(folder / f"{source.stem}.so")
        newest = max(newest_header, source.stat().st_mtime, Path(__file__).stat().st_mtime)
        if not file.exists() or file.stat().st_mtime < newest:
            call(
                [compiler, level, *PLUGIN_FLAGS, "-I", law_host.SOURCE / "sdk/include"]
                + ["-o", file, source, "-lm"],
                f"{source.name} by {name_of(variant)}",
            )
        files[plugin] = file
    return files
