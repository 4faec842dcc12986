#!/usr/bin/env python3
"""Terminals for people: /api/bash/pty and its socket."""
import json

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, SocketClosed, SocketRefused, WebSocket, main, wait_until

KEY = "key-of-the-tests"
MUCH = 12_000_000  # bytes: more than waits for a viewer and is kept for it


class Viewer:
    """A client as README.md describes it: counts the bytes it is shown, and keeps what else it is told."""

    def __init__(self, url, pty, start=None, **options):
        self.socket = WebSocket(url, "/sockets/bash-pty/%s%s" % (pty, "" if start is None else "?from=%d" % start), **options)
        self.seen, self.told = b"", []
        self.next = None

    def close(self):
        self.socket.close()

    def take(self):
        """One message."""
        binary, data = self.socket.receive_any()
        if binary:
            self.seen += data
            self.next += len(data)
            return
        message = json.loads(data)
        self.told.append(message)
        if message["type"] == "pty":
            self.next = message["from"]
        elif message["type"] == "gap":
            assert message["from"] == self.next
            self.next = message["to"]

    def until(self, part):
        while part not in self.seen:
            self.take()
        return self.seen

    def until_told(self, kind):
        while kind not in [message["type"] for message in self.told]:
            self.take()
        return self.told[-1]

    def type(self, data):
        self.socket.send_frame(2, data)

    def send(self, **message):
        self.socket.send(message)

    def to_end(self):
        """-> the close code"""
        try:
            while True:
                self.take()
        except SocketClosed as closed:
            return closed.code


class Ptys(Case):
    def open(self, script=None, **more):
        body = dict(more) if script is None else {"command": ["/bin/sh", "-c", script], **more}
        return self.assert_status(self.http.post("/api/bash/pty", body), 201).json

    def watch(self, pty, start=None, **options):
        viewer = Viewer(self.server.url, pty if isinstance(pty, str) else pty["id"], start, **options)
        self.addCleanup(viewer.close)
        return viewer

    def get(self, pty):
        return self.assert_status(self.http.get("/api/bash/pty/" + pty["id"]), 200).json


class Using(Ptys):
    def test_a_shell(self):
        folder = self.new_folder()
        pty = self.open(cwd=str(folder), environment={"PS1": "> ", "GREETING": "hello"}, rows=30, columns=100)
        self.assertEqual((pty["cwd"], pty["rows"], pty["columns"], pty["exit_code"], pty["ended_at"], pty["viewers"]),
                         (str(folder), 30, 100, None, None, 0))
        viewer = self.watch(pty)
        viewer.type(b"echo $GREETING; pwd; stty size\r")
        viewer.until(b"30 100\r\n")
        self.assertIn(b"hello\r\n", viewer.seen)
        self.assertIn(str(folder).encode(), viewer.seen)
        viewer.send(type="input", data="exit 7\r")
        self.assertEqual(viewer.to_end(), 1000)
        self.assertEqual(viewer.told[-1], {"type": "exit", "exit_code": 7, "next_offset": viewer.next})
        self.assertEqual(self.get(pty)["exit_code"], 7)
        self.assertIsNotNone(self.get(pty)["ended_at"])

    def test_a_program_in_the_foreground_gets_keys_and_signals(self):
        pty = self.open(command=["/bin/sh"], environment={"PS1": "$ "})
        viewer = self.watch(pty)
        # It tells itself that it runs: a process of this name may be another test's.
        viewer.type(b"sh -c 'echo first-$((1+0)); exec sleep 1000'\r")
        viewer.until(b"first-1\r\n")
        viewer.type(b"\x03")
        viewer.type(b"echo $((6*7))\r")
        viewer.until(b"42\r\n")
        viewer.type(b"sh -c 'echo second-$((1+0)); exec sleep 1000'; echo interrupted $?\r")
        viewer.until(b"second-1\r\n")
        viewer.send(type="signal", name="TERM")
        viewer.until(b"interrupted 143")
        viewer.type(b"cat\r")
        wait_until("the program", self.server.descendants_named("cat"))
        viewer.type(b"\x04echo after-$((1+1))\r")
        viewer.until(b"after-2\r\n")

    def test_a_new_size(self):
        pty = self.open("trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done")
        one, other = self.watch(pty), self.watch(pty)
        one.until(b"ready")
        one.send(type="resize", rows=11, columns=22)
        self.assertEqual(other.until_told("resize"), {"type": "resize", "rows": 11, "columns": 22})
        one.until(b"11 22")
        self.assertEqual((self.get(pty)["rows"], self.get(pty)["columns"]), (11, 22))

    def test_several_watch_and_type(self):
        pty = self.open("while read line; do echo \"got <$line>\"; done")
        viewers = [self.watch(pty) for _ in range(5)]
        for number, viewer in enumerate(viewers):
            viewer.type(b"number %d\r" % number)
            for other in viewers:
                other.until(b"got <number %d>\r\n" % number)
        self.assertEqual(len({viewer.seen for viewer in viewers}), 1)
        self.assertEqual(self.get(pty)["viewers"], 5)

    def test_nothing_is_lost_on_the_way_out_and_back(self):
        pty = self.open("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; read line")
        seen, at = b"", 0
        while b"line 2999\r\n" not in seen:
            viewer = self.watch(pty, at)
            viewer.take()
            for _ in range(3):
                if b"line 2999\r\n" not in seen + viewer.seen:
                    viewer.take()
            self.assertEqual(viewer.told[0]["from"], at)
            seen, at = seen + viewer.seen, viewer.next
            viewer.close()
        self.assertEqual(seen, b"".join(b"line %d\r\n" % number for number in range(3000)))

    def test_who_comes_late_is_told_what_is_missing(self):
        pty = self.open("head -c 3000000 /dev/zero | tr '\\0' x; echo the end; read line")
        wait_until("all output", lambda: self.get(pty)["next_offset"] > 3_000_000, 20)
        viewer = self.watch(pty, 17)
        viewer.until(b"the end")
        gap = viewer.until_told("gap")
        self.assertEqual((gap["from"], gap["to"]), (17, self.get(pty)["first_offset"]))
        self.assertEqual(viewer.next, self.get(pty)["next_offset"])
        self.assertEqual(len(viewer.seen), 1 << 20)

    def test_a_viewer_that_reads_on_loses_nothing_and_costs_little(self):
        pty = self.open("read line; head -c %d /dev/zero | tr '\\0' x; echo the end; read line" % MUCH)
        before = self.server.resident_bytes()
        viewer = self.watch(pty, receive_buffer=65536)
        viewer.type(b"\r")
        viewer.until(b"the end")
        self.assertEqual(viewer.seen, b"\r\n" + MUCH * b"x" + b"the end\r\n")
        self.assertNotIn("gap", [message["type"] for message in viewer.told])
        self.assertLess(self.server.resident_bytes() - before, (40 << 20) * PATIENCE)

    def test_a_viewer_that_stands_still_does_not_hold_it_up_for_ever(self):
        pty = self.open("head -c %d /dev/zero | tr '\\0' x" % MUCH)
        still = self.watch(pty, receive_buffer=4096)
        wait_until("the end", lambda: self.get(pty)["exit_code"] == 0, 30)
        self.assertEqual(still.to_end(), 1000)
        self.assertEqual(still.next, MUCH)
        self.assertIn("gap", [message["type"] for message in still.told])

    def test_bytes_that_are_no_text(self):
        pty = self.open("stty raw -echo; printf '\\377\\000\\376'; head -c 3 | od -An -tx1; read line")
        viewer = self.watch(pty)
        viewer.until(b"\xff\x00\xfe")
        viewer.type(b"\xfd\x00\xff")
        viewer.until(b"fd 00 ff")

    def test_removed_with_all_that_runs_in_it(self):
        pty = self.open("trap '' TERM HUP; (setsid sleep 1000 &); sleep 1000; sleep 1000")
        viewer = self.watch(pty)
        wait_until("its processes", lambda: len(self.server.descendants_named("sleep")()) == 2)
        self.assertIn(pty["id"], [one["id"] for one in self.http.get("/api/bash/pty")["items"]])
        self.assert_status(self.http.delete("/api/bash/pty/" + pty["id"]), 200)
        self.assertEqual(viewer.to_end(), 1000)
        wait_until("their end", lambda: not self.server.descendants_named("sleep")())
        self.assert_status(self.http.get("/api/bash/pty/" + pty["id"]), 404)
        self.assert_status(self.http.delete("/api/bash/pty/" + pty["id"]), 404)

    def test_wrong_requests(self):
        for body in ({"rows": 0}, {"columns": "80"}, {"command": "ls"}, {"command": []}, {"environment": {"A=": "b"}}, []):
            with self.subTest(body):
                self.assert_status(self.http.post("/api/bash/pty", body), 422)
        for body in ({"command": ["/no/such/program"]}, {"cwd": "/no/such/folder"}):
            with self.subTest(body):
                self.assertIn("detail", self.assert_status(self.http.post("/api/bash/pty", body), 400).json)
        self.assert_status(self.http.post("/api/bash/pty", b"x", {"Content-Type": "text/plain"}), 415)
        unknown = self.watch("nonsense")
        self.assertEqual(unknown.to_end(), 1008)
        pty = self.open("read line")
        for offset in (10 ** 9, -1, 10 ** 30):
            self.assertEqual(self.watch(pty, offset).to_end(), 1008)
        viewer = self.watch(pty)
        for nonsense in ("garbage", {"type": "bogus"}, {"type": "resize", "rows": 0, "columns": 1}, {"type": "signal", "name": "SEGV"}):
            viewer.socket.send(nonsense)
        while [message["type"] for message in viewer.told] != ["pty"] + 4 * ["error"]:
            viewer.take()

    def test_too_many(self):
        server = self.another_server()
        http = Http(server.url)
        statuses = [http.post("/api/bash/pty", {"command": ["sleep", "1000"]}).status for _ in range(40)]
        self.assertEqual(set(statuses), {201, 503})
        pty = http.get("/api/bash/pty")["items"][0]["id"]
        viewers = []
        for _ in range(16):  # one after the other: each is there once it was told
            viewers.append(Viewer(server.url, pty))
            viewers[-1].until_told("pty")
        for _ in range(4):
            viewers.append(Viewer(server.url, pty))
            self.assertEqual(viewers[-1].to_end(), 1013)
        for viewer in viewers:
            viewer.close()

    def test_they_end_with_the_server(self):
        server = self.another_server()
        http = Http(server.url)
        pty = http.post("/api/bash/pty", {"command": ["/bin/sh", "-c", "trap '' TERM HUP; echo up; sleep 1000; sleep 1000"]})["id"]
        viewer = Viewer(server.url, pty)
        viewer.until(b"up")
        pids = server.descendants()
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(viewer.to_end(), 1001)
        viewer.close()
        wait_until("the end of all", lambda: not set(pids) & set(server.descendants()))


class Idle(Ptys):
    server_options = {"config": {"plugins": {"bash": {"pty_idle_seconds": 1}}}}

    def test_one_that_nobody_watches_is_ended(self):
        watched, unwatched = self.open("sleep 1000"), self.open("sleep 1000")
        viewer = self.watch(watched)
        wait_until("the end", lambda: self.get(unwatched)["ended_at"], 20)
        self.assertIsNone(self.get(watched)["ended_at"])
        viewer.close()
        wait_until("the end", lambda: self.get(watched)["ended_at"], 20)


class Keyed(Ptys):
    server_options = {"environment": {"SESSION_API_KEY": KEY}}
    key = KEY

    def test_the_socket_wants_the_key(self):
        pty = self.open("echo hi; read line")
        path = "/sockets/bash-pty/" + pty["id"]
        for query, headers in (("?session_api_key=bad", {}), ("", {"X-Session-API-Key": "bad"})):
            with self.assertRaises(SocketRefused):
                WebSocket(self.server.url, path + query, headers)
        self.assert_status(Http(self.server.url).post("/api/bash/pty", {}), 401)
        self.watch(pty["id"] + "?session_api_key=" + KEY).until(b"hi")
        first = self.watch(pty)
        first.send(type="auth", session_api_key=KEY)
        first.until(b"hi")

    def test_the_server_s_keys_are_not_in_its_environment(self):
        viewer = self.watch(self.open("env; echo the end; read line")["id"] + "?session_api_key=" + KEY)
        self.assertNotIn(KEY.encode(), viewer.until(b"the end"))


if __name__ == "__main__":
    main()
