"""Starts the real program and ends it."""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from .client import Http
from .wait import PATIENCE, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """-> the program to test: $COLLET_BINARY, else the newest build."""
    if "COLLET_BINARY" in os.environ:
        return pathlib.Path(os.environ["COLLET_BINARY"])
    found = sorted(ROOT.glob("build/*/bin/collet"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SystemExit("no build/*/bin/collet: run scripts/build, or set COLLET_BINARY")
    return found[-1]


def clean_environment(**more):
    """The environment without what would configure the server or the model providers."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("COLLET_", "OH_", "OPENAI_", "LLM_", "LOG_"))
            and name not in ("SESSION_API_KEY", "DEBUG", "http_proxy", "HTTP_PROXY")}
    return {**kept, **more}


def sanitizer_options(reports):
    """The environment in which the sanitizers write what they find to files that begin with this path. The process
    that starts children has no standard error."""
    names = ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
    more = "log_path=%s:print_suppressions=0" % reports
    return {name: ":".join(filter(None, (os.environ.get(name), more))) for name in names}


def on_postgresql():
    """Whether this run of the program tests keeps the servers' data in PostgreSQL (tests/harness/on_postgresql)."""
    return os.environ.get("COLLET_TEST_PROGRAM_ON") == "postgresql"


def database_for(folder):
    """On PostgreSQL, -> the URL of a database on the server of $COLLET_TEST_POSTGRESQL: one for each folder, made when it
    is first asked for; else nothing."""
    if not on_postgresql():
        return None
    server = os.environ["COLLET_TEST_POSTGRESQL"]
    name = "collet_program_" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    url = server[:server.rindex("/")] + "/" + name
    if not (folder / "postgresql").exists():
        for sql in ("DROP DATABASE IF EXISTS %s WITH (FORCE)" % name,
                    "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'" % name):
            subprocess.run(["psql", "-qX", server, "-c", sql], check=True, stderr=subprocess.DEVNULL)
        (folder / "postgresql").write_text(url)
    return url


def database_environment(state):
    """-> the variables by which the program finds the database that belongs to a state folder."""
    database = database_for(pathlib.Path(state).parent)
    return {"COLLET_DATABASE": database} if database else {}


def processes():
    """-> {pid: parent's pid} of all processes that are not zombies."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, parent = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()[:2]
            except OSError:
                continue
            if state != "Z":
                found[int(entry)] = int(parent)
    return found


def descendants(pid):
    """-> pids of children, their children, …"""
    parents, found, todo = processes(), [], [pid]
    while todo:
        parent = todo.pop()
        children = [child for child, its in parents.items() if its == parent]
        found += children
        todo += children
    return found


class Server:
    """`collet serve` on a free port, with a state folder of its own unless one is given. HOME is there too, so that no
    start-up file of the user's shell has a part in the tests."""

    def __init__(self, state=None, config=None, environment=None, arguments=(), port=0, program=None, ready=200):
        """`ready`: what /ready answers once it is."""
        self.folder = None if state else tempfile.TemporaryDirectory(prefix="collet-test-")
        self.state = pathlib.Path(state or self.folder.name) / "state"
        self.state.parent.mkdir(parents=True, exist_ok=True)
        self.log_file = self.state.parent / "server.log"
        self.reports = self.state.parent / "sanitizer"
        self.environment, self.arguments = environment or {}, list(arguments)
        self.environment = {**database_environment(self.state), **self.environment}
        self.program, self.asked_port, self.ready = program or binary(), port, ready
        if config is not None:
            file = self.state.parent / "config.json"
            file.write_text(json.dumps(config))
            self.arguments += ["--config", str(file)]
        self.process = None
        self.start()

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    def findings(self):
        """-> what the sanitizers have reported so far."""
        reports = sorted(self.reports.parent.glob(self.reports.name + ".*"))
        return "\n".join(report.read_text(errors="replace") for report in reports)

    def start(self):
        """Returns when it listens and answers."""
        begin = self.log_file.stat().st_size if self.log_file.exists() else 0
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "serve", "--port", str(self.asked_port), "--state", str(self.state), *self.arguments],
                env=clean_environment(HOME=str(self.state.parent), **sanitizer_options(self.reports), **self.environment),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def address():
            if self.process.poll() is not None:
                raise AssertionError("the server ended with %d:\n%s%s" % (
                    self.process.returncode, self.log, self.findings()))
            return re.search(r"http://[0-9a-z.:\[\]]+:(\d+)", self.log[begin:])

        self.port = int(wait_until("the server to listen", address, 30)[1])
        self.url = "http://127.0.0.1:%d" % self.port
        wait_until("/ready", lambda: Http(self.url).get("/ready").status == self.ready, 10)

    def terminate(self, seconds=15):
        """SIGTERM; -> exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=15):
        return self.process.wait(seconds * PATIENCE)

    def kill(self):
        """SIGKILL, as a power cut for the process."""
        self.process.kill()
        self.process.wait()

    def stored(self):
        """-> every byte that it keeps: of the files under its state folder, and of the tables where those are elsewhere."""
        found = b"".join(path.read_bytes() for path in self.state.rglob("*") if path.is_file())
        if url := self.environment.get("COLLET_DATABASE"):
            found += subprocess.run(["pg_dump", "--data-only", url], check=True, stdout=subprocess.PIPE).stdout
        return found

    def descendants(self):
        return descendants(self.pid)

    def descendants_named(self, name):
        """-> a function that lists the pids of descendants whose program has this name; for wait_until."""

        def find():
            found = []
            for pid in self.descendants():
                try:
                    if pathlib.Path("/proc/%d/comm" % pid).read_text().strip() == name:
                        found.append(pid)
                except OSError:
                    pass
            return found

        return find

    def cpu_seconds(self):
        fields = pathlib.Path("/proc/%d/stat" % self.pid).read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        return int(pathlib.Path("/proc/%d/statm" % self.pid).read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def open_files(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def close(self):
        """Ends it if it still runs, and removes its own folder. Fails when a sanitizer has found something."""
        if self.process.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill()
        found = self.findings()
        if self.folder:
            self.folder.cleanup()
        if found:
            raise AssertionError("a sanitizer reports:\n" + found)
