#!/usr/bin/env python3
"""Nasty commands, over HTTP, in an agent's terminal and in a terminal for people: each ends in bounded time and memory,
leaves no process, and holds nobody up."""
import threading
import time
import unittest

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, WebSocket, main, wait_until
from harness.mock import MockLlm, command, finish
from harness.processes import alive

TIME = 2  # seconds for each of them

# They go on until they are ended, and resist.
STUBBORN = {
    "ignores TERM": "trap '' TERM HUP INT; while :; do sleep 100; done",
    "a tree that ignores TERM": "trap '' TERM HUP; (trap '' TERM HUP; sleep 1001 & sleep 1002 & wait) & wait",
    "another session": "setsid sh -c \"trap '' TERM; while :; do sleep 1003; done\"",
    "double fork": "(setsid sh -c \"trap '' TERM; sleep 1004; sleep 1005\" &) ; sleep 1006",
    "a daemon that holds the output": "(setsid sh -c \"trap '' TERM; while :; do echo on; sleep 0.2; done\" &) ; exit 0",
    "yes": "yes",
    "yes to both": "yes out & yes err >&2 & wait",
    "stopped": "kill -STOP $$",
    "a stopped child": "sleep 1007 & kill -STOP $!; wait",
    "reads from the terminal": "read line </dev/tty; sleep 1008",
    "background children": "sleep 1009 & sleep 1010 & sleep 1011",
    "starts faster than it can be ended": "while :; do (trap '' TERM; sleep 0.2) & sleep 0.01; done",
}
# The same where there is a terminal with job control.
WITH_TERMINAL = {**STUBBORN, "stopped by SIGTTIN": "cat </dev/tty & sleep 1012", "a key that nobody presses": "stty raw; dd bs=1 count=1"}
# They end by themselves, with much or strange output.
LOUD = {
    "here-document": "cat <<'END'\n%s\nEND\n" % ("line\n" * 20_000),
    "100 MB without newline": "head -c 100000000 /dev/zero | tr '\\0' x",
    "invalid UTF-8": "head -c 2000000 /dev/urandom",
    "NUL bytes": "head -c 2000000 /dev/zero",
    "many small pieces": "i=0; while [ $i -lt 5000 ]; do echo $i; echo $i >&2; i=$((i+1)); done",
    "escape sequences": "i=0; while [ $i -lt 2000 ]; do printf '\\033[2J\\033]0;title\\007\\033[31m%s' $i; i=$((i+1)); done",
}
MEMORY = 256 << 20


class Watch(threading.Thread):
    """Asks for /health all the time."""

    def __init__(self, url):
        super().__init__()
        self.url, self.times, self.done = url, [], threading.Event()
        self.start()

    def run(self):
        http = Http(self.url)
        while not self.done.wait(0.005):
            begin = time.monotonic()
            http.get("/health")
            self.times.append(time.monotonic() - begin)

    def end(self):
        self.done.set()
        self.join()
        return sorted(self.times)[int(len(self.times) * 0.99)]


class Zoo(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resident = set(cls.server.descendants())  # the process that starts the others

    def setUp(self):
        super().setUp()
        self.watch = Watch(self.server.url)
        self.addCleanup(self.watch.end)
        self.memory = self.server.resident_bytes()

    def left(self):
        return set(self.server.descendants()) - self.resident

    def nothing_is_left(self):
        wait_until("the end of all processes", lambda: not self.left(), 5)

    def nobody_was_held_up(self):
        self.assertLess(self.watch.end(), 0.25 * PATIENCE)
        self.assertLess(self.server.resident_bytes() - self.memory, MEMORY * PATIENCE)

    def execute(self, line, timeout=TIME):
        begin = time.monotonic()
        answer = self.assert_status(self.http.post("/api/bash/execute_bash_command",
                                                   {"command": line, "timeout": timeout}), 200)
        return answer, time.monotonic() - begin


class OverHttp(Zoo):
    def test_stubborn_ones_end_with_their_time(self):
        for name, line in STUBBORN.items():
            with self.subTest(name):
                answer, seconds = self.execute(line)
                # Without a terminal there is nothing to read from, and that command goes on.
                self.assertEqual(answer["exit_code"], -1)
                self.assertLess(seconds, TIME + 2 * PATIENCE)
                self.nothing_is_left()
        self.nobody_was_held_up()

    def test_all_at_once(self):
        ids = [self.http.post("/api/bash/start_bash_command", {"command": line, "timeout": TIME})["id"]
               for line in STUBBORN.values()]

        def codes():
            return [[event["exit_code"] for event in self.http.get(
                "/api/bash/bash_events/search?sort_order=TIMESTAMP_DESC&limit=1&command_id__eq=" + one)["items"]]
                for one in ids]

        wait_until("the end of all", lambda: codes() == [[-1]] * len(ids), TIME + 10)
        self.nothing_is_left()
        self.nobody_was_held_up()

    def test_loud_ones_are_kept_in_bounds(self):
        for name, line in LOUD.items():
            with self.subTest(name):
                answer, _ = self.execute(line, 60)
                self.assertEqual(answer["exit_code"], 0)
                self.assertTrue(answer["stdout"])
                self.assertLess(len(answer["stdout"]), 17 << 20)
                self.nothing_is_left()
        self.nobody_was_held_up()

    def test_ended_by_a_request(self):
        for name, line in STUBBORN.items():
            with self.subTest(name):
                one = self.http.post("/api/bash/start_bash_command", {"command": line})["id"]
                wait_until("the command", lambda: [running["id"] for running in self.http.get("/api/bash/commands")["items"]] == [one])
                self.assert_status(self.http.delete("/api/bash/commands/" + one), 200)
                self.nothing_is_left()
        self.nobody_was_held_up()


class InTheAgentsTerminal(Zoo):
    def settled(self, name, turns):
        conversation = self.start(self.mock.model(name, *turns, finish()), "go")
        self.wait_for(conversation, "finished", seconds=90)
        return conversation, self.events(conversation)

    def test_stubborn_ones_end_with_the_conversation(self):
        conversations = []
        for number, line in enumerate(WITH_TERMINAL.values()):
            model = self.mock.model("stubborn%d" % number, command(line, timeout=1), finish())
            conversations.append(self.start(model, "go"))
        for conversation in conversations:
            self.wait_for(conversation, "finished", seconds=30)
        self.assertTrue(self.left())
        for conversation in conversations:
            self.assert_status(self.http.delete(self.of(conversation)), 200)
        self.nothing_is_left()
        self.nobody_was_held_up()

    def test_stubborn_ones_end_with_a_reset(self):
        turns = []
        for line in WITH_TERMINAL.values():
            turns += [command(line, timeout=0.5), command("echo fresh", reset=True)]
        conversation, events = self.settled("reset", turns)
        texts = [event["observation"]["content"][0]["text"] for event in self.of_kind(events, "ObservationEvent")]
        self.assertEqual(sum(text.endswith("fresh") for text in texts), len(WITH_TERMINAL))
        self.http.delete(self.of(conversation))
        self.nothing_is_left()
        self.nobody_was_held_up()

    @unittest.skipIf(PATIENCE > 1, "with a sanitizer it takes minutes to read what they print; over HTTP they run with it too")
    def test_loud_ones_are_cut(self):
        turns = [command(line.rstrip("\n"), timeout=60) for line in LOUD.values()]
        conversation, events = self.settled("loud", turns)
        seen = [event["observation"] for event in self.of_kind(events, "ObservationEvent")][:len(LOUD)]
        self.assertEqual([one["exit_code"] for one in seen], [0] * len(LOUD))
        for one in seen:
            self.assertLess(len(one["content"][0]["text"]), 31_000)
        self.http.delete(self.of(conversation))
        self.nothing_is_left()
        self.nobody_was_held_up()


class InATerminalForPeople(Zoo):
    def test_stubborn_ones_end_when_it_is_removed(self):
        for name, line in WITH_TERMINAL.items():
            with self.subTest(name):
                pty = self.http.post("/api/bash/pty", {"command": ["/bin/sh", "-c", "set -m; " + line]})["id"]
                with WebSocket(self.server.url, "/sockets/bash-pty/" + pty):
                    # With job control some of them leave their shell at once, which ends them all.
                    wait_until("its processes", lambda: self.left() or self.http.get("/api/bash/pty/" + pty)["ended_at"])
                    self.assert_status(self.http.delete("/api/bash/pty/" + pty), 200)
                self.nothing_is_left()
        self.nobody_was_held_up()


class KilledMeanwhile(Case):
    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enter(MockLlm(), "stop")

    def test_kill_9_leaves_nothing(self):
        self.server = self.another_server()
        self.http = Http(self.server.url)
        for number, line in enumerate(STUBBORN.values()):
            self.http.post("/api/bash/start_bash_command", {"command": line})
            self.http.post("/api/bash/pty", {"command": ["/bin/sh", "-c", line]})
            self.start(self.mock.model("killed%d" % number, command(line), finish()), "go")
        wait_until("many processes", lambda: len(self.server.descendants()) > 2 * len(STUBBORN))
        pids = self.server.descendants()
        self.server.kill()
        wait_until("the end of all processes", lambda: not any(map(alive, pids)), 10)
        self.server.start()


class ForkBomb(Zoo):
    LIMIT = 64
    server_options = {"config": {"limits": {"processes": LIMIT}}}

    def test_a_fork_bomb_stays_small_and_ends(self):
        # Something harmless first: the bomb is for systems where the limit holds.
        answer, _ = self.execute("for i in $(seq 150); do sleep 5 >/dev/null 2>&1 & done; wait")
        if answer["exit_code"] == -1 or "fork" not in (answer["stderr"] or "").lower():
            self.skipTest("the system does not let us limit processes here")
        self.nothing_is_left()
        most, done = [0], threading.Event()

        def count():
            while not done.wait(0.05):
                most[0] = max(most[0], len(self.left()))

        counter = threading.Thread(target=count)
        counter.start()
        begin = time.monotonic()
        self.execute("bomb() { bomb | bomb & }; bomb; sleep 100")
        self.execute("while :; do sleep 100 & sleep 0.001; done")
        done.set()
        counter.join()
        self.assertLess(time.monotonic() - begin, 2 * TIME + 10 * PATIENCE)
        self.assertGreater(most[0], 8)
        self.assertLessEqual(most[0], self.LIMIT)
        self.nothing_is_left()
        answer, _ = self.execute("echo well", 10)
        self.assertEqual(answer["stdout"], "well\n")
        self.nobody_was_held_up()


if __name__ == "__main__":
    main()
