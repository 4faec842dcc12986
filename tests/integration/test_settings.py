#!/usr/bin/env python3
"""Settings: deep merge, redaction, keys that lie sealed in the database, MCP servers, schemas."""
import json
import pathlib
import threading

import _path  # noqa: F401
from harness import Case, Http, main

PATH = "/api/settings"
KEY = "sk-the-plain-key-1234567890"


MCP = PATH + "/mcp/"


def diff(**llm):
    return {"agent_settings_diff": {"llm": llm}}


class Settings(Case):
    def setUp(self):
        super().setUp()
        self.server = self.another_server()
        self.http = Http(self.server.url)

    def patch(self, body):
        return self.assert_status(self.http.patch(PATH, body), 200).json

    def llm(self, **headers):
        return self.http.get(PATH, headers)["agent_settings"]["llm"]

    def exposed(self):
        return self.http.get(PATH, {"X-Expose-Secrets": "plaintext"})["agent_settings"]["llm"]["api_key"]

    def test_defaults(self):
        answer = self.assert_status(self.http.get(PATH), 200)
        for part in ("agent_settings", "conversation_settings", "misc_settings", "llm_api_key_is_set"):
            self.assertIn(part, answer.json)
        self.assertFalse(answer["llm_api_key_is_set"])

    def test_patch_merges_deeply(self):
        self.patch(diff(model="openai/a", base_url="http://127.0.0.1:9/v1"))
        self.patch(diff(model="openai/b"))
        self.assertEqual((self.llm()["model"], self.llm()["base_url"]), ("openai/b", "http://127.0.0.1:9/v1"))
        self.patch({"misc_settings_diff": {"ui": {"theme": "dark", "list": [1, 2]}, "x": 1}})
        answer = self.patch({"misc_settings_diff": {"ui": {"theme": None, "list": [3]}}})
        self.assertEqual(answer["misc_settings"], {"ui": {"list": [3]}, "x": 1})

    def test_bad_patches_change_nothing(self):
        before = self.http.get(PATH).json
        self.assert_status(self.http.patch(PATH, {}), 400)
        self.assert_status(self.http.patch(PATH, {"bogus": 1}), 400)
        self.assert_status(self.http.patch(PATH, []), 422)
        self.assert_status(self.http.patch(PATH, diff(num_retries="many")), 422)
        self.assert_status(self.http.request("PATCH", PATH, b'{"a":', {"Content-Type": "application/json"}), 422)
        self.assert_status(self.http.request("PATCH", PATH, b"a=1", {
            "Content-Type": "application/x-www-form-urlencoded"}), 400, 415, 422)
        self.assertEqual(self.http.get(PATH).json, before)

    def test_the_key_is_redacted_and_can_be_asked_for(self):
        self.assertNotIn(KEY, str(self.patch(diff(api_key=KEY))))
        self.assertEqual(self.llm()["api_key"], "**********")
        self.assertTrue(self.http.get(PATH)["llm_api_key_is_set"])
        self.assertEqual(self.exposed(), KEY)
        self.assert_status(self.http.get(PATH, {"X-Expose-Secrets": "bogus"}), 400)

    def test_the_redacted_key_sent_back_means_unchanged(self):
        self.patch(diff(api_key=KEY))
        self.patch(diff(api_key="**********", model="openai/other"))
        self.assertEqual(self.exposed(), KEY)

    def test_null_removes_the_key(self):
        self.patch(diff(api_key=KEY))
        self.patch(diff(api_key=None))
        self.assertIsNone(self.exposed())

    def test_the_key_lies_sealed_on_disk(self):
        marker = "marker-that-is-no-secret"
        self.patch(diff(api_key=KEY, model="openai/" + marker))
        conversation = self.start(llm={"api_key": "sk-of-a-conversation"})
        self.assertEqual(self.server.terminate(), 0)
        stored = self.server.stored()
        self.assertIn(marker.encode(), stored)
        self.assertNotIn(KEY.encode(), stored)
        self.assertNotIn(b"sk-of-a-conversation", stored)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual(self.exposed(), KEY)
        self.assertEqual(self.document(conversation)["execution_status"], "idle")

    def start(self, *arguments, **options):
        options["llm"] = {"base_url": "http://127.0.0.1:9/v1", **options.get("llm", {})}
        return super().start(*arguments, **options)

    def body(self, model="openai/mock", text=None, **options):
        llm = options.pop("llm", {})
        return {"agent": {"kind": "Agent", "llm": {"model": model, **llm}, "tools": []},
                "workspace": {"working_dir": str(self.new_folder())}, "autotitle": False}

    def test_the_key_file_is_ours_alone(self):
        self.patch(diff(api_key=KEY))
        keys = [path for path in pathlib.Path(self.server.state).rglob("*key*") if path.is_file()]
        self.assertEqual(len(keys), 1)
        self.assertEqual(keys[0].stat().st_mode & 0o777, 0o600)

    def test_without_the_key_file_it_does_not_start_as_if_nothing_were(self):
        """A lost key file must not turn stored secrets into nothing in silence."""
        self.patch(diff(api_key=KEY))
        self.assertEqual(self.server.terminate(), 0)
        [file] = [path for path in pathlib.Path(self.server.state).rglob("*key*") if path.is_file()]
        kept = file.read_bytes()
        file.unlink()
        try:
            self.server.start()
        except AssertionError as refused:
            self.assertRegex(str(refused), r"(?i)key")
        else:
            self.http = Http(self.server.url)
            self.assertNotEqual(self.http.get(PATH, {"X-Expose-Secrets": "plaintext"}).status, 200)
            self.server.terminate()
        file.write_bytes(kept)
        file.chmod(0o600)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual(self.exposed(), KEY)

    def test_a_secret_key_of_the_environment_seals_too(self):
        server = self.another_server(environment={"OH_SECRET_KEY": "environment-secret-key"})
        http = Http(server.url)
        self.assert_status(http.patch(PATH, diff(api_key=KEY)), 200)
        token = http.get(PATH, {"X-Expose-Secrets": "encrypted"})["agent_settings"]["llm"]["api_key"]
        self.assertTrue(token.startswith("gAAAAA"))
        # The token means the key when it is sent back.
        self.assert_status(http.patch(PATH, diff(api_key=token)), 200)
        self.assertEqual(http.get(PATH, {"X-Expose-Secrets": "plaintext"})["agent_settings"]["llm"]["api_key"], KEY)
        self.assertEqual(server.terminate(), 0)
        self.assertNotIn(KEY.encode(), server.stored())

    def servers(self, **headers):
        return self.http.get(PATH, headers)["agent_settings"]["mcp_config"]

    def add(self, name, **server):
        return self.assert_status(self.http.post(MCP + name, server), 201)["agent_settings"]["mcp_config"]

    def test_mcp_servers_one_by_one(self):
        self.assertEqual(list(self.add("files", command="echo", args=["hi"])), ["files"])
        added = self.add("web", url="http://127.0.0.1:9/mcp", headers={"X-Old": "v1", "Authorization": "Bearer " + KEY})
        self.assertEqual(added["files"], {"command": "echo", "args": ["hi"], "enabled": True})
        self.assertEqual(added["web"]["headers"], {"X-Old": "**********", "Authorization": "**********"})
        answer = self.assert_status(self.http.post(MCP + "web", {"command": "echo"}), 409)
        self.assertEqual(answer["detail"], "MCP server 'web' already exists")

        change = {"headers": {"X-Old": None, "Authorization": "**********", "X-New": "v2"}, "enabled": False}
        answer = self.assert_status(self.http.patch(MCP + "web", change), 200)
        self.assertEqual(answer.json, self.http.get(PATH).json)
        self.assertEqual(self.servers(**{"X-Expose-Secrets": "plaintext"})["web"], {
            "url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer " + KEY, "X-New": "v2"}, "enabled": False})
        answer = self.assert_status(self.http.patch(MCP + "web", {"enabled": None, "headers": None}), 200)
        self.assertEqual(answer["agent_settings"]["mcp_config"]["web"], {"url": "http://127.0.0.1:9/mcp", "enabled": True})

        answer = self.assert_status(self.http.delete(MCP + "files"), 200)
        self.assertEqual(list(answer["agent_settings"]["mcp_config"]), ["web"])
        for answer in (self.http.delete(MCP + "files"), self.http.patch(MCP + "files", {})):
            self.assertEqual(self.assert_status(answer, 404)["detail"], "MCP server 'files' was not found")

    def test_a_bad_mcp_server_changes_nothing(self):
        self.add("good", command="echo")
        before = self.http.get(PATH).json
        for bad in ([], {"zzz": 1}, {"command": ""}, {"env": {"A": 5}}, {"args": "hi"}, {"transport": "pigeon"},
                    {"auth": {"strategy": "zzz"}}, {"transport": "http"}):
            self.assert_status(self.http.post(MCP + "bad", bad), 422)
            self.assert_status(self.http.patch(MCP + "good", bad), 422)
        [mistake] = self.http.post(MCP + "bad", {"zzz": 1})["detail"]
        self.assertEqual((mistake["type"], mistake["loc"]), ("extra_forbidden", ["body", "zzz"]))
        self.assertEqual(self.http.get(PATH).json, before)

    def test_names_of_mcp_servers_are_free(self):
        for name in ("a%20b", "%C3%BC", "env", "api_key", "mcp_config", "agent-schema"):
            self.add(name, command="echo", env={"A": KEY})
        self.assertEqual(list(self.servers()), ["a b", "ü", "env", "api_key", "mcp_config", "agent-schema"])
        for server in self.servers().values():
            self.assertEqual(server, {"command": "echo", "env": {"A": "**********"}, "enabled": True})
        self.assertNotIn(KEY.encode(), self.server.stored())

    def test_secrets_of_mcp_servers_are_sealed_and_survive_a_restart(self):
        self.add("files", command="marker-that-is-no-secret", env={"TOKEN": KEY + "-env"})
        self.add("web", url="http://127.0.0.1:9/mcp", headers={"Authorization": KEY + "-header"})
        self.add("cloud", url="http://127.0.0.1:9/mcp", auth={"strategy": "bearer", "value": KEY + "-bearer"})
        self.assertNotIn(KEY, self.http.get(PATH).text)
        before = self.servers(**{"X-Expose-Secrets": "plaintext"})
        self.assertEqual(json.dumps(before).count(KEY), 3)
        self.assertEqual(self.server.terminate(), 0)
        stored = self.server.stored()
        self.assertIn(b"marker-that-is-no-secret", stored)
        self.assertNotIn(KEY.encode(), stored)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual(self.servers(**{"X-Expose-Secrets": "plaintext"}), before)

    def test_clients_that_add_mcp_servers_at_the_same_time_lose_nothing(self):
        names = {client: ["%s%d" % (client, number) for number in range(20)] for client in "ab"}
        statuses = []

        def add_all(client):
            http = Http(self.server.url)
            for name in names[client]:
                statuses.append(http.post(MCP + name, {"command": "echo", "env": {"NAME": name}}).status)
                http.post(MCP + "shared-" + name[1:], {"command": client})

        threads = [threading.Thread(target=add_all, args=(client,)) for client in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [201] * 40)
        now = self.servers(**{"X-Expose-Secrets": "plaintext"})
        self.assertEqual(len(now), 60)
        for name in names["a"] + names["b"]:
            self.assertEqual(now[name]["env"], {"NAME": name})

    def test_schemas_describe_the_settings(self):
        document = self.http.get(PATH).json
        for path, part in (("agent-schema", "agent_settings"), ("conversation-schema", "conversation_settings")):
            schema = self.assert_status(self.http.get(PATH + "/" + path), 200).json
            for section in schema["sections"]:
                for field in section["fields"]:
                    if field["variant"] == "acp":
                        continue
                    value = document[part]
                    for step in field["key"].split("."):
                        value = value[step]
                    self.assertEqual(value, field["default"], field["key"])

    def test_a_choice_of_the_schema_is_taken_and_another_is_not(self):
        schema = self.http.get(PATH + "/agent-schema").json
        fields = [field for section in schema["sections"] for field in section["fields"]
                  if field["choices"] and field["variant"] == "openhands"]
        self.assertGreater(len(fields), 4)
        for field in fields:
            section, name = field["key"].split(".")
            for choice in field["choices"]:
                self.patch({"agent_settings_diff": {section: {name: choice["value"]}}})
            bad = {"agent_settings_diff": {section: {name: "zzz"}}}
            self.assert_status(self.http.patch(PATH, bad), 422)


if __name__ == "__main__":
    main()
