#!/usr/bin/env python3
"""Settings: deep merge, redaction, and keys that lie sealed in the database."""
import os
import pathlib
import unittest

import _path  # noqa: F401
from harness import Case, Http, main

PATH = "/api/settings"
KEY = "sk-the-plain-key-1234567890"


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

    def files(self):
        """-> every byte under the state folder."""
        return b"".join(path.read_bytes() for path in pathlib.Path(self.server.state).rglob("*") if path.is_file())

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

    @unittest.skipIf("COLLET_TEST_PROGRAM_ON" in os.environ, "another database's disk")
    def test_the_key_lies_sealed_on_disk(self):
        marker = "marker-that-is-no-secret"
        self.patch(diff(api_key=KEY, model="openai/" + marker))
        conversation = self.start(llm={"api_key": "sk-of-a-conversation"})
        self.assertEqual(self.server.terminate(), 0)
        stored = self.files()
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
        self.assertNotIn(KEY.encode(), b"".join(
            path.read_bytes() for path in pathlib.Path(server.state).rglob("*") if path.is_file()))


if __name__ == "__main__":
    main()
