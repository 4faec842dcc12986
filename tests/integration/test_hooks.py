#!/usr/bin/env python3
"""The hooks of a project, against the program."""
import json
import os

import _path  # noqa: F401
from harness import Case, main

HOOK = {"type": "command", "name": None, "command": "true", "prompt": None, "system_prompt": None, "tools": [],
        "timeout": 5, "max_iterations": 3, "async": False}


class Hooks(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()
        (self.folder / ".openhands").mkdir()
        self.file = self.folder / ".openhands" / "hooks.json"

    def ask(self, body=None):
        return self.http.post("/api/hooks", {"project_dir": str(self.folder)} if body is None else body)

    def test_hooks_of_a_project(self):
        self.assertIsNone(self.assert_status(self.ask(), 200)["hook_config"])
        self.file.write_text(json.dumps({"hooks": {"PreToolUse": [{"hooks": [{"command": "true", "timeout": 5}]}]}}))
        hooks = self.assert_status(self.ask(), 200)["hook_config"]
        self.assertEqual(hooks["pre_tool_use"], [{"matcher": "*", "hooks": [HOOK]}])
        self.assertEqual(hooks["stop"], [])
        for body in ({}, {"project_dir": None}, {"project_dir": ""}, {"project_dir": str(self.file)}):
            self.assertIsNone(self.assert_status(self.ask(body), 200)["hook_config"])

    def test_a_file_that_is_wrong_is_told(self):
        for text, told in (("{", "not valid JSON at byte 1"), ('{"Nope": []}', "no such event"),
                           ('{"Stop": [{"hooks": [{}]}]}', "stop[0].hooks[0].command"), ("\xff", "not valid JSON"),
                           (" " * (1 << 21), "more than 1 MiB"), ("[" * 100000, "not valid JSON")):
            self.file.write_bytes(text.encode("latin-1"))
            answer = self.assert_status(self.ask(), 422)
            self.assertIn(told, answer["detail"])
            self.assertIn("hooks.json", answer["detail"])
            self.assertLess(len(answer.text), 1000)
        self.file.unlink()
        os.mkfifo(self.file)
        self.assertIn("no regular file", self.assert_status(self.ask(), 422)["detail"])

    def test_wrong_bodies(self):
        for body in ({"project_dir": 5}, {"project_dir": "/\0"}, {"project_dir": []}, []):
            self.assert_status(self.ask(body), 422)


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"hooks": {"enabled": False}}}}

    def test_nothing_is_there(self):
        self.assert_status(self.http.post("/api/hooks", {}), 404)


if __name__ == "__main__":
    main()
