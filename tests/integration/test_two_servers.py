#!/usr/bin/env python3
"""Two servers on one PostgreSQL database: what they share, who writes what, and what happens when one is lost."""
import os
import pathlib
import signal
import subprocess
import threading
import unittest

import _path  # noqa: F401
from harness import Case, Http, MockLlm, WebSocket, binary, clean_environment, main, wait_until
from harness.mock import command, finish
from harness.server import database_for

LEASE = 2  # seconds
SECRET = "the-secret-key-of-the-team"


@unittest.skipUnless("COLLET_TEST_POSTGRESQL" in os.environ, "no PostgreSQL (COLLET_TEST_POSTGRESQL)")
class TwoServers(Case):
    def setUp(self):
        super().setUp()
        os.environ["COLLET_TEST_PROGRAM_ON"] = "postgresql"
        self.addCleanup(os.environ.pop, "COLLET_TEST_PROGRAM_ON")
        self.url = database_for(self.new_folder())
        self.a, self.on_a = self.node()
        self.b, self.on_b = self.node()
        self.server, self.http = self.a, self.on_a

    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enter(MockLlm(), "stop")

    def node(self):
        server = self.another_server(environment={"COLLET_DATABASE": self.url, "OH_SECRET_KEY": SECRET},
                                     config={"storage": {"lease_seconds": LEASE}})
        return server, Http(server.url)

    def taken_over(self, conversation, http):
        """Waits until a message is accepted there."""
        wait_until("the conversation to be taken over", lambda: http.post(
            self.of(conversation, "/events"), self.message("taken", False)).status == 200, LEASE + 20)

    def statuses(self, http, conversation):
        return http.get(self.of(conversation))["execution_status"]

    def test_settings_and_secrets_are_shared(self):
        self.assert_status(self.on_a.patch("/api/settings", {"agent_settings_diff": {"llm": {"model": "openai/of-a"}}}), 200)
        wait_until("the other server to see it", lambda: self.on_b.get(
            "/api/settings")["agent_settings"]["llm"]["model"] == "openai/of-a", 6)
        self.assert_status(self.on_b.put("/api/settings/secrets", {"name": "TOKEN", "value": "of b"}), 200)
        self.assertEqual(self.on_a.get("/api/settings/secrets/TOKEN").text, "of b")

    def test_patches_from_both_lose_nothing(self):
        each = 15

        def add(http, prefix):
            for number in range(each):
                done = http.post("/api/settings/mcp/%s%d" % (prefix, number), {"command": "echo"})
                failures.extend([] if done.status in (200, 201) else [done])
                done = http.put("/api/settings/secrets", {"name": "%s%d" % (prefix, number), "value": "v"})
                failures.extend([] if done.status in (200, 201) else [done])

        failures = []
        threads = [threading.Thread(target=add, args=(http, prefix))
                   for http, prefix in ((Http(self.a.url), "a"), (Http(self.a.url), "c"),
                                        (Http(self.b.url), "b"), (Http(self.b.url), "d"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        names = {"%s%d" % (prefix, number) for prefix in "abcd" for number in range(each)}
        for http in (self.on_a, self.on_b):
            wait_until("all MCP servers to be seen", lambda http=http: set(
                http.get("/api/settings")["agent_settings"]["mcp_config"]) == names, 6)
            self.assertEqual({one["name"] for one in http.get("/api/settings/secrets")["secrets"]}, names)

    def test_the_other_server_shows_everything_and_refuses_to_write(self):
        model = self.mock.model("shown", command("echo hello"), finish())
        conversation, events = self.run_to_end(model)
        path = self.of(conversation)
        self.assertEqual(self.on_b.get(path).json, self.on_a.get(path).json)
        for query in ("/events/search", "/events/count", "/events/" + events[0]["id"], "/agent_final_response"):
            self.assertEqual(self.on_b.get(path + query).text, self.on_a.get(path + query).text)
        listed = [one["id"] for one in self.on_b.get("/api/conversations/search")["items"]]
        self.assertEqual(listed, [conversation])
        for method, tail, body in (("POST", "/events", self.message("no", True)), ("POST", "/run", None),
                                   ("POST", "/pause", None), ("PATCH", "", {"title": "no"}),
                                   ("POST", "/secrets", {"secrets": {"A": "b"}}), ("DELETE", "", None)):
            answer = self.on_b.request(method, path + tail, body)
            self.assert_status(answer, 409)
            self.assertRegex(answer["detail"], r"belongs to the server \S+:0, last heard of \d+ s ago")
        self.assertEqual(self.events(conversation), events)

    def test_followers_on_the_other_server_are_live(self):
        model = self.mock.model("followed", command("echo one"), command("echo two"), finish())
        conversation = self.start(model)
        socket = WebSocket(self.b.url, "/sockets/events/%s?resend_mode=all" % conversation)
        self.addCleanup(socket.close)
        self.assertEqual(socket.receive()["key"], "full_state")
        self.say(conversation, "Go.")
        self.wait_for(conversation)
        wanted = [event["id"] for event in self.events(conversation)]
        self.assertEqual([socket.receive()["id"] for _ in wanted], wanted)

    def test_a_clean_stop_hands_over_at_once(self):
        model = self.mock.model("handed", command("echo one"), finish())
        conversation, before = self.run_to_end(model)
        self.assertEqual(self.a.terminate(), 0)
        answer = self.on_b.post(self.of(conversation, "/events"), self.message("and now?", True))
        self.assert_status(answer, 200)
        self.http = self.on_b
        self.wait_for(conversation)
        after = self.events(conversation)
        self.assertEqual(after[:len(before)], before)
        self.assertGreater(len(after), len(before))

    def test_a_killed_server_is_survived(self):
        model = self.mock.model("killed", command("sleep 60"), finish())
        conversation = self.start(model, "Go.")
        wait_until("the command to run", self.a.descendants_named("sleep"))
        self.a.kill()
        # Nobody asks for it: the other server finds it by itself.
        wait_until("the run to be paused", lambda: self.statuses(self.on_b, conversation) == "paused", LEASE + 20)
        self.http = self.on_b
        events = self.events(conversation)
        self.assertIn("ServerRestarted", [event.get("code") for event in events])
        self.say(conversation, "go on", run=False)

    def test_a_starting_server_leaves_alone_what_others_run(self):
        folder = self.new_folder()
        model = self.mock.model("left", command("until [ -e go ]; do sleep 0.05; done; echo went"), finish())
        conversation = self.start(model, "Go.", folder=folder)
        wait_until("the command to run", self.a.descendants_named("sleep"))
        _, on_c = self.node()
        self.assertEqual(self.statuses(on_c, conversation), "running")
        (folder / "go").touch()
        self.assertEqual(self.wait_for(conversation)["execution_status"], "finished")

    def test_an_owner_that_was_paused_never_writes_again(self):
        folder = self.new_folder()
        line = "echo x >> count; until [ -e go ]; do sleep 0.05; done"
        model = self.mock.model("stopped", command(line), command("echo again"), finish(), loop=True)
        conversation = self.start(model, "Go.", folder=folder)
        wait_until("the command to run", lambda: (folder / "count").exists())
        self.a.process.send_signal(signal.SIGSTOP)
        try:
            self.taken_over(conversation, self.on_b)
            (folder / "go").touch()
            self.http = self.on_b
            self.say(conversation, "mine now", run=False)
            before = self.events(conversation)
        finally:
            self.a.process.send_signal(signal.SIGCONT)
        wait_until("the old owner to notice", lambda: "another server has taken it over" in self.a.log, 20)
        wait_until("its run to end", lambda: not self.a.descendants_named("sleep")(), 10)
        self.assertEqual(self.on_a.get(self.of(conversation)).json, self.on_b.get(self.of(conversation)).json)
        self.assert_status(self.on_a.post(self.of(conversation, "/events"), self.message("late", True)), 409)
        self.assertEqual(self.events(conversation), before)

    def test_a_conversation_that_nobody_owns_goes_to_who_writes(self):
        conversation = self.start("openai/mock")
        self.assertEqual(self.a.terminate(), 0)
        self.assertEqual(self.statuses(self.on_b, conversation), "idle")  # looking takes nothing
        _, on_c = self.node()
        self.assert_status(on_c.post(self.of(conversation, "/events"), self.message("mine", False)), 200)
        self.assert_status(self.on_b.post(self.of(conversation, "/events"), self.message("no", False)), 409)

    def test_the_key_is_not_changed_under_running_servers(self):
        done = subprocess.run([str(binary()), "secrets", "rotate", "--state", str(self.new_folder() / "state")],
                              env=clean_environment(COLLET_DATABASE=self.url, OH_SECRET_KEY=SECRET),
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a server uses the database", done.stderr)

    def test_another_secret_key_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "sealed with another secret key"):
            self.another_server(environment={"COLLET_DATABASE": self.url, "OH_SECRET_KEY": "not-the-team's-key"})


class TwoServersOnOneFolder(Case):
    def test_the_second_refuses_and_says_why(self):
        with self.assertRaisesRegex(AssertionError, r"state is in use by process %d" % self.server.pid):
            self.another_server(state=pathlib.Path(self.server.state).parent)
        self.assert_status(self.http.get("/ready"), 200)


if __name__ == "__main__":
    main()
