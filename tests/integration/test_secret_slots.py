#!/usr/bin/env python3
"""Secrets in unusual places, forms and moments: none is shown, logged or stored in clear."""
import json

import _path  # noqa: F401
from harness import Case, Http, main
from harness.mock import command, finish

CANARY = "canary-1f2e3d4c5b6a"
KEY = "sk-" + "K3yMat3rial" * 4


class Errors(Case):
    """What a model's endpoint says in an error."""

    def fails(self, name, message, **options):
        turn = {"http_status": 400, "error_body": {"error": {"message": message}}}
        conversation = self.start(self.mock.model(name, turn), "go", **options)
        self.wait_for(conversation, "error")
        return self.of_kind(self.events(conversation), "ConversationErrorEvent")[0]["detail"]

    def test_a_key_across_the_cut_is_hidden(self):
        detail = self.fails("cut", "x" * (1000 - len(KEY) + 5) + KEY + " is bad", llm={"api_key": KEY})
        self.assertNotIn(KEY[:8], detail)
        self.assertLess(len(detail), 1200)
        detail = self.fails("cut_secret", "x" * 980 + CANARY + " is bad", secrets={"TOKEN": CANARY})
        self.assertNotIn(CANARY[:8], detail)

    def test_a_secret_with_tabs_and_lines_is_hidden(self):
        for name, secret in (("tabs", "tab\tseparated\tsecret value é"), ("lines", "first line\r\nsecond line\n")):
            detail = self.fails(name, "bad: " + secret, secrets={"TOKEN": secret})
            self.assertIn("bad: <secret-hidden>", detail)
            self.assertNotIn("se", detail.split("bad: ")[1].replace("<secret-hidden>", ""))

    def test_a_key_across_the_cut_is_hidden_when_a_profile_is_tried(self):
        turn = {"http_status": 400, "error_body": {"error": {"message": "x" * (1000 - len(KEY) + 5) + KEY}}}
        llm = self.llm(self.mock.model("validate", no_tools=turn), api_key=KEY)
        answer = self.assert_status(self.http.post("/api/profiles/cut/validate", {"llm": llm}), 200)
        self.assertFalse(answer["valid"])
        self.assertNotIn(KEY[:8], answer.text)


class Slots(Case):
    """Where a start of a conversation may hold a secret."""

    SERVER = {"command": "c", "env": {"K": CANARY}}

    def test_each_is_sealed_and_hidden(self):
        hook = {"type": "command", "command": "c", "env": {"K": CANARY}}
        hooks = {"pre_tool_use": [{"matcher": "*", "hooks": [hook]}]}
        for name, agent, more in (
                ("a token of an MCP server", {"mcp_config": {"x": {"url": "https://h", "auth": CANARY}}}, {}),
                ("a password in an MCP server's URL", {"mcp_config": {"x": {"url": "https://u:%s@h" % CANARY}}}, {}),
                ("env in capitals", {"mcp_config": {"x": {"command": "c", "Env": {"K": CANARY}}}}, {}),
                ("a server called mcpServers", {"mcp_config": {"mcpServers": {"mcpServers": self.SERVER}}}, {}),
                ("a token in the body", {"llm": self.llm(litellm_extra_body={"token": CANARY})}, {}),
                ("the analyzer's key", {}, {"security_analyzer": {"kind": "LLMSecurityAnalyzer",
                                                                  "llm": {"api_key": CANARY}}}),
                ("the policy's key", {}, {"confirmation_policy": {"kind": "NeverConfirm", "api_key": CANARY}}),
                ("a hook's env", {}, {"hook_config": hooks}),
                ("a client tool's headers", {}, {"client_tools": [
                    {"name": "x", "description": "d", "headers": {"A": CANARY}}]})):
            with self.subTest(name):
                body = self.body(**more)
                body["agent"].update(agent)
                answer = self.assert_status(self.http.post("/api/conversations", body), 201)
                self.assertNotIn(CANARY, answer.text)
                socket = self.socket(answer["id"], "?resend_mode=all")
                self.assertNotIn(CANARY, socket.receive_text())
        self.assertNotIn(CANARY.encode(), self.server.stored())
        self.server.terminate()
        self.server.start()
        type(self).http = Http(self.server.url)
        found = self.http.get("/api/conversations/search")
        self.assertGreaterEqual(len(found["items"]), 9)
        self.assertNotIn(CANARY, found.text)

    def test_a_mode_of_authentication_is_shown(self):
        body = self.body()
        body["agent"]["mcp_config"] = {"x": {"url": "https://h/mcp", "auth": "oauth"}}
        answer = self.assert_status(self.http.post("/api/conversations", body), 201)
        self.assertEqual(answer["agent"]["mcp_config"]["x"], {"url": "https://h/mcp", "auth": "oauth"})


class Addresses(Case):
    WAYS = ("http://user:%s@127.0.0.1:9/v1", "user:%s@127.0.0.1:9/v1", " http://user:%s@127.0.0.1:9/v1",
            "http:/user:%s@127.0.0.1:9/v1", "//user:%s@h/v1", "http://user:%s@127.0.0.1:9\n", "http:\\\\user:%s@h/v1")

    def test_one_with_a_password_is_refused_and_not_repeated(self):
        for way in self.WAYS:
            url = way % CANARY
            llm = {"model": "openai/m", "base_url": url}
            for name, answer in (
                    ("start", self.http.post("/api/conversations", self.body(llm={"base_url": url}))),
                    ("start, ollama", self.http.post("/api/conversations", self.body(
                        "ollama/m", llm={"base_url": None, "ollama_base_url": url}))),
                    ("settings", self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"base_url": url}}})),
                    ("ollama", self.http.patch("/api/settings", {
                        "agent_settings_diff": {"llm": {"ollama_base_url": url}}})),
                    ("bedrock", self.http.patch("/api/settings", {
                        "agent_settings_diff": {"llm": {"aws_bedrock_runtime_endpoint": url}}})),
                    ("critic", self.http.patch("/api/settings", {
                        "agent_settings_diff": {"verification": {"critic_server_url": url}}})),
                    ("profile", self.http.post("/api/profiles/p", {"llm": llm})),
                    ("connection", self.http.post("/api/llm/provider-connections", {
                        "display_name": "C", "api_key": "k", "base_url": url}))):
                with self.subTest(name, url=url):
                    self.assert_status(answer, 422)
                    self.assertNotIn(CANARY, answer.text)
        self.assertNotIn(CANARY, self.server.log)

    def test_that_of_an_mcp_server_is_kept_and_hidden(self):
        url = "https://user:%s@h/mcp" % CANARY
        diff = {"agent_settings_diff": {"mcp_config": {"x": {"url": url}}}}
        self.assertNotIn(CANARY, self.assert_status(self.http.patch("/api/settings", diff), 200).text)
        shown = self.http.get("/api/settings").json["agent_settings"]["mcp_config"]
        self.assertEqual(shown["x"]["url"], "**********")
        self.assert_status(self.http.patch("/api/settings", {"agent_settings_diff": {"mcp_config": shown}}), 200)
        for exposed in ("plaintext", "encrypted"):
            there = self.http.get("/api/settings", {"X-Expose-Secrets": exposed}).json["agent_settings"]["mcp_config"]
            self.assert_status(self.http.patch("/api/settings", {"agent_settings_diff": {"mcp_config": there}}), 200)
        plain = self.http.get("/api/settings", {"X-Expose-Secrets": "plaintext"})
        self.assertEqual(plain["agent_settings"]["mcp_config"]["x"]["url"], url)


class Echoes(Case):
    """What is wrong with a body is told without what may be a secret in it."""

    def test_misspelt_secrets_are_not_repeated(self):
        conversation = self.start()
        agent = self.body()["agent"]
        for method, path, body in (
                ("PUT", "/api/settings/secrets", {"name": "A", "valeu": CANARY}),
                ("PUT", "/api/settings/secrets", {"Name": "A", "Value": CANARY}),
                ("POST", self.of(conversation, "/secrets"), {"secret": {"A": CANARY}}),
                ("POST", self.of(conversation, "/secrets"), {"secret": {"name": CANARY}}),
                ("POST", "/api/conversations", {"agent": {"llm": {"apikey": CANARY}}}),
                ("POST", "/api/conversations", {"agent": {"llm": {"model": "", "API_KEY": CANARY}}}),
                ("POST", "/api/conversations", {**self.body(), "agent": {**agent, "llm": CANARY}}),
                ("POST", "/api/conversations", {"secretz": {"A": CANARY}}),
                ("POST", "/api/profiles/p", {"llm": {"apikye": CANARY}}),
                ("PATCH", "/api/settings", {"agent_settings_diff": CANARY})):
            with self.subTest(path, body=body):
                answer = self.assert_status(self.http.request(method, path, body), 422)
                self.assertNotIn(CANARY, answer.text)

    def test_what_is_no_secret_is_repeated(self):
        answer = self.assert_status(self.http.post("/api/conversations", {"agent": self.body()["agent"]}), 422)
        llm = answer["detail"][0]["input"]["agent"]["llm"]
        self.assertEqual((llm["model"], llm["num_retries"], llm["api_key"]), ("openai/mock", 0, "<redacted>"))


class Dormant(Case):
    KEY = "initkey-12345"
    server_options = {"environment": {"OH_DEFERRED_INIT": "true", "OH_SECRET_KEY": KEY}}

    def test_misspelt_keys_are_not_repeated(self):
        for body in ({"session_api_keys": CANARY}, {"session_api_keys": [[CANARY]]}, {"session_api_keys": [CANARY, 5]},
                     {"secretkey": CANARY}, {"env": {"A": [CANARY]}}):
            with self.subTest(body=body):
                answer = self.http.post("/api/init", body, {"X-Init-API-Key": self.KEY})
                self.assertNotIn(CANARY, self.assert_status(answer, 422).text)


class Names(Case):
    def test_one_that_forges_a_line_of_the_log_is_refused(self):
        conversation = self.start()
        for name in ("A\n2026-01-01 00:00:00.000 error [auth] forged", "A\x1b[2J", "n" * 257):
            lookup = {name: {"kind": "LookupSecret", "url": "http://10.0.0.1/x"}}
            for answer in (self.http.post("/api/conversations", self.body(secrets=lookup)),
                           self.http.post(self.of(conversation, "/secrets"), {"secrets": lookup})):
                self.assert_status(answer, 422)
        self.assertNotIn("\n2026-01-01", self.server.log)


class OwnSecrets(Case):
    server_options = {"config": {"public_url": "https://collet.example/base"}}

    def test_all_ways_to_write_their_urls(self):
        self.assert_status(self.http.request("PUT", "/api/settings/secrets", {"name": "OWN", "value": CANARY}), 200)
        port = self.server.url.rsplit(":", 1)[1]
        urls = ("/api/settings/secrets/%4fWN", "http://127.0.0.1:%s/api/settings/secrets/%%4fWN" % port,
                "http://[::ffff:127.0.0.1]:%s/api/settings/secrets/OWN" % port,
                "https://collet.example/base/api/settings/secrets/%4fWN")
        secrets = {"TOKEN_%d" % i: {"kind": "LookupSecret", "url": url} for i, url in enumerate(urls)}
        names = " ".join("$" + name for name in secrets)
        model = self.mock.model("own", command("echo %s | wc -w" % names), finish())
        _, events = self.run_to_end(model, secrets=secrets)
        output = self.of_kind(events, "ObservationEvent")[0]["observation"]
        self.assertIn(str(len(urls)), json.dumps(output["content"]))


class Tokens(Case):
    def test_one_of_another_key_is_refused(self):
        other = self.another_server()
        other_http = Http(other.url)
        for http in (self.http, other_http):
            diff = {"agent_settings_diff": {"llm": {"api_key": CANARY}}}
            self.assert_status(http.patch("/api/settings", diff), 200)
        settings = other_http.get("/api/settings", {"X-Expose-Secrets": "encrypted"})
        token = settings["agent_settings"]["llm"]["api_key"]
        for answer in (
                self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"api_key": token}}}),
                self.http.post("/api/settings/mcp/x", {"url": "https://h", "headers": {"A": token}}),
                self.http.post("/api/profiles/p", {"llm": {"model": "m", "api_key": token}}),
                self.http.post("/api/llm/provider-connections", {"display_name": "C", "api_key": token}),
                self.http.post("/api/conversations", self.body(llm={"api_key": token}, secrets_encrypted=True))):
            self.assert_status(answer, 422)
            self.assertNotIn(token, answer.text)
        kept = self.http.get("/api/settings", {"X-Expose-Secrets": "plaintext"})
        self.assertEqual(kept["agent_settings"]["llm"]["api_key"], CANARY)


if __name__ == "__main__":
    main()
