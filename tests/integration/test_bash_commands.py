#!/usr/bin/env python3
"""Commands that run now: their list, signals, their end; and how long their events are kept."""
import time

import _path  # noqa: F401
from harness import Case, main, wait_until


class Commands(Case):
    def launch(self, line, **more):
        return self.assert_status(self.http.post("/api/bash/start_bash_command", {"command": line, **more}), 200).json

    def running(self):
        return self.http.get("/api/bash/commands")["items"]

    def output(self, command):
        """-> its last output, once it is there."""
        path = "/api/bash/bash_events/search?sort_order=TIMESTAMP_DESC&limit=1&command_id__eq=" + command["id"]

        def ended():
            items = self.http.get(path)["items"]
            return items and items[0]["exit_code"] is not None and items[0]

        return wait_until("the end of the command", ended)


class Running(Commands):
    def tearDown(self):
        for one in self.running():
            self.http.delete("/api/bash/commands/" + one["id"])

    def test_they_are_listed_while_they_run(self):
        first, second = self.launch("echo out; exec sleep 1000", timeout=77), self.launch("sleep 1000", cwd="/")
        wait_until("some output", lambda: [one["output_bytes"] for one in self.running()] == [4, 0])
        self.assertEqual([{key: one[key] for key in first} for one in self.running()], [first, second])
        self.assertGreater(self.running()[0]["pid"], 0)
        for one in (first, second):
            self.assert_status(self.http.delete("/api/bash/commands/" + one["id"]), 200)
        self.assertEqual(self.running(), [])
        self.assertEqual(self.output(first)["exit_code"], -1)
        self.assertEqual(self.output(first)["stdout"], "out\n")
        wait_until("the end of their processes", lambda: not self.server.descendants_named("sleep")())

    def test_signals_by_name(self):
        command = self.launch("trap 'echo one' USR1; trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.01; done")
        wait_until("the traps", lambda: [one["output_bytes"] for one in self.running()] == [6])
        path = "/api/bash/commands/%s/signal" % command["id"]
        self.assert_status(self.http.post(path, {"signal": "SIGUSR1"}), 200)
        # The signal has ended the sleep too, and some shells say so.
        wait_until("its answer", lambda: self.running()[0]["output_bytes"] >= 10)
        self.assert_status(self.http.post(path, {"signal": "int"}), 200)
        end = self.output(command)
        self.assertEqual((end["exit_code"], end["stdout"]), (5, "ready\none\ninterrupted\n"))
        self.assert_status(self.http.post(path, {"signal": "INT"}), 404)

    def test_stopped_and_continued(self):
        command = self.launch("sleep 0.2; echo done")
        path = "/api/bash/commands/%s/signal" % command["id"]
        self.assert_status(self.http.post(path, {"signal": "STOP"}), 200)
        time.sleep(0.5)  # as long as it would have taken, and more
        self.assertEqual([one["id"] for one in self.running()], [command["id"]])
        self.assert_status(self.http.post(path, {"signal": "CONT"}), 200)
        self.assertEqual(self.output(command)["stdout"], "done\n")

    def test_wrong_requests(self):
        command = self.launch("sleep 1000")
        path = "/api/bash/commands/%s/signal" % command["id"]
        for body in ({}, {"signal": "SEGV"}, {"signal": 9}, [], {"signal": None}):
            with self.subTest(body):
                self.assert_status(self.http.post(path, body), 422)
        for unknown in ("nonsense", "0" * 32):
            self.assert_status(self.http.post("/api/bash/commands/%s/signal" % unknown, {"signal": "INT"}), 404)
            self.assert_status(self.http.delete("/api/bash/commands/" + unknown), 404)
        self.assert_status(self.http.post(path, {"signal": "KILL"}), 200)
        self.assertEqual(self.output(command)["exit_code"], -9)


class Kept(Commands):
    server_options = {"environment": {"OH_BASH_EVENTS_RETENTION_SECONDS": "2"}}

    def stored(self):
        return [event["id"] for event in self.http.get("/api/bash/bash_events/search")["items"]]

    def test_old_events_are_purged_and_new_ones_stay(self):
        self.output(self.launch("echo old"))
        old = self.stored()
        self.assertEqual(len(old), 2)
        wait_until("the purge", lambda: not self.stored(), 10)
        begin = time.monotonic()
        command = self.launch("echo new")
        self.output(command)
        if time.monotonic() - begin < 1.5:
            self.assertIn(command["id"], self.stored())

    def test_it_says_what_a_wrong_value_is(self):
        with self.assertRaisesRegex(AssertionError, "OH_BASH_EVENTS_RETENTION_SECONDS"):
            self.another_server(environment={"OH_BASH_EVENTS_RETENTION_SECONDS": "soon"})


class SwitchedOff(Commands):
    server_options = {"config": {"plugins": {"bash": {"enabled": False}}}}

    def test_nothing_of_it_is_there(self):
        for method, path in (("GET", "/api/bash/commands"), ("GET", "/api/bash/pty"), ("POST", "/api/bash/pty"),
                             ("POST", "/api/bash/execute_bash_command"), ("GET", "/api/bash/bash_events/search")):
            with self.subTest(path):
                self.assert_status(self.http.request(method, path, {} if method == "POST" else None), 404)
        self.assertNotIn("terminal", self.http.get("/api/tools/").json)
        self.assertFalse((self.server.state / "plugins" / "bash.sqlite3").exists())
        self.assertNotIn("bash.so", self.mapped(self.server))
        self.assertIn("bash.so", self.mapped(self.another_server()))

    @staticmethod
    def mapped(server):
        """-> the names of the libraries in a server's memory"""
        with open("/proc/%d/maps" % server.pid, encoding="utf-8") as maps:
            return {line.split()[-1].rsplit("/", 1)[-1] for line in maps if "/" in line}


if __name__ == "__main__":
    main()
