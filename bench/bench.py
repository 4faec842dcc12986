#!/usr/bin/env python3
"""Measures a build of Collet (Python 3.11, standard library; wrk for the throughput).

usage: bench.py [PART…]     parts: start latency throughput events fanout loop git (default: all)
    COLLET_BINARY=…         the program (default: the release build)

Starts its own servers on state folders of their own; prints Markdown tables. README.md has the last figures and says
what each one means.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
os.environ.setdefault("COLLET_BINARY", str(pathlib.Path(__file__).resolve().parent.parent / "build/release/bin/collet"))
from harness import Http, MockLlm, Server, binary, clean_environment, wait_until  # noqa: E402
from harness.mock import call, command, finish  # noqa: E402



def percentile(values, which):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * which / 100))]


def milliseconds(seconds):
    value = seconds * 1e3
    return "%.2f ms" % value if value < 10 else "%.0f ms" % value


def memory(pid):
    """-> {rss, pss, private_dirty} in MiB."""
    found = {}
    for line in pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text().splitlines():
        name, value, *_ = line.split()
        if name in ("Rss:", "Pss:", "Private_Dirty:"):
            found[name[:-1].lower()] = int(value) / 1024
    return found


def cpu(pid):
    """-> seconds of the process itself, and of its ended children."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
    tick = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / tick, (int(fields[13]) + int(fields[14])) / tick


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


class Bench:
    """A server and a mock LLM, with the requests that all parts use."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="collet-bench-")
        self.server, self.mock = Server(), MockLlm()
        self.http = Http(self.server.url)

    def close(self):
        self.server.close()
        self.mock.stop()
        self.folder.cleanup()

    def start(self, model="openai/none", text=None):
        body = {"agent": {"kind": "Agent", "tools": [{"name": "terminal"}, {"name": "file_editor"}],
                          "llm": {"model": model, "api_key": "sk-x", "base_url": self.mock.url + "/v1",
                                  "usage_id": "agent", "num_retries": 0}},
                "workspace": {"working_dir": self.folder.name}, "autotitle": False, "stuck_detection": False}
        if text:
            body["initial_message"] = {"role": "user", "content": [{"type": "text", "text": text}]}
        return self.expect(self.http.post("/api/conversations", body))["id"]

    @staticmethod
    def expect(answer):
        if answer.status not in (200, 201):
            raise SystemExit("unexpected answer: %r" % answer)
        return answer

    def post(self, conversation, number):
        text = "message %d %s" % (number, "x" * 200)
        self.expect(self.http.post("/api/conversations/%s/events" % conversation, {
            "role": "user", "content": [{"type": "text", "text": text}], "run": False}))

    def filled(self, events):
        """-> a conversation with so many events (each message makes two)."""
        conversation = self.start()
        number = 0
        while self.http.get("/api/conversations/%s/events/count" % conversation).json < events:
            for _ in range(100):
                self.post(conversation, number)
                number += 1
        return conversation


def part_start(_):
    """Spawn to the first 200 of /health, on an empty state folder; memory a second later."""
    times, processor, sizes, stops = [], [], [], []
    for _ in range(10):
        with tempfile.TemporaryDirectory(prefix="collet-bench-") as folder:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            begin = time.perf_counter()
            process = subprocess.Popen([str(binary()), "serve", "--port", str(port), "--state", folder + "/state"],
                                       env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not healthy(port):
                time.sleep(0.001)
            times.append(time.perf_counter() - begin)
            time.sleep(1)
            processor.append(cpu(process.pid)[0])
            sizes.append(memory(process.pid))
            begin = time.perf_counter()
            process.terminate()
            process.wait()
            stops.append(time.perf_counter() - begin)
    size = {name: percentile([each[name] for each in sizes], 50) for name in sizes[0]}
    table(("start and memory", "median", "worst of 10"), [
        ("spawn to first 200 of /health", milliseconds(percentile(times, 50)), milliseconds(max(times))),
        ("CPU used a second later", milliseconds(percentile(processor, 50)), milliseconds(max(processor))),
        ("stop after SIGTERM", milliseconds(percentile(stops, 50)), milliseconds(max(stops))),
        ("idle RSS / PSS / private dirty", "%.1f / %.1f / %.1f MiB" % (
            size["rss"], size["pss"], size["private_dirty"]), "%.1f MiB" % max(each["rss"] for each in sizes))])


def healthy(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return client.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def part_latency(bench):
    """One keep-alive connection, one request after another."""
    conversation, rows = bench.start(), []

    def measure(name, request, count=200):
        times = []
        for number in range(count):
            begin = time.perf_counter()
            answer = request(number)
            times.append(time.perf_counter() - begin)
            if answer is not None:
                bench.expect(answer)
        rows.append((name, milliseconds(percentile(times, 50)), milliseconds(percentile(times, 99)),
                     milliseconds(max(times))))

    http = bench.http
    measure("GET /health", lambda _: http.get("/health"))
    measure("PATCH settings (llm.model)", lambda number: http.patch(
        "/api/settings", {"agent_settings_diff": {"llm": {"model": "openai/m%d" % number}}}))
    measure("GET conversation", lambda _: http.get("/api/conversations/" + conversation))
    measure("POST event, run=false", lambda number: bench.post(conversation, number))
    measure("POST conversations, no message", lambda _: bench.start() and None)
    measure('POST execute_bash_command "echo hi"', lambda _: http.post(
        "/api/bash/execute_bash_command", {"command": "echo hi"}))
    table(("one after another", "p50", "p99", "worst of 200"), rows)


def part_throughput(bench):
    """wrk with one thread and 16 connections, 4 s each."""
    if not shutil.which("wrk"):
        print("(no throughput: wrk is not installed)\n")
        return
    conversation = bench.filled(1000)
    event = bench.http.get("/api/conversations/%s/events/search?limit=1" % conversation)["items"][0]["id"]
    of = "/api/conversations/" + conversation
    rows = []
    for path in ("/health", "/server_info", "/api/tools/", "/api/settings", of, of + "/events/search?limit=100",
                 of + "/events/" + event, of + "/events/count", "/api/conversations/search?limit=10"):
        out = subprocess.run(["wrk", "-t1", "-c16", "-d4s", "--latency", bench.server.url + path], check=True,
                             capture_output=True, text=True).stdout
        found = {name: re.search(pattern, out) for name, pattern in (
            ("rate", r"Requests/sec:\s+(\S+)"),
            # Lines of their own: "94.50%" stands in others.
            ("p50", r"(?m)^\s*50%\s+(\S+)"), ("p99", r"(?m)^\s*99%\s+(\S+)"),
            ("bad", r"Non-2xx[^:]*:\s+(\d+)"))}
        shown = path.replace(of, "conversation").replace(event, "{id}")
        rows.append(("GET " + shown, "{:,.0f}".format(float(found["rate"][1])), found["p50"][1], found["p99"][1],
                     found["bad"][1] if found["bad"] else 0))
    table(("16 connections, 1,000 events", "requests/s", "p50", "p99", "not 2xx"), rows)
    print("RSS after that: %.1f MiB\n" % memory(bench.server.pid)["rss"])


def part_events(bench):
    """How appending and reading grow with the history."""
    rows = []
    for size in (10, 1000, 10_000):
        conversation = bench.filled(size)
        times = []
        for number in range(100):
            begin = time.perf_counter()
            bench.post(conversation, number)
            times.append(time.perf_counter() - begin)
        reads = []
        for _ in range(30):
            begin = time.perf_counter()
            bench.expect(bench.http.get("/api/conversations/%s/events/search?limit=100" % conversation))
            reads.append(time.perf_counter() - begin)
        rows.append(("{:,}".format(size), milliseconds(percentile(times, 50)), milliseconds(percentile(times, 99)),
                     milliseconds(percentile(reads, 50))))
    table(("events there", "POST event p50", "p99", "search?limit=100 p50"), rows)


SUBSCRIBER = """
import json, sys, threading, time
sys.path.insert(0, %r)
from harness import WebSocket
count, wanted, frames, last = %d, %d, [0], [0.0]
lock = threading.Lock()
sockets = [WebSocket(%r, %r, timeout=120) for _ in range(count)]
def follow(socket):
    messages = 0
    while messages < wanted:
        text = socket.receive_text()
        messages += '"MessageEvent"' in text
        with lock:
            frames[0] += 1
            last[0] = time.time()
for socket in sockets:
    socket.receive_text()
threads = [threading.Thread(target=follow, args=(socket,)) for socket in sockets]
for thread in threads: thread.start()
print('ready', flush=True)
for thread in threads: thread.join()
print(json.dumps([frames[0], last[0]]), flush=True)
"""


def part_fanout(bench):
    """200 messages posted one after another to a conversation with 49 subscribers."""
    conversation, messages, subscribers = bench.start(), 200, 49
    code = SUBSCRIBER % (str(pathlib.Path(__file__).resolve().parent.parent / "tests"), subscribers, messages,
                         bench.server.url, "/sockets/events/" + conversation)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "ready"
        used, begin = cpu(bench.server.pid)[0], time.time()
        for number in range(messages):
            bench.post(conversation, number)
        frames, last = json.loads(process.stdout.readline())
    table(("49 subscribers, 200 messages", ""), [
        ("frames delivered per second", "{:,.0f}".format(frames / (last - begin))),
        ("posts per second", "{:,.0f}".format(messages / (last - begin))),
        ("CPU of the server", milliseconds(cpu(bench.server.pid)[0] - used))])


def part_loop(bench):
    """A run of 50 steps against the mock, which answers at once (and shares the machine's cores)."""
    rows = []
    for name, turn in (("terminal `echo hello`", command("echo hello")), ("think", call("think", {"thought": "t"}))):
        for steps in (50, 500):
            model = bench.mock.model("%s-%d" % (turn["tool_calls"][0]["name"], steps), {**turn, "repeat": steps}, finish())
            before = cpu(bench.server.pid)
            conversation = bench.start(model, "go")
            wait_until("the end", lambda conversation=conversation: bench.http.get(
                "/api/conversations/" + conversation)["execution_status"] in ("finished", "error"), 300, pause=0.1)
            after = cpu(bench.server.pid)
            gaps = step_times(bench, conversation)
            rows.append(("%s, %d steps" % (name, steps), milliseconds(percentile(gaps, 50)),
                         milliseconds(percentile(gaps, 99)), milliseconds((after[0] - before[0]) / steps),
                         milliseconds(sum(gaps[:10]) / 10), milliseconds(sum(gaps[-10:]) / 10)))
    table(("agent loop", "wall per step p50", "p99", "CPU per step", "first ten", "last ten"), rows)


def step_times(bench, conversation):
    stamps, page = [], ""
    while page is not None:
        answer = bench.http.get("/api/conversations/%s/events/search?limit=100&kind=ActionEvent%s" % (
            conversation, "&page_id=" + page if page else ""))
        stamps += [datetime.fromisoformat(event["timestamp"]).timestamp() for event in answer["items"]]
        page = answer["next_page_id"]
    return [after - before for before, after in zip(stamps, stamps[1:])]


def make_repository(folder, files):
    """A repository in which 50 files are changed and 100 are new."""
    for number in range(files):
        place = folder / ("d%02d" % (number % 50)) / ("e%02d" % (number // 50 % 20))
        place.mkdir(parents=True, exist_ok=True)
        (place / ("f%d.txt" % number)).write_text("file %d\n" % number * 20)
    for command in (["init", "-q", "."], ["add", "."], ["-c", "user.name=N", "-c", "user.email=n@x", "commit", "-qm", "one"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    for number in range(50):
        (folder / ("d%02d/e00/f%d.txt" % (number, number))).write_text("changed\n")
    for number in range(100):
        (folder / ("d%02d/new%d.txt" % (number % 50, number))).write_text("new\n")


def part_git(bench):
    """git/changes of a repository of 50,000 files beside the git program, in turns."""
    repository = pathlib.Path(bench.folder.name) / "repository"
    make_repository(repository, 50_000)

    def run(*command):
        subprocess.run(["git", "--no-optional-locks", *command], cwd=repository, check=True, stdout=subprocess.DEVNULL)

    def route():
        answer = bench.http.get("/api/git/changes?path=%s" % repository)
        assert len(answer.json) == 150, answer

    def server_cpu(what):
        before = cpu(bench.server.pid)[0]
        what()
        return cpu(bench.server.pid)[0] - before

    def children_cpu(what):
        before = os.times()
        what()
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    def status():
        run("status", "--porcelain")

    def diff_and_files():
        run("diff", "--name-status", "HEAD")
        run("ls-files", "--others", "--exclude-standard")

    contests = {"`git status --porcelain`": (status, children_cpu),
                "`git diff --name-status HEAD` and `git ls-files --others`": (diff_and_files, children_cpu),
                "GET /api/git/changes": (route, server_cpu)}
    times = {name: ([], []) for name in contests}
    for _ in range(9):
        for name, (what, used) in contests.items():
            began = time.monotonic()
            times[name][1].append(used(what))
            times[name][0].append(time.monotonic() - began)
    floor = [percentile(some, 50) for some in times["`git status --porcelain`"]]
    rows = []
    for name, (wall, work) in times.items():
        medians = percentile(wall, 50), percentile(work, 50)
        rows.append((name, milliseconds(wall[0]), *map(milliseconds, medians),
                     *("%.2f" % (mine / its) for mine, its in zip(medians, floor))))
    table(("a repository of 50,000 files", "first", "p50", "CPU p50", "of the floor: p50", "CPU"), rows)


PARTS = {name[5:]: part for name, part in list(globals().items()) if name.startswith("part_")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    for name in parser.parse_args().parts or PARTS:
        if name not in PARTS:
            parser.error("no part %r" % name)
        bench = Bench()
        try:
            PARTS[name](bench)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
