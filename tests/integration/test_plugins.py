#!/usr/bin/env python3
"""Plugins as an operator sees them: what is loaded, switched off, listed, checked, refused."""
import json
import shutil
import subprocess

import _path  # noqa: F401
from harness import Case, Http, main
from harness.server import binary, clean_environment

FOLDER = binary().parent.parent / "lib/collet/plugins"
TEST_PLUGINS = binary().parent.parent / "testdata/plugins"
OURS = ("bash", "demo", "file", "nested", "profiles", "tools")


def collet(*arguments, **environment):
    return subprocess.run([str(binary()), *arguments], env=clean_environment(**environment), capture_output=True,
                          text=True, timeout=30, check=False)


class Loaded(Case):
    def test_tools_are_listed(self):
        listed = self.assert_status(self.http.get("/api/tools/"), 200).json
        self.assertIn("terminal", listed)
        self.assertIn("file_editor", listed)
        self.assertNotIn("finish", listed)

    def test_a_missing_slash_is_redirected(self):
        answer = self.assert_status(self.http.get("/api/tools"), 307)
        self.assertTrue(answer.headers["location"].endswith("/api/tools/"))

    def test_bash_executes(self):
        answer = self.http.post("/api/bash/execute_bash_command", {"command": "echo out; echo err >&2; exit 3"})
        self.assertEqual((answer["stdout"], answer["stderr"], answer["exit_code"]), ("out\n", "err\n", 3))


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"bash": {"enabled": False}}}}

    def test_its_routes_are_404_and_its_tools_gone(self):
        self.assert_status(self.http.post("/api/bash/execute_bash_command", {"command": "true"}), 404)
        listed = self.http.get("/api/tools/").json
        self.assertNotIn("terminal", listed)
        self.assertIn("file_editor", listed)
        answer = self.assert_status(self.http.post("/api/conversations", self.body(tools=("terminal",))), 400, 422)
        self.assertIn("terminal", answer.text)
        self.assert_status(self.http.post("/api/conversations", self.body(tools=("file_editor",))), 201)


class AllOff(Case):
    server_options = {"config": {"plugins": {name: {"enabled": False} for name in OURS}}}

    def test_the_core_stands_alone(self):
        self.assert_status(self.http.get("/health"), 200)
        self.assert_status(self.http.get("/api/settings"), 200)
        self.assert_status(self.http.get("/api/tools/"), 404)
        self.assert_status(self.http.post("/api/conversations", self.body(tools=())), 201)


class CommandLine(Case):
    @classmethod
    def setUpClass(cls):
        """No server."""

    def config(self, **plugins):
        file = self.new_folder() / "config.json"
        file.write_text(json.dumps({"plugins": plugins}))
        return ["--config", str(file)]

    def damaged(self):
        """-> a folder with a plugin that is cut off in the middle."""
        folder = self.new_folder()
        folder.chmod(0o755)
        whole = (FOLDER / "demo.so").read_bytes()
        (folder / "cut.so").write_bytes(whole[:len(whole) // 2])
        (folder / "cut.so").chmod(0o644)
        return folder

    def test_list_names_our_own(self):
        done = collet("plugins", "list", HOME=str(self.new_folder()))
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in OURS:
            self.assertIn(name, done.stdout)

    def test_list_shows_what_is_switched_off(self):
        done = collet("plugins", "list", *self.config(bash={"enabled": False}), HOME=str(self.new_folder()))
        self.assertEqual(done.returncode, 0, done.stderr)
        [line] = [line for line in done.stdout.splitlines() if "bash" in line.split()]
        self.assertRegex(line, r"(?i)(off|disabled)")

    def test_check_accepts_ours_and_refuses_damage(self):
        self.assertEqual(collet("plugins", "check", str(FOLDER / "demo.so")).returncode, 0)
        done = collet("plugins", "check", str(self.damaged() / "cut.so"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cut", done.stdout + done.stderr)

    def test_check_refuses_what_others_may_write(self):
        folder = self.new_folder()
        folder.chmod(0o755)
        shutil.copy(FOLDER / "demo.so", folder / "loose.so")
        (folder / "loose.so").chmod(0o666)
        self.assertNotEqual(collet("plugins", "check", str(folder / "loose.so")).returncode, 0)

    def test_an_enabled_plugin_that_is_refused_stops_the_start(self):
        config = {"plugins": {"directories": [str(self.damaged())], "cut": {"enabled": True}}}
        with self.assertRaises(AssertionError) as refused:
            self.another_server(config=config)
        self.assertIn("cut", str(refused.exception))

    def test_unless_it_is_optional(self):
        config = {"plugins": {"directories": [str(self.damaged())], "cut": {"enabled": True, "optional": True}}}
        server = self.another_server(config=config)
        self.assert_status(Http(server.url).get("/health"), 200)
        self.assertIn("cut", server.log)

    def test_an_unknown_name_is_an_error_that_names_the_nearest(self):
        with self.assertRaises(AssertionError) as refused:
            self.another_server(config={"plugins": {"bsh": {"enabled": True}}})
        self.assertIn("bash", str(refused.exception))

    def test_config_mistakes_are_one_clear_line(self):
        for config, word in (({"prot": 1}, "port"), ({"port": "x"}, "whole number"),
                             ({"database": "postgresql://u:hunter2@127.0.0.1:1/d"}, "127.0.0.1:1 is not reachable"),
                             ({"database": "mysql://u:hunter2@h/d"}, "postgresql://")):
            with self.assertRaises(AssertionError) as refused:
                self.another_server(config=config)
            self.assertIn(word, str(refused.exception))
            self.assertNotIn("hunter2", str(refused.exception))

    def test_a_switched_off_plugin_need_not_be_there(self):
        self.another_server(config={"plugins": {"no-such-plugin": {"enabled": False}}})

    def test_an_unknown_command_is_named_with_those_there_are(self):
        done = collet("plugins", "foo")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("collet plugins: there is no command 'foo'; there are: list, check, new", done.stderr)

    def test_a_clash_with_a_route_of_the_core_is_found_beforehand(self):
        folder = self.new_folder()
        folder.chmod(0o755)
        shutil.copy(TEST_PLUGINS / "core_route.so", folder)
        done = collet("plugins", "check", str(folder / "core_route.so"), HOME=str(self.new_folder()))
        self.assertEqual(done.returncode, 1)
        self.assertIn("GET /health of 'core_route' is taken by /health of 'core'", done.stdout)
        self.assertEqual(done.stderr, "")  # and is told once
        done = collet("config", "check", *self.config(directories=[str(folder)], core_route={"enabled": True}))
        self.assertIn("is taken by /health of 'core'", done.stderr)
        self.assertEqual(collet("plugins", "check", str(folder / "core_route.so"),
                                COLLET_ROUTERS_SERVER="false").returncode, 0)

    def test_odd_words_of_a_plugin_are_one_line_of_utf8(self):
        folder = self.new_folder()
        folder.chmod(0o755)
        shutil.copy(TEST_PLUGINS / "misbehaving.so", folder)
        for how in ("odd", "say"):
            config = self.config(directories=[str(folder)], misbehaving={"enabled": True, "where": "create", "how": how})
            done = collet("plugins", "check", str(folder / "misbehaving.so"), *config)
            self.assertEqual(done.returncode, 1)
            self.assertIn("odd\ufffd words 2026-01-01 [info] forged [31m\n", done.stdout)

    def test_an_optional_one_that_is_not_there_is_a_warning(self):
        config = self.config(nowhere={"optional": True})
        self.assertIn("plugin nowhere: there is no such plugin", collet("config", "check", *config).stderr)
        self.assertEqual(collet("config", "check", *config).returncode, 0)

    def test_version_and_help(self):
        self.assertRegex(collet("--version").stdout, r"\d+\.\d+\.\d+")
        self.assertIn("--port", collet("serve", "--help").stdout)
        self.assertNotEqual(collet("serve", "--no-such-option").returncode, 0)


if __name__ == "__main__":
    main()
