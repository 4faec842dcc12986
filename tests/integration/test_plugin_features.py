#!/usr/bin/env python3
"""What plugins get from the server: conversations, their events, settings and secrets. With the host's test plugins."""
import json
import shutil
import subprocess
import tempfile

import _path  # noqa: F401
from harness import Case, main, wait_until
from harness.mock import finish
from harness.server import binary, clean_environment

TEST_PLUGINS = binary().parent.parent / "testdata/plugins"


class WithTestPlugins(Case):
    sections = {}
    config = {}

    @classmethod
    def setUpClass(cls):
        cls.plugins = tempfile.TemporaryDirectory(prefix="collet-test-")
        for name in cls.sections:
            shutil.copy(TEST_PLUGINS / (name + ".so"), cls.plugins.name)
        sections = {name: {"enabled": True, **section} for name, section in cls.sections.items()}
        cls.server_options = {"config": {"plugins": {"directories": [cls.plugins.name], **sections}, **cls.config}}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.plugins.cleanup()


class Featured(WithTestPlugins):
    sections = {"follower": {}, "sample": {"secrets": ["FOR_PLUGIN"]}}

    def seen(self):
        return self.http.get("/api/seen").text

    def test_events_are_followed_appended_and_shown_to_clients(self):
        conversation = self.start(self.mock.model("followed", finish()))
        self.assert_status(self.http.post("/api/follow/%s?after=0" % conversation), 200)
        socket = self.socket(conversation)
        socket.receive()
        self.say(conversation, "go")
        self.wait_for(conversation, "finished")
        own = {"kind": "ACPToolCallEvent", "tool_call_id": "1", "title": "Deployed", "raw_input": {"to": "there"}}
        answer = self.assert_status(self.http.post("/api/append/" + conversation, own), 200)
        received = socket.receive_until(lambda message: message["kind"] == "ACPToolCallEvent")[-1]
        self.assertEqual(received["id"], answer.text)
        log = self.events(conversation)
        stored = next(event for event in log if event["id"] == answer.text)
        self.assertEqual(stored, received)
        self.assertEqual((stored["source"], stored["title"], stored["is_error"]), ("agent", "Deployed", False))
        self.assertIn(stored["parent_id"], [event["id"] for event in log])
        whole = self.http.get(self.of(conversation, "/events/" + answer.text)).json
        self.assertIsNone(whole["status"])
        expected = "".join("%d " % (number + 1) for number in range(len(log)))
        wait_until("all events with the plugin", lambda: self.seen() == expected)
        self.http.delete(self.of(conversation))
        wait_until("the end of the follow", lambda: self.seen().endswith(" ended 2 "))

        # The plugin's event does not disturb what the model is told.
        again = self.start(self.mock.model("after", finish(), finish()))
        self.http.post("/api/append/" + again, own)
        self.say(again, "go")
        self.wait_for(again, "finished")

    def test_events_that_clients_would_refuse_are_refused(self):
        conversation = self.start()
        for event, word in (({"kind": "MessageEvent"}, "kind"), ({"kind": "ConversationErrorEvent", "code": "x"}, "detail"),
                            ({"kind": "ACPToolCallEvent", "tool_call_id": "1", "title": "t", "seq": 1}, "seq")):
            self.assertIn(word, self.assert_status(self.http.post("/api/append/" + conversation, event), 401).text)
        unknown = self.http.post("/api/append/" + self.new_id(), {"kind": "ConversationErrorEvent", "code": "", "detail": ""})
        self.assert_status(unknown, 402)  # 400 + COLLET_NOT_FOUND
        self.assertEqual(self.events(conversation), [])

    def test_settings_come_redacted(self):
        self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"model": "m", "api_key": "sk-canary"}}})
        text = self.assert_status(self.http.get("/api/sample/settings"), 200).text
        self.assertEqual(json.loads(text), self.http.get("/api/settings").json)
        self.assertNotIn("sk-canary", text)

    def test_secrets_need_the_config_and_are_recorded(self):
        for name in ("FOR_PLUGIN", "OTHER"):
            self.http.put("/api/settings/secrets", {"name": name, "value": "value-of-" + name})
        self.assertEqual(self.http.get("/api/sample/secrets/FOR_PLUGIN").text, "FOR_PLUGIN value-of-FOR_PLUGIN")
        self.assertEqual(self.http.get("/api/sample/secrets/OTHER").text, "FOR_PLUGIN denied")
        printed = subprocess.run([str(binary()), "audit", "--state", str(self.server.state)], env=clean_environment(),
                                 capture_output=True, text=True, timeout=30, check=True).stdout
        lines = [line for line in printed.splitlines() if "plugin sample" in line]
        self.assertEqual(len(lines), 1, printed)
        self.assertIn("secret FOR_PLUGIN", lines[0])


class Outside(WithTestPlugins):
    sections = {"fetcher": {}}

    def fetch(self, url):
        return self.assert_status(self.http.request("POST", "/api/fetch?url=" + url, b""), 200).text

    def test_our_own_network_is_refused(self):
        for url in (self.mock.url, self.server.url + "/api/settings", "http://169.254.169.254/", "file:///etc/passwd"):
            self.assertTrue(self.fetch(url).startswith("invalid: "), self.fetch(url))


class OutsideAsListed(Outside):
    config = {"outbound": {"allow": ["127.0.0.1"]}}

    def test_our_own_network_is_refused(self):
        """But for what is listed."""
        self.assertRegex(self.fetch(self.mock.url + "/no-such-path"), "^[45][0-9][0-9] ")
        self.assertTrue(self.fetch("http://169.254.169.254/").startswith("invalid: "))


if __name__ == "__main__":
    main()
