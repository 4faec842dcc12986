#!/usr/bin/env python3
"""Plugins that are refused, throw, hang or drown in requests: what an operator and a client see of it."""
import hashlib
import shutil
import socket
import time

import _path  # noqa: F401
from harness import Case, Http, MockLlm, PATIENCE, main, wait_until
from harness.mock import call, finish
from harness.server import binary

PLUGINS = binary().parent.parent / "testdata/plugins"
ROUTE = "/api/misbehaving"


class Misbehaving(Case):
    @classmethod
    def setUpClass(cls):
        """Each test has a server of its own."""
        cls.mock = cls.enter(MockLlm(), "stop")

    def folder_with(self, name="misbehaving"):
        folder = self.new_folder()
        folder.chmod(0o755)
        shutil.copy(PLUGINS / (name + ".so"), folder)
        return folder

    def server_with(self, name="misbehaving", ready=200, limits=None, **section):
        plugins = {"directories": [str(self.folder_with(name))], name: {"enabled": True, **section}}
        return self.another_server(config={"plugins": plugins, "limits": limits or {}}, ready=ready)

    def refusal_of(self, name, **section):
        with self.assertRaises(AssertionError) as refused:
            self.server_with(name, **section)
        return str(refused.exception)

    # -- before it runs --------------------------------------------------------------------------
    def test_a_refusal_is_one_line(self):
        for name, line in (("too_new", "it is built for plugin ABI 1.1, this program has 1.0"),
                           ("undefined_symbol", "it does not load: undefined symbol: collet_test_nowhere"),
                           ("throwing_create", "its create failed: no weather today")):
            said = self.refusal_of(name)
            self.assertIn("collet: plugin %s (" % name, said)
            self.assertIn(line, said)
            self.assertEqual(len([text for text in said.splitlines() if line in text]), 1, said)

    def test_a_pinned_digest_decides(self):
        digest = hashlib.sha256((PLUGINS / "plain_c.so").read_bytes()).hexdigest()
        server = self.server_with("plain_c", sha256=digest)
        self.assert_status(Http(server.url).get("/api/plain-c"), 200)
        self.assertIn("its sha256 is " + digest, self.refusal_of("plain_c", sha256="0" * 64))

    # -- while it runs ---------------------------------------------------------------------------
    def test_an_exception_of_a_handler_is_500_with_an_id(self):
        server = self.server_with(where="handle", how="throw")
        answer = self.assert_status(Http(server.url).get(ROUTE), 500)
        self.assertIn(answer["error_id"], server.log)
        self.assert_status(Http(server.url).get("/health"), 200)

    def test_a_full_queue_is_503_with_retry_after(self):
        server = self.server_with(where="handle", how="hang", limits={"worker_threads": 2, "queue_length": 1})
        held = []
        for _ in range(2):  # one inside, one in the queue, in any order
            client = socket.create_connection(("127.0.0.1", server.port))
            self.addCleanup(client.close)
            client.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % ROUTE.encode())
            held.append(client)
        answers = []

        def is_full():
            client = Http(server.url, timeout=1)
            try:
                answers.append(client.get(ROUTE))
            except OSError:
                return False  # it found a place
            return answers[-1].status == 503

        wait_until("a full queue", is_full, 20)
        self.assertEqual(answers[-1].headers["retry-after"], "1")
        # Nobody else is concerned.
        self.assert_status(Http(server.url).get("/api/conversations/count"), 200)
        self.assert_ends(server)
        self.assertIn("calls have not ended in time", server.log)

    def test_a_tool_that_never_answers_is_an_error_for_the_agent(self):
        server = self.server_with(where="nowhere", how="hang", tool_seconds=0.2)
        self.server, self.http = server, Http(server.url)
        model = self.mock.model("waits", call("misbehaving_tool"), finish())
        conversation, events = self.run_to_end(model, tools=("misbehaving_tool",))
        [error] = self.of_kind(events, "AgentErrorEvent")
        self.assertIn("The tool 'misbehaving_tool' did not answer within 0.2 s", error["error"])
        self.assertEqual(self.document(conversation)["execution_status"], "finished")
        self.assert_status(self.http.get(ROUTE), 200)  # now the tool answers
        self.assertEqual(len(self.events(conversation)), len(events))

    def test_odd_words_of_a_tool_spoil_no_conversation(self):
        server = self.server_with(where="tool", how="say")
        self.server, self.http = server, Http(server.url)
        model = self.mock.model("odd", call("misbehaving_tool"), finish())
        _, events = self.run_to_end(model, tools=("misbehaving_tool",))
        [error] = self.of_kind(events, "AgentErrorEvent")
        self.assertEqual(error["error"], "odd\ufffd words\n2026-01-01 [info] forged [31m")
        [plugin] = [one for one in self.http.get("/api/collet/plugins")["plugins"] if one["name"] == "misbehaving"]
        self.assertEqual((plugin["error"], plugin["last_error"]["message"]),
                         ("", "a call of misbehaving_tool failed: odd\ufffd words 2026-01-01 [info] forged [31m"))

    def test_odd_words_of_a_start_are_one_line(self):
        server = self.server_with(ready=503, where="start", how="odd")
        line = "its start threw: odd\ufffd words 2026-01-01 [info] forged [31m"
        self.assertIn(line + ")", Http(server.url).get("/ready")["message"])
        plugins = Http(server.url).get("/api/collet/plugins")["plugins"]
        self.assertIn(line, [plugin["error"] for plugin in plugins])
        self.assertIn(line + "\n", server.log)

    def test_an_optional_one_that_is_refused_is_one_line_of_the_log(self):
        server = self.server_with("throwing_create", optional=True)
        [line] = [line for line in server.log.splitlines() if "no weather today" in line]
        self.assertRegex(line, r"plugin throwing_create \(/.*/throwing_create.so\) is refused: its create failed: no weather "
                               r"today; it is optional: the server starts without it")

    def test_a_hanging_start_holds_up_nothing_but_the_plugin(self):
        server = self.server_with(ready=503, where="start", how="hang")
        http = Http(server.url)
        self.assertIn("plugin misbehaving (starting)", http.get("/ready")["message"])
        self.assert_status(http.get(ROUTE), 503)
        self.assert_status(http.get("/health"), 200)
        self.assert_ends(server)

    def test_an_optional_one_is_not_waited_for(self):
        server = self.server_with(optional=True, where="start", how="hang")
        self.assert_status(Http(server.url).get("/ready"), 200)
        self.assert_status(Http(server.url).get(ROUTE), 503)

    # -- at the end ------------------------------------------------------------------------------
    def test_a_hanging_stop_does_not_hold_up_the_shutdown(self):
        server = self.server_with(where="stop", how="hang")
        self.assert_ends(server)
        self.assertIn("its stop has not returned within 5 s; its thread is left behind", server.log)

    def assert_ends(self, server):
        begin = time.monotonic()
        self.assertEqual(server.terminate(40), 0, server.log)
        self.assertLess(time.monotonic() - begin, 20 * PATIENCE)
        self.assertIn("stopped", server.log.splitlines()[-1])


if __name__ == "__main__":
    main()
