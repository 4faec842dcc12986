#!/usr/bin/env python3
"""Measures the plugin bash of a build of Collet (Python 3.11, standard library).

usage: bash.py [PART…]      parts: echo search zoo (default: all)
    COLLET_BINARY=…         the program (default: the release build)

Starts its own servers on state folders of their own; prints Markdown tables. README.md has the last figures and says
what each one means.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import socket
import sqlite3
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "integration"))
from bench import milliseconds, percentile, table  # noqa: E402
from harness import Http, Server, wait_until  # noqa: E402


COUNTS = (1_000, 10_000, 100_000, 1_000_000)  # of stored events


def spawn_and_wait():
    """The floor: posix_spawn of /bin/sh, its output read to the end, its end waited for."""
    reading, writing = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, reading)]
    pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", "echo hi"], os.environ, file_actions=actions)
    os.close(writing)
    with open(reading, "rb") as output:
        assert output.read() == b"hi\n"
    os.waitpid(pid, 0)


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class PlainClient:
    """One kept connection, one write for each request: Python's own client takes longer than the server."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request, expected):
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer) < self.length(answer):
            answer += self.socket.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200") and expected in answer, answer

    @staticmethod
    def length(answer):
        head = answer.index(b"\r\n\r\n") + 4
        return head + int(re.search(rb"content-length: *(\d+)", answer[:head], re.IGNORECASE)[1])


def echo(rounds=1000):
    server = Server()
    http, plain = Http(server.url), PlainClient(server.port)
    body = b'{"command": "echo hi"}'
    post = (b"POST /api/bash/execute_bash_command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body

    def by_http_client():
        assert http.post("/api/bash/execute_bash_command", {"command": "echo hi"})["stdout"] == "hi\n"

    works = {
        "posix_spawn of /bin/sh": spawn_and_wait,
        "execute_bash_command": lambda: plain.ask(post, b'"stdout":"hi\\n"'),
        "GET /health": lambda: plain.ask(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b'"ok"'),
        "execute_bash_command by Python's http.client": by_http_client,
        "GET /health by Python's http.client": lambda: http.get("/health"),
    }
    times = {name: [] for name in works}
    for turn in range(rounds + 50):
        for name, work in works.items():  # in turn, so that all see the same machine
            seconds = timed(work)
            if turn >= 50:
                times[name].append(seconds)
    server.close()
    floor = percentile(times["posix_spawn of /bin/sh"], 50)
    table(("\"echo hi\"", "p50", "p99", "of the floor"),
          [(name, milliseconds(percentile(found, 50)), milliseconds(percentile(found, 99)),
            "%.2f times" % (percentile(found, 50) / floor)) for name, found in times.items()])


def seed(state, count):
    """Stores that many events, two per command, a tenth of a second apart, as the server would. -> ids of the commands"""
    database = sqlite3.connect(state / "plugins" / "bash.sqlite3")
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    commands = []

    def moment(number):
        return (begin + datetime.timedelta(seconds=number / 10)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def events(first, end):
        for number in range(first, end, 2):
            command = uuid.uuid4().hex
            commands.append(command)
            yield {"command": "echo %d" % number, "id": command, "timestamp": moment(number), "kind": "BashCommand",
                   "cwd": None, "timeout": 300}
            yield {"id": uuid.uuid4().hex, "timestamp": moment(number + 1), "command_id": command, "order": 0,
                   "exit_code": 0, "stdout": "%d\n" % number, "stderr": None, "kind": "BashOutput"}

    tenant, log = database.execute("SELECT tenant, name FROM logs").fetchone()
    total = 0
    with database:
        for first in range(0, count, 10_000):
            records, values = [], []
            for position, event in enumerate(events(first, min(first + 10_000, count)), first + 1):
                text = json.dumps(event, separators=(",", ":"))
                indexes = [(name, event[name]) for name in ("id", "kind", "command_id") if name in event]
                size = len(text) + sum(len(name) + len(value) for name, value in indexes)
                total += size
                records.append((tenant, log, position, size, text))
                values += [(tenant, log, name, value, position) for name, value in indexes]
            database.executemany("INSERT INTO records (tenant, log, position, bytes, body) VALUES (?, ?, ?, ?, ?)", records)
            database.executemany("INSERT INTO record_values (tenant, log, name, value, position) VALUES (?, ?, ?, ?, ?)",
                                 values)
        database.execute("UPDATE logs SET next_position = ?, bytes = ?", (count + 1, total))
    database.close()
    return commands


def searches(commands):
    """-> {what: query}"""
    middle = (datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=len(commands) / 10)).isoformat() + "Z"
    return {
        "first page of 100": "limit=100",
        "last page of 100": "limit=100&sort_order=TIMESTAMP_DESC",
        "100 outputs": "limit=100&kind__eq=BashOutput",
        "of one command": "command_id__eq=" + commands[len(commands) // 2],
        "the same, after its last": "order__gt=0&kind__eq=BashOutput&command_id__eq=" + commands[len(commands) // 2],
        "100 from the middle by time": "limit=100&timestamp__gte=" + middle,
        "100 before the middle": "limit=100&sort_order=TIMESTAMP_DESC&timestamp__lt=" + middle,
    }


def search(rounds=60):
    rows = []
    for count in COUNTS:
        server = Server()
        server.terminate()
        commands = seed(server.state, count)
        server.start()
        http = Http(server.url)
        cells = []
        for query in searches(commands).values():
            path = "/api/bash/bash_events/search?" + query
            assert "items" in http.get(path).json
            times = [timed(lambda: http.get(path)) for _ in range(rounds)]  # pylint: disable=cell-var-from-loop
            cells.append("%s, %s" % (milliseconds(percentile(times, 50)), milliseconds(percentile(times, 99))))
        begin = time.perf_counter()
        assert http.delete("/api/bash/bash_events")["cleared_count"] == count
        cells.append(milliseconds(time.perf_counter() - begin))
        rows.append(("{:,}".format(count), *cells))
        server.close()
    table(("stored events: p50, p99", *searches(["x"]), "DELETE all"), rows)


def zoo():
    from test_zoo import LOUD, STUBBORN, Watch
    server = Server()
    helper = set(server.descendants())
    quiet = Watch(server.url)
    time.sleep(5)
    quiet.end()
    rows = [("nothing", quiet)]
    memory = server.resident_bytes()
    for name, commands in (("the stubborn ones, all at once", STUBBORN), ("the loud ones, all at once", LOUD)):
        watch = Watch(server.url)
        threads = [threading.Thread(target=lambda line=line: Http(server.url).post(
            "/api/bash/execute_bash_command", {"command": line, "timeout": 20})) for line in commands.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        watch.end()
        wait_until("no process", lambda: set(server.descendants()) == helper)
        rows.append((name, watch))
    table(("meanwhile", "GET /health p50", "p99", "worst", "requests"),
          [(name, *(milliseconds(percentile(watch.times, which)) for which in (50, 99, 100)), len(watch.times))
           for name, watch in rows])
    print("Resident memory grew by %.0f MiB.\n" % ((server.resident_bytes() - memory) / 2 ** 20))
    server.close()


PARTS = {"echo": echo, "search": search, "zoo": zoo}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    for name in parser.parse_args().parts or PARTS:
        if name not in PARTS:
            parser.error("no part %r" % name)
        PARTS[name]()


if __name__ == "__main__":
    main()
