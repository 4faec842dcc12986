#!/usr/bin/env python3
"""The older bootstrap: the calls of a manager in their order, and what they bring."""
import uuid

import _path  # noqa: F401
from harness import Case, Http, main
from harness.mock import command, finish

TOKEN = "ghp_a-token-of-this-test-0123456789"
KEY = "session-key-of-this-test"


class Bootstrap(Case):
    server_options = {"environment": {"SESSION_API_KEY": KEY}}
    key = KEY

    def setUp(self):
        super().setUp()
        self.server = self.another_server(**self.server_options)
        self.http = Http(self.server.url, KEY)

    def settings(self, model="openai/older", **more):
        body = {"language": "en", "agent": "CodeActAgent", "llm_model": model, "llm_api_key": "sk-older",
                "llm_base_url": self.mock.url + "/v1", "enable_default_condenser": True, "mcp_config": None,
                "selected_repository": None, **more}
        return self.assert_status(self.http.post("/api/settings", body), 200)

    def start(self, text="Go.", **more):
        body = {"initial_user_msg": text, "image_urls": [], "replay_json": None, "conversation_id": uuid.uuid4().hex, **more}
        return self.http.post("/api/conversations", body)

    def test_each_step_needs_the_settings(self):
        one = "/api/conversations/" + uuid.uuid4().hex
        for path, body in (("/api/add-git-providers", {"provider_tokens": {}}), ("/api/unset-provider-tokens", {}),
                           ("/api/secrets", {"name": "A", "value": "b"}), (one + "/exp-config", {"config": {}}),
                           ("/api/conversations", {"initial_user_msg": "hi"})):
            answer = self.assert_status(self.http.post(path, body), 409)
            self.assertIn("POST /api/settings", answer["error"])
        self.assert_status(Http(self.server.url).post("/api/settings", {}), 401)

    def test_the_whole_order(self):
        line = 'test "$GITHUB_TOKEN" = %s && echo "it is $GITHUB_TOKEN"; echo "[$OWN]" >OWN.txt' % TOKEN
        self.mock.model("older", command(line), finish("Done."))
        self.assertEqual(self.settings().json, {"message": "Settings stored"})
        answer = self.http.post("/api/add-git-providers", {"provider_tokens": {
            "github": {"token": TOKEN, "user_id": "1", "host": None}}})
        self.assertEqual(self.assert_status(answer, 200).json, {"message": "Git providers stored"})
        self.assert_status(self.http.post("/api/secrets", {"name": "OWN", "value": "own-value", "description": None}), 201)
        sid = uuid.uuid4().hex
        self.assert_status(self.http.post("/api/conversations/%s/exp-config" % sid, {"config": {}}), 200)
        started = self.assert_status(self.start(conversation_id=sid, repository="acme/shop"), 200)
        self.assertEqual((started["status"], started["conversation_id"]), ("ok", sid))
        self.assert_status(self.http.get("/api/conversations/%s/events" % sid), 200)
        document = self.wait_for(sid)
        self.assertEqual((document["status"], document["runtime_status"]), ("RUNNING", "STATUS$READY"))
        events = self.events(sid)
        self.assertNotIn(TOKEN, str(events))
        self.assertIn("it is <secret-hidden>", str(self.of_kind(events, "ObservationEvent")))
        self.assertIn("acme/shop", str([request["messages"][0] for request in self.mock.requests("openai/older")]))
        self.assertEqual(self.assert_status(self.http.post("/api/conversations/%s/stop" % sid), 200)["status"], "ok")
        self.assert_status(self.http.post("/api/conversations/%s/stop" % uuid.uuid4().hex), 404)

    def test_an_older_event_is_a_message(self):
        self.mock.model("older", finish("First."), finish("Second."))
        self.settings()
        sid = self.assert_status(self.start(text=None), 200)["conversation_id"]
        event = {"action": "message", "args": {"content": "Say something."}}
        self.assert_status(self.http.post("/api/conversations/%s/events" % sid, event), 200)
        self.wait_for(sid, "finished")
        self.assertIn("Say something.", str(self.events(sid)))

    def test_providers_come_as_a_list_too(self):
        self.settings()
        body = {"providers": [{"type": "gitlab", "token": TOKEN, "repositories": ["acme/*"]}]}
        self.assert_status(self.http.post("/api/add-git-providers", body), 200)
        for wrong in ({"providers": [{"type": "other", "token": TOKEN}]}, {"provider_tokens": {"github": TOKEN}}):
            answer = self.assert_status(self.http.post("/api/add-git-providers", wrong), 422)
            self.assertNotIn(TOKEN, answer.text)
        self.assertEqual(self.http.post("/api/unset-provider-tokens").json, {"message": "Unset Git provider tokens"})

    def test_secrets(self):
        self.settings()
        new = {"name": "ONE", "value": "v1", "description": "first"}
        self.assertEqual(self.assert_status(self.http.post("/api/secrets", new), 201)["message"], "Secret created successfully")
        again = self.assert_status(self.http.post("/api/secrets", new), 400)
        self.assertIn("already exists", again["message"])
        self.assert_status(self.http.post("/api/secrets", {"secrets": {"TWO": "v2", "THREE": {"value": "v3"}}}), 200)
        listed = self.http.get("/api/secrets")["custom_secrets"]
        self.assertEqual([one["name"] for one in listed], ["ONE", "TWO", "THREE"])
        self.assert_status(self.http.put("/api/secrets/ONE", {"name": "UNO", "description": "renamed"}), 200)
        self.assertEqual(self.http.get("/api/settings/secrets/UNO").text, "v1")
        self.assert_status(self.http.put("/api/secrets/UNO", {"name": "TWO"}), 400)
        self.assert_status(self.http.put("/api/secrets/ONE", {"name": "X"}), 404)
        self.assert_status(self.http.delete("/api/secrets/UNO"), 200)
        self.assert_status(self.http.delete("/api/secrets/UNO"), 404)
        answer = self.assert_status(self.http.post("/api/secrets", {"secrets": {"not a name": "hidden-value"}}), 422)
        self.assertNotIn("hidden-value", answer.text)

    def test_null_keeps_the_key(self):
        self.settings()
        self.settings(model="openai/another", llm_api_key=None, condenser_max_size=40)
        shown = self.http.get("/api/settings", {"X-Expose-Secrets": "plaintext"})["agent_settings"]
        self.assertEqual((shown["llm"]["api_key"], shown["llm"]["model"]), ("sk-older", "openai/another"))
        self.assertEqual(shown["condenser"]["max_size"], 40)
        self.assert_status(self.http.post("/api/settings", {"condenser_max_size": 19}), 422)

    def test_the_present_form_is_as_before(self):
        self.settings()
        self.assert_status(self.http.post("/api/conversations", {}), 422)
        started = self.assert_status(self.http.post("/api/conversations", self.body(
            llm={"base_url": self.mock.url + "/v1"})), 201)
        self.assertNotIn("runtime_status", started.json)
        self.assert_status(self.http.get(self.of(started["id"], "/events")), 422)
        self.assert_status(self.http.get(self.of(self.new_id(), "/events")), 404)
        self.assert_status(self.start(bogus=1), 422)


if __name__ == "__main__":
    main()
