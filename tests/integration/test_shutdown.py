#!/usr/bin/env python3
"""How it ends: SIGTERM drains, a restart goes on, and whatever ends it leaves no process behind."""
import json
import os
import threading
import time

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, SocketClosed, WebSocket, main, wait_until
from harness.mock import MockLlm, command, finish
from harness.processes import alive


class Ending(Case):
    """Each test has a server of its own."""

    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enter(MockLlm(), "stop")

    def setUp(self):
        super().setUp()
        self.server = self.another_server()
        self.http = Http(self.server.url)

    def restart(self):
        self.server.start()
        self.http = Http(self.server.url)

    def test_sigterm_of_an_idle_server_is_quick_and_clean(self):
        begin = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - begin, 2 * PATIENCE)

    def test_sigint_is_the_same(self):
        import signal
        self.server.process.send_signal(signal.SIGINT)
        self.assertEqual(self.server.wait(), 0)

    def test_a_request_under_way_is_answered(self):
        answers = []

        def ask():
            answers.append(Http(self.server.url).post("/api/bash/execute_bash_command",
                                                      {"command": "sleep 1; echo done"}))

        thread = threading.Thread(target=ask)
        thread.start()
        wait_until("the command", self.server.descendants_named("sleep"))
        self.server.process.terminate()
        thread.join()
        self.assertEqual(self.server.wait(), 0)
        self.assertEqual((answers[0].status, answers[0]["stdout"]), (200, "done\n"))

    def test_no_new_connections_while_it_drains(self):
        thread = threading.Thread(target=lambda: Http(self.server.url).post(
            "/api/bash/execute_bash_command", {"command": "sleep 1"}))
        thread.start()
        wait_until("the command", self.server.descendants_named("sleep"))
        self.server.process.terminate()

        def refused():
            try:
                Http(self.server.url).get("/health")
                return False
            except OSError:
                return True

        wait_until("the closed door", refused, 2)
        thread.join()
        self.assertEqual(self.server.wait(), 0)

    def test_runs_are_paused_and_go_on_after_a_restart(self):
        model = self.mock.model("long", *[command("sleep 0.2; echo %d" % number) for number in range(10)], finish())
        conversation = self.start(model, "go")
        wait_until("some steps", lambda: self.kinds(self.events(conversation)).count("ObservationEvent") >= 2)
        self.assertEqual(self.server.terminate(), 0)
        self.restart()
        self.assertEqual(self.document(conversation)["execution_status"], "paused")
        before = self.events(conversation)
        # A half-done action has its end: every call is answered.
        calls = {event["tool_call_id"] for event in self.of_kind(before, "ActionEvent")}
        ends = {event["tool_call_id"] for event in before if event["kind"] in ("ObservationEvent", "AgentErrorEvent")}
        self.assertEqual(calls, ends)
        self.assert_status(self.http.post(self.of(conversation, "/run")), 200)
        self.wait_for(conversation, "finished")
        self.assertEqual(self.events(conversation)[:len(before)], before)

    def test_sockets_are_closed_with_a_code(self):
        socket = self.socket(self.start())
        socket.receive()
        self.server.process.terminate()
        with self.assertRaises(SocketClosed) as closed:
            while True:
                socket.receive()
        self.assertIn(closed.exception.code, (1001, 1012))
        self.assertEqual(self.server.wait(), 0)

    def test_a_silent_client_does_not_hold_it_up(self):
        held = WebSocket(self.server.url, "/sockets/events/" + self.start(), receive_buffer=4096)
        self.addCleanup(held.close)
        self.assertEqual(self.server.terminate(20), 0)

    def run_a_command(self):
        """-> pids of all that a running terminal command needs."""
        model = self.mock.model("left", command("sleep 987 & setsid sleep 987 & sleep 987"), finish())
        self.start(model, "go")
        wait_until("three sleeps", lambda: len(self.server.descendants_named("sleep")()) >= 3)
        return self.server.descendants()

    def test_children_are_gone_after_sigterm(self):
        pids = self.run_a_command()
        self.assertEqual(self.server.terminate(20), 0)
        wait_until("the end of all children", lambda: not any(map(alive, pids)), 5)

    def test_children_are_gone_after_kill_9(self):
        pids = self.run_a_command()
        self.server.kill()
        wait_until("the end of all children", lambda: not any(map(alive, pids)), 5)

    def test_after_kill_9_the_run_is_paused_with_a_word_and_goes_on(self):
        model = self.mock.model("killed", command("sleep 654"), finish())
        conversation = self.start(model, "go")
        wait_until("the command", self.server.descendants_named("sleep"))
        before = self.events(conversation)
        self.server.kill()
        self.restart()
        self.assertEqual(self.document(conversation)["execution_status"], "paused")
        after = self.events(conversation)
        self.assertEqual(after[:len(before)], before)
        self.assertIn("ConversationErrorEvent", self.kinds(after[len(before):]))
        self.say(conversation, "go on")
        self.wait_for(conversation, "finished")

    def test_two_servers_never_share_a_state_folder(self):
        with self.assertRaises(AssertionError) as refused:
            self.another_server(state=str(self.server.state.parent))
        self.assertIn(str(self.server.pid), str(refused.exception))

    def test_a_taken_port_is_a_clear_error(self):
        with self.assertRaises(AssertionError) as refused:
            self.another_server(port=self.server.port)
        self.assertRegex(str(refused.exception), r"(?i)in use")
        self.assertIn(str(self.server.port), str(refused.exception))

    def test_everything_is_there_after_a_restart(self):
        conversation = self.start(self.mock.model("kept", command("echo hello"), finish()), "go")
        self.wait_for(conversation, "finished")
        wait_until("the last event", lambda: self.events(conversation)[-1].get("key") == "stats")
        document, events = self.document(conversation), self.events(conversation)
        self.assertEqual(self.server.terminate(), 0)
        self.restart()
        self.assertEqual(json.dumps(self.document(conversation), indent=1), json.dumps(document, indent=1))
        self.assertEqual(self.events(conversation), events)

    def test_the_state_folder_is_ours_alone(self):
        self.assertEqual(os.stat(self.server.state).st_mode & 0o777, 0o700)


if __name__ == "__main__":
    main()
