#!/usr/bin/env python3
"""LLM profiles, provider connections, agent profiles: what a team shares, against the program."""
import concurrent.futures
import pathlib
import subprocess

import _path  # noqa: F401
from harness import Case, Http, binary, clean_environment, database_environment, main
from harness.mock import finish

LLMS, AGENTS, CONNECTIONS = "/api/profiles", "/api/agent-profiles", "/api/llm/provider-connections"
KEY = "sk-of-a-profile-1f2e3d4c"


class Profiles(Case):
    def setUp(self):
        super().setUp()
        self.server = self.another_server()
        self.http = Http(self.server.url)

    def save(self, name, **llm):
        body = {"llm": {"model": "openai/mock", "api_key": KEY, "base_url": self.mock.url + "/v1", "num_retries": 0, **llm}}
        return self.assert_status(self.http.post(LLMS + "/" + name, body), 201)

    def config(self, name, how=None):
        return self.http.get(LLMS + "/" + name, {"X-Expose-Secrets": how} if how else {})["config"]

    def settings(self):
        return self.assert_status(self.http.get("/api/settings"), 200).json

    def agent_id(self, name):
        return self.http.get(AGENTS + "/" + name)["profile"]["id"]

    # -- LLM profiles
    def test_a_key_is_shown_only_when_it_is_asked_for(self):
        self.save("p")
        self.assertIsNone(self.config("p")["api_key"])
        self.assertEqual(self.config("p", "plaintext")["api_key"], KEY)
        token = self.config("p", "encrypted")["api_key"]
        self.assertTrue(token.startswith("gAAAA"))
        self.save("q", api_key=token)
        self.assertEqual(self.config("q", "plaintext")["api_key"], KEY)
        self.save("p", api_key="**********", model="openai/other")
        self.assertEqual(self.config("p", "plaintext")["api_key"], KEY)
        self.assert_status(self.http.get(LLMS + "/p", {"X-Expose-Secrets": "bogus"}), 400)

    def test_all_of_it_lies_sealed_and_outlives_a_restart(self):
        self.save("a-name-to-look-for")
        connection = self.http.post(CONNECTIONS, {"display_name": "C", "api_key": KEY + "-shared"})
        self.assert_status(connection, 201)
        self.assertEqual(self.server.terminate(), 0)
        stored = b"".join(path.read_bytes() for path in pathlib.Path(self.server.state).rglob("*") if path.is_file())
        self.assertNotIn(KEY.encode(), stored)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual([one["name"] for one in self.http.get(LLMS)["profiles"]], ["a-name-to-look-for"])
        self.assertEqual([one["id"] for one in self.http.get(CONNECTIONS).json], [connection["id"]])

    def test_saves_at_the_same_time_are_all_there(self):
        names = ["p%d" % number for number in range(24)]

        def save(name):
            return Http(self.server.url).post(LLMS + "/" + name, {"llm": {"model": "openai/mock"}}).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(save, names)), {201})
        self.assertEqual(len(self.http.get(LLMS)["profiles"]), len(names))

    def test_the_active_one(self):
        self.save("p", model="openai/active")
        self.assert_status(self.http.post(LLMS + "/p/activate"), 200)
        self.assertEqual((self.settings()["active_profile"], self.settings()["agent_settings"]["llm"]["model"]),
                         ("p", "openai/active"))
        self.assert_status(self.http.post(LLMS + "/p/rename", {"new_name": "q"}), 200)
        self.assertEqual(self.settings()["active_profile"], "q")
        self.assert_status(self.http.delete(LLMS + "/q"), 200)
        self.assertIsNone(self.settings()["active_profile"])

    def test_a_change_of_the_settings_can_name_it(self):
        self.save("p", model="openai/named")
        answer = self.assert_status(self.http.patch("/api/settings", {"active_profile": "p"}), 200)
        self.assertEqual((answer["active_profile"], answer["agent_settings"]["llm"]["model"]), ("p", "openai/named"))
        self.assertEqual(answer["agent_settings"]["llm"]["api_key"], "**********")
        self.assert_status(self.http.patch("/api/settings", {"active_profile": "nope"}), 404)
        answer = self.assert_status(self.http.patch("/api/settings", {"active_profile": None}), 200)
        self.assertIsNone(answer["active_profile"])

    def test_validate_asks_the_model(self):
        llm = {"model": "openai/mock", "api_key": KEY, "base_url": self.mock.url + "/v1"}
        self.assertEqual(self.http.post(LLMS + "/p/validate", {"llm": llm}).json, {"valid": True, "error": None})
        llm["base_url"] = "http://127.0.0.1:9/v1"
        answer = self.http.post(LLMS + "/p/validate", {"llm": llm})
        self.assertFalse(answer["valid"])
        self.assertNotIn(KEY, answer.text)

    def test_wrong_bodies_never_show_a_key(self):
        for body in ({"llm": {"api_key": KEY}}, {"llm": {"model": "m", "api_key": [KEY]}}, {"llm": KEY}, [KEY],
                     {"llm": {"model": "m", "num_retries": "x", "api_key": KEY}}):
            answer = self.assert_status(self.http.post(LLMS + "/p", body), 422)
            self.assertNotIn(KEY, answer.text)
        for body in ({"display_name": "C", "api_key": [KEY]}, {"display_name": 5, "api_key": KEY},
                     {"display_name": "C", "api_key": KEY, "secret": KEY}, {"api_key": KEY}):
            answer = self.assert_status(self.http.post(CONNECTIONS, body), 422)
            self.assertNotIn(KEY, answer.text)

    # -- provider connections
    def test_a_connection_counts_when_it_is_used(self):
        made = self.assert_status(self.http.post(CONNECTIONS, {"display_name": "C", "api_key": "k1"}), 201)
        self.save("p", provider_connection_id=made["id"])
        self.assert_status(self.http.delete(CONNECTIONS + "/" + made["id"]), 409)
        self.assert_status(self.http.patch(CONNECTIONS + "/" + made["id"], {"api_key": "k2"}), 200)
        self.assert_status(self.http.post(LLMS + "/p/activate"), 200)
        shown = self.http.get("/api/settings", {"X-Expose-Secrets": "plaintext"})
        self.assertEqual(shown["agent_settings"]["llm"]["api_key"], "k2")

    # -- agent profiles
    def test_a_conversation_starts_from_an_agent_profile(self):
        self.mock.model("from-profile", finish("Done."))
        self.save("p", model="openai/from-profile")
        self.assert_status(self.http.post(AGENTS + "/a", {"llm_profile_ref": "p", "system_message_suffix": "Sing."}), 201)
        body = {"agent_profile_id": self.agent_id("a"), "workspace": {"working_dir": str(self.new_folder())},
                "autotitle": False, "initial_message": self.message("Go.", True)}
        started = self.assert_status(self.http.post("/api/conversations", body), 201)
        self.assertEqual(started["launched_agent_profile"], {"agent_profile_id": self.agent_id("a"), "revision": 0})
        document = self.wait_for(started["id"])
        self.assertEqual(document["execution_status"], "finished")
        self.assertEqual(document["agent"]["llm"]["model"], "openai/from-profile")
        self.assertIn("Sing.", str(self.mock.requests("openai/from-profile")[0]["messages"]))
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual(self.document(started["id"])["launched_agent_profile"]["revision"], 0)

    def test_only_the_server_says_what_started_a_conversation(self):
        body = self.body()
        body.update(launched_agent_profile={"agent_profile_id": self.new_id(), "revision": 1}, older_form=True)
        started = self.assert_status(self.http.post("/api/conversations", body), 201)
        self.assertIsNone(started["launched_agent_profile"])
        self.assertNotIn("runtime_status", started.json)

    def test_what_is_referred_to_is_not_deleted(self):
        self.save("p")
        self.assert_status(self.http.post(AGENTS + "/a", {"llm_profile_ref": "p"}), 201)
        self.assert_status(self.http.delete(LLMS + "/p"), 409)
        self.assert_status(self.http.post(LLMS + "/p/rename", {"new_name": "q"}), 200)
        self.assertEqual(self.http.get(AGENTS + "/a")["profile"]["llm_profile_ref"], "q")


class Switches(Case):
    @classmethod
    def setUpClass(cls):
        """No server."""

    def test_each_router_can_be_switched_off(self):
        paths = {"llm_profiles": LLMS, "agent_profiles": AGENTS, "provider_connections": CONNECTIONS}
        for off in paths:
            http = Http(self.another_server(config={"plugins": {"profiles": {off: False}}}).url)
            for name, other in paths.items():
                with self.subTest(off=off, path=other):
                    self.assert_status(http.get(other), 404 if name == off else 200)

    def test_a_plugin_that_may_not_manage_says_so(self):
        http = Http(self.another_server(config={"plugins": {"profiles": {"manage": False}}}).url)
        answer = self.assert_status(http.post(LLMS + "/p", {"llm": {"model": "m"}}), 503)
        self.assertIn("plugins.profiles.manage", answer.text)

    def test_rotation_covers_profiles(self):
        server = self.another_server()
        Http(server.url).post(LLMS + "/p", {"llm": {"model": "m", "api_key": KEY}})
        self.assertEqual(server.terminate(), 0)
        done = subprocess.run([str(binary()), "secrets", "rotate", "--state", str(server.state)], capture_output=True,
                              text=True, timeout=60,
                              env={**clean_environment(), **database_environment(server.state)})
        self.assertEqual(done.returncode, 0, done.stderr)
        server.start()
        shown = Http(server.url).get(LLMS + "/p", {"X-Expose-Secrets": "plaintext"})
        self.assertEqual(shown["config"]["api_key"], KEY)


if __name__ == "__main__":
    main()
