#!/usr/bin/env python3
"""collet db: check, migrate, and the way of all data from SQLite to PostgreSQL and back."""
import json
import os
import sqlite3
import subprocess
import unittest

import _path  # noqa: F401
from harness import Case, Http, binary, clean_environment, main
from harness.mock import command, finish
from harness.server import database_for

SECRET = "a-secret-key-that-travels-apart"
PLAIN = "plain-value-8d1f"
EXPOSED = {"X-Expose-Secrets": "plaintext"}


class Transfer(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def run_server(self, database=None, folder=None):
        server = self.another_server(state=folder or self.folder,
                                     environment={"OH_SECRET_KEY": SECRET, "COLLET_DATABASE": database or "sqlite"})
        self.server, self.http = server, Http(server.url)
        return server

    def db(self, *arguments, database=None, folder=None, status=0):
        """-> what `collet db` prints."""
        done = subprocess.run(
            [str(binary()), "db", *map(str, arguments), "--state", str((folder or self.folder) / "state")],
            env=clean_environment(COLLET_DATABASE=database or "sqlite"), capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def fill(self):
        """A server with something of everything; stopped again. -> its answers."""
        self.run_server()
        self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"model": "openai/kept", "api_key": PLAIN}}})
        for name in ("ONE", "TWO"):
            self.assert_status(self.http.put("/api/settings/secrets", {
                "name": name, "value": PLAIN + name, "description": "übrig \u2028 „so“"}), 200)
        model = self.mock.model("transfer", command("printf 'a\\tb\\\\ \"é\"'"), finish())
        self.conversations = [self.run_to_end(model, "Go, \u0001 \U0001f600!", folder=self.folder)[0] for _ in range(2)]
        self.conversations.append(self.start())
        return self.answers()

    def answers(self):
        """-> what the server answers to everything that is read. Audited reads are made once more each time."""
        paths = ["/api/settings/secrets", "/api/settings/secrets/ONE", "/api/settings/secrets/TWO", "/api/conversations/count"]
        paths += ["/api/conversations/search?limit=2&sort_order=" + order
                  for order in ("CREATED_AT", "UPDATED_AT_DESC")]
        for one in self.conversations:
            path = "/api/conversations/" + one
            paths += [path] + [path + "/events/" + query for query in (
                "search?limit=100", "search?limit=3&sort_order=TIMESTAMP_DESC", "search?kind=ActionEvent", "count",
                "search?body=go")]
            paths.append(path + "/agent_final_response")
        found = {path: self.http.get(path).text for path in paths}
        found["settings"] = self.http.get("/api/settings", EXPOSED).text
        return found

    def stop(self):
        self.assertEqual(self.server.terminate(), 0)

    @unittest.skipUnless("COLLET_TEST_POSTGRESQL" in os.environ, "no PostgreSQL (COLLET_TEST_POSTGRESQL)")
    def test_to_postgresql_and_back(self):
        before = self.fill()
        first = self.folder / "while-it-runs"
        self.db("export", first)
        self.stop()
        self.assertNotIn(PLAIN, first.read_text())
        self.assertEqual(first.stat().st_mode & 0o777, 0o600)
        os.environ["COLLET_TEST_PROGRAM_ON"] = "postgresql"
        self.addCleanup(os.environ.pop, "COLLET_TEST_PROGRAM_ON")
        team = self.new_folder()
        url = database_for(team)
        self.assertIn("OH_SECRET_KEY", self.db("import", first, database=url, folder=team))
        self.assertIn("no problem found", self.db("check", database=url, folder=team))
        self.run_server(url, team)
        self.assertEqual(self.answers(), before)
        second = self.folder / "back"
        self.db("export", second, database=url, folder=team)
        self.assertIn("a server uses the database", self.db(
            "import", second, "--replace", database=url, folder=self.new_folder(), status=1))
        self.stop()
        home = self.new_folder()
        self.db("import", second, folder=home)
        self.run_server(folder=home)
        self.assertEqual(self.answers(), before)
        self.say(self.conversations[-1], "and on it goes", run=False)

    def test_what_is_not_whole_is_refused_and_changes_nothing(self):
        self.fill()
        self.stop()
        file = self.folder / "export"
        self.db("export", file)
        whole = file.read_bytes()
        lines = whole.splitlines(keepends=True)
        bad = {"truncated": whole[:len(whole) // 2], "without its end": b"".join(lines[:-1]), "empty": b"",
               "a line less": b"".join(lines[:3] + lines[4:]), "a byte changed": whole.replace(b"openai/kept", b"openai/Kept"),
               "more behind": whole + b"\n", "not ours": b"{}\n", "binary": bytes(range(256)) * 40}
        target = self.new_folder()
        for name, content in bad.items():
            with self.subTest(name):
                file.write_bytes(content)
                self.assertIn("is no whole export", self.db("import", file, folder=target, status=1))
                self.assertFalse((target / "state").exists())
        file.unlink()
        self.assertIn("cannot read", self.db("import", file, folder=target, status=1))

    def test_a_target_that_is_not_empty_is_kept_unless_told(self):
        before = self.fill()
        file = self.folder / "export"
        self.db("export", file)
        self.assertIn("is there already", self.db("export", file, status=1))
        self.assertIn("is in use by process", self.db("import", file, "--replace", status=1))
        self.stop()
        self.assertIn("is not empty", self.db("import", file, status=1))
        self.run_server()
        self.assertEqual(self.answers(), before)
        self.say(self.conversations[-1], "more", run=False)
        self.stop()
        self.db("import", file, "--replace")
        self.run_server()
        self.assertEqual(self.answers(), before)

    def test_what_is_newer_is_refused_by_name(self):
        self.fill()
        self.stop()
        file = self.folder / "export"
        self.db("export", file)
        header, rest = file.read_text().split("\n", 1)
        file.write_text(json.dumps({**json.loads(header), "schema": 999}) + "\n" + rest)
        self.assertIn("newer Collet", self.db("import", file, folder=self.new_folder(), status=1))
        with sqlite3.connect(self.folder / "state" / "collet.sqlite3") as database:
            database.execute("INSERT INTO schema_version (version) VALUES (999)")
        for words in (["check"], ["migrate"], ["export", self.folder / "other"]):
            self.assertIn("a newer Collet has used it", self.db(*words, status=1))
        self.assertFalse((self.folder / "other").exists())

    def test_check_and_migrate(self):
        self.assertIn("there is no database", self.db("check", status=1))
        self.assertRegex(self.db("migrate"), r"schema version \d+")
        self.assertIn("no problem found", self.db("check"))
        self.fill()
        self.stop()
        with sqlite3.connect(self.folder / "state" / "collet.sqlite3") as database:
            database.execute("DELETE FROM events WHERE conversation_id = ? AND seq = 2", [self.conversations[0]])
            database.execute("UPDATE documents SET body = '{' WHERE name = 'settings'")
        said = self.db("check", status=1)
        self.assertIn("conversation %s: " % self.conversations[0], said)
        self.assertIn("documents settings: no JSON", said)
        with sqlite3.connect(self.folder / "state" / "collet.sqlite3") as database:
            database.execute("DELETE FROM schema_version WHERE version > 1")
        self.assertIn("run collet db migrate", self.db("check", status=1))

    def test_help(self):
        for words in ([], ["migrate"], ["check"], ["export"], ["import"]):
            done = subprocess.run([str(binary()), "db", *words, "--help"], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0)
            self.assertIn("--help", done.stdout)


if __name__ == "__main__":
    main()
