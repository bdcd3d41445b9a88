"""README.md is run: every block of sh in its order, in a scratch copy of the project; every file that
it shows is compiled or used by these commands; what it shows as output must come out.

    ```sh      commands, one a line; run in the folder of the project
    ```console the first "$ command" runs on a terminal of 80 columns until ^C; every further one in another shell;
               the lines between are what the terminal shows from there on, in this order
    ```text    expected output of the sh block before it: … alone on a line is any number of lines, …
               within a line is anything within that line; all else, numbers too, must be the same
    <!-- whole file: NAME --> above a ```c or ```yaml block: the file NAME

Its tables are checked as well: folders against host/LAYERS, packages against tools/setup, commands of the
figures against tests/bench, and links against the tree. --show prints what came out, for the page.
"""

import fcntl
import itertools
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time

from cli import BUILD, PLUGINS, QSHOST, SOURCE, Bench, skip

PAGE = SOURCE / "README.md"
BARS = "npm/node_modules/vega-datasets/data/sp500-2000.csv"
# Not run here, with the reason. What is said of them is checked in not_run().
NOT_RUN = {
    "tools/quickstart": "CI runs it in a fresh Debian (it installs packages)",
    "tools/test": "CI runs it; it is what runs this test",
    "cmake --preset release": "tools/quickstart and tools/test have it; the binary tested is its result",
    "cmake --build --preset release --target qshost qs_plugins quasar_harness": "the same",
}
# Shown as code, but neither run nor compiled: drawings.
PLAIN = {""}


class Block:
    def __init__(self, line, language, mark, text):
        self.line, self.language, self.mark, self.text = line, language, mark, text


def blocks():
    lines = PAGE.read_text().split("\n")
    at = 0
    while at < len(lines):
        fence = re.fullmatch(r"```(\w*)", lines[at])
        if not fence:
            at += 1
            continue
        end = lines.index("```", at + 1)
        mark = re.fullmatch(r"<!-- (.*) -->", lines[at - 1])
        text = "\n".join(lines[at + 1 : end]) + "\n"
        yield Block(at + 1, fence[1], mark[1] if mark else "", text)
        at = end + 1


def scratch(t):
    """A project as the page assumes it after its build; no file of the real tree is written."""
    root = t.project()
    for name in ("sdk", "builtins", "custom", "tools", "host"):
        shutil.copytree(SOURCE / name, root / name)
    (root / "build/bin").mkdir(parents=True)
    shutil.copy2(QSHOST, root / "build/bin/qshost")
    shutil.copytree(BUILD / "lib/pkgconfig", root / "build/lib/pkgconfig")  # the SDK, as this build has it
    (root / "plugins").mkdir()
    for source in sorted((SOURCE / "builtins").glob("*.c")):
        so = PLUGINS / f"{source.stem}.so"
        if not so.exists():
            skip(f"no {so}")
        shutil.copy2(so, root / "plugins" / so.name)
    bars = next((b for b in (BUILD / BARS, SOURCE / "build" / BARS) if b.exists()), None)
    if bars is None:
        skip(f"no {SOURCE}/build/{BARS} (tools/setup fetches it)")
    (root / "build" / BARS).parent.mkdir(parents=True)
    shutil.copy2(bars, root / "build" / BARS)
    return root


def pattern(line):
    return ".*".join(re.escape(part) for part in line.split("…"))


def difference(shown, found):
    """None, or the first shown line that does not come (in this order) in the output."""
    lines, at, is_open = found.split("\n")[:-1], 0, False
    for line in shown.split("\n")[:-1]:
        if line == "…":
            is_open = True
            continue
        here = at
        while here < len(lines) and not re.fullmatch(pattern(line), lines[here]):
            if not is_open:
                return f"shown: {line}\n    found: {lines[here]}"
            here += 1
        if here == len(lines):
            return f"shown, but not in the output: {line}"
        at, is_open = here + 1, False
    if at < len(lines) and not is_open:
        return f"not shown (end the block with …): {lines[at]}"
    return None


def run_commands(t, root, block):
    env = {k: v for k, v in t.env.items() if k != "QS_PLUGINS"} | {"LC_ALL": "C.UTF-8"}  # for the picture
    output = ""
    for command in block.text.splitlines():
        if command in NOT_RUN:
            continue
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=root, env=env, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=120, check=False,
        )  # fmt: skip
        t.check(done.returncode == 0, f"README.md:{block.line}: {command}\n{done.stdout[-500:]}{done.stderr}")
        t.check(done.stderr == "", f"README.md:{block.line}: {command}: stderr: {done.stderr}")
        output += done.stdout
        if "--show" in sys.argv:
            print(f"$ {command}\n{done.stdout}", end="")
    return output


class Terminal:
    """A program on a terminal of its own; what it shows, without colours and cursor movements."""

    LIMIT = 60.0

    def __init__(self, command, root, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(root)
            os.execvpe(command[0], command, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
        self.bytes = b""

    def wait_for(self, shown, since):
        """None once `shown` has come after `since` characters, else what is missing at the limit."""
        end = time.monotonic() + self.LIMIT
        wrong = "nothing came"
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.bytes += os.read(self.fd, 65536)
                except OSError:
                    return "it ended: " + self.text()[since:]
            wrong = difference(shown + "…\n", self.text()[since:] + "\n")
            if wrong is None:
                return None
        return f"{wrong}\n    all of it: {self.text()[since:]}"

    def text(self):
        text = self.bytes.decode(errors="replace").replace("\r\n", "\n")
        return re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", text)

    def interrupt(self):
        os.kill(self.pid, signal.SIGINT)
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def run_console(t, root, block):
    env = {k: v for k, v in t.env.items() if k != "QS_PLUGINS"} | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    parts = re.split(r"^\$ (.*)\n", block.text, flags=re.M)[1:]
    terminal, where = None, f"README.md:{block.line}"
    for command, shown in zip(parts[::2], parts[1::2]):
        since = len(terminal.text()) if terminal else 0
        if terminal is None:
            terminal = Terminal(shlex.split(command), root, env)
        else:
            subprocess.run(["bash", "-c", command], cwd=root, env=env, check=True)
        wrong = terminal.wait_for(shown.replace("^C\n", ""), since)
        t.check(wrong is None, f"{where}: {command}\n    {wrong}")
        if "--show" in sys.argv:
            print(f"$ {command}\n{terminal.text()[since:]}")
    t.check(block.text.endswith("^C\n"), f"{where}: it must end with ^C")
    t.equal(terminal.interrupt(), 0, f"{where}: exit code after ^C")


def compile_strictly(t, root, block, name):
    for standard in ("c11", "c17"):
        done = subprocess.run(
            ["cc", f"-std={standard}", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror", "-pedantic",
             "-fPIC", f"-I{SOURCE}/sdk/include", "-c", root / name, "-o", os.devnull],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        t.check(done.returncode == 0, f"README.md:{block.line}: {name} as {standard}\n{done.stderr}")


def run_page(t, root):
    output, ran, files, shown = None, 0, [], 0
    page = list(blocks())
    for block in page:
        where = f"README.md:{block.line}"
        whole = re.fullmatch(r"whole file: (\S+)", block.mark)
        if whole:
            (root / whole[1]).write_text(block.text)
            files.append(whole[1])
            if whole[1].endswith(".c"):
                compile_strictly(t, root, block, whole[1])
                count = len(block.text.splitlines())
                t.check(count < 30, f"{where}: {whole[1]} has {count} lines, the page promises under 30")
        elif block.language == "sh":
            output = run_commands(t, root, block)
            ran += 1
        elif block.language == "console":
            run_console(t, root, block)
            ran, output = ran + 1, None
        elif block.language == "text":
            if t.check(output is not None, f"{where}: a text block after no sh block"):
                wrong = difference(block.text, output)
                t.check(wrong is None, f"{where}: the output differs\n    {wrong}")
                shown += 1
            output = None
        else:
            t.check(block.language in PLAIN, f"{where}: a block of {block.language}: say what it is")
    commands = "\n".join(block.text for block in page if block.language == "sh")
    for name in files:
        t.check(name in commands, f"{name} is shown but no command uses it")
    t.check(ran >= 8 and shown >= 6 and len(files) >= 2, f"too little: {ran}, {shown}, {files}")


def not_run(t):
    """The commands left out are on the page, and are what the tools really do."""
    text = PAGE.read_text()
    for command in NOT_RUN:
        t.check(f"\n{command}\n" in text, f"{command}: left out, but not on the page")
        if command.startswith("tools/"):
            t.check(os.access(SOURCE / command, os.X_OK), f"{command}: cannot be run")
        else:
            t.check(command in (SOURCE / "tools/quickstart").read_text(), f"{command}: not what quickstart does")
    for option in re.findall(r"`tools/test (--[a-z-]+)`", text):
        t.check(option in (SOURCE / "tools/test").read_text(), f"tools/test has no {option}")


def next_steps(t, root):
    """What tools/quickstart shows at its end works, in the state in which it leaves the project."""
    script = (SOURCE / "tools/quickstart").read_text()
    run = re.search(r'^run="(.*)"$', script, re.M)[1]
    told = [line.strip().replace("$run", run) for line in script.splitlines() if re.match(r"    (build/|\$run)", line)]
    t.equal(len(told), 3, "commands that quickstart tells")
    for command in [run, *told]:
        done = subprocess.run(shlex.split(command), cwd=root, env=t.env, capture_output=True, check=False)
        t.check(done.returncode == 0 and done.stdout and not done.stderr, f"{command}: {done.stderr}")


def rows_after(heading):
    """The cells of each table row in a section."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def folders(t):
    table = [row for row in rows_after("Folders") if row[0].isdigit()]
    found = []
    for rank, folder, words in table:
        name = folder.strip("`")
        is_there = bool(list((SOURCE / "host" / name).glob("*.c")))
        t.equal("*(not there yet)*" in words, not is_there, f"{name}: said to be there")
        found.append((rank, name, words.replace("*(not there yet)*", "").strip()))
    layers = re.findall(r"^(\d+)\s+([a-z_]+)\s+(.*)$", (SOURCE / "host/LAYERS").read_text(), re.M)
    t.equal(found, layers, "the ranks, as host/LAYERS has them")
    top = [row[0].strip("`/") for row in rows_after("Folders") if row[0].endswith("/`")]
    real = {p.name for p in SOURCE.iterdir() if p.is_dir() and not p.name.startswith(".")} - {"build"}
    t.equal(set(top), real, "folders of the project")


def packages(t):
    table = rows_after("Dependencies")
    shown = set(itertools.chain.from_iterable(re.findall(r"`([^`]+)`", row[0]) for row in table))
    needed = re.search(r'^needed="\n(.*?)^"$', (SOURCE / "tools/setup").read_text(), re.M | re.S)[1]
    installed = {line.split()[0] for line in needed.splitlines() if line.strip()}
    t.equal(sorted(shown), sorted(installed), "packages of the table and of tools/setup")
    t.check(any(name.endswith("-dev") for name in shown), "-dev packages")
    for row in table[1:]:
        t.check(row[1] and (row[2] or row[0] == "`ca-certificates`"), f"{row[0]}: what for, why this one")
    npm = re.search(r"vega-datasets@([\d.]+)", (SOURCE / "tools/setup").read_text())[1]
    t.check(f"`vega-datasets` {npm}" in PAGE.read_text(), f"vega-datasets is {npm} in tools/setup")


def figures(t):
    text = PAGE.read_text()
    t.check("<!-- figures -->" in text and "<!-- /figures -->" in text, "the marks around the figures")
    commands = [row[1] for row in rows_after("Figures")[1:]]
    t.check(len(commands) >= 5, "figures")
    for command in ", ".join(commands).split(", "):
        match = re.fullmatch(r"`tools/bench (?:--callgrind )?(\w+)`", command)
        known = re.findall(r"^    ([a-z_]+(?: \| [a-z_]+)*)\)", (SOURCE / "tools/bench").read_text(), re.M)
        names = {name for names in known for name in names.split(" | ")}
        exists = match and ((SOURCE / f"tests/bench/bench_{match[1]}.c").exists() or match[1] in names)
        t.check(exists, f"figures: {command}: no such bench")


def links(t):
    """Links lead to files and headings; files named in backticks with a folder are there."""
    text = PAGE.read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        path = SOURCE / file if file else PAGE
        if not t.check(path.exists(), f"link to {target}: no {path}"):
            continue
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(), re.M)
            known = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            t.check(anchor in known, f"link to {target}: no such heading")
    for name in re.findall(r"`((?:host|sdk|tools|tests)/[\w./]+)`", text):
        t.check((SOURCE / name).exists(), f"`{name}` is not there")
    long_ones = [n for n, line in enumerate(text.split("\n"), 1) if len(line) > 150 and not line.startswith("|")]
    t.equal(long_ones, [], "lines over 150 columns")


def self_check(t):
    """The comparison sees what it must see."""
    same = difference("a 1\n…\nb …\n", "a 1\nx\ny\nb 2\n")
    t.check(same is None, f"equal but for …: {same}")
    for shown, found in (
        ("a 1\n", "a 2\n"), ("a 1\n", "a 1\nb\n"), ("a\nb\n", "a\n"), ("…\nb\n", "a\n"), ("a …\n", "b 1\n"),
        ("a\n…\nb 1.5\n…\n", "a\nb 1.25\nc\n"), ("b\na\n", "a\nb\n"),
    ):  # fmt: skip
        t.check(difference(shown, found) is not None, f"{shown!r} is not {found!r}")


def main():
    t = Bench()
    self_check(t)
    root = scratch(t)
    run_page(t, root)
    next_steps(t, root)
    not_run(t)
    folders(t)
    packages(t)
    figures(t)
    links(t)
    return t.finish()


if __name__ == "__main__":
    sys.exit(main())
