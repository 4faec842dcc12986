#!/usr/bin/env python3
"""A server whose database is PostgreSQL: what it says, and what happens when the database goes away."""
import os
import subprocess
import time
import unittest

import _path  # noqa: F401
from harness import Case, Http, binary, clean_environment, main
from harness.server import ROOT

PASSWORD = "test-password"
SCRIPT = str(ROOT / "tests/harness/postgresql")


@unittest.skipUnless("COLLET_TEST_POSTGRESQL" in os.environ, "no PostgreSQL (COLLET_TEST_POSTGRESQL)")
class OnPostgresql(Case):
    """With a PostgreSQL server of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()
        self.url = self.control("start").strip()
        self.addCleanup(self.control, "stop", "immediate", check=False)

    def control(self, command, *arguments, check=True):
        """tests/harness/postgresql; -> what it prints."""
        return subprocess.run([SCRIPT, command, str(self.folder), *arguments], check=check, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def run_server(self, **options):
        self.server = self.another_server(environment={"COLLET_DATABASE": self.url}, **options)
        self.http = Http(self.server.url)

    def save(self, model):
        return self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"model": model}}})

    def model(self):
        return self.assert_status(self.http.get("/api/settings"), 200)["agent_settings"]["llm"]["model"]

    def test_settings_outlive_the_server_and_the_password_is_not_said(self):
        self.run_server()
        self.assert_status(self.save("openai/kept"), 200)
        self.assertFalse((self.server.state / "collet.sqlite3").exists())
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        self.http = Http(self.server.url)
        self.assertEqual(self.model(), "openai/kept")
        self.assertNotIn(PASSWORD, self.server.log)
        done = subprocess.run([str(binary()), "audit", "--state", str(self.server.state)],
                              env=clean_environment(COLLET_DATABASE=self.url), capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_database_that_comes_back_is_used_again(self):
        self.run_server()
        self.assert_status(self.save("openai/before"), 200)
        self.control("stop", "immediate")
        begin = time.monotonic()
        self.assert_status(self.http.get("/api/conversations/search"), 503)
        self.assertLess(time.monotonic() - begin, 5)
        self.assert_status(self.http.get("/health"), 200)
        self.control("again")
        self.assert_status(self.save("openai/after"), 200)
        self.assertEqual(self.model(), "openai/after")
        self.assertNotIn(PASSWORD, self.server.log)

    def test_a_start_without_it_says_what_to_do(self):
        self.url = self.url.rsplit("/", 1)[0] + "/missing"
        with self.assertRaisesRegex(AssertionError, "there is no database .missing. at .*createdb"):
            self.run_server()
        self.control("stop")
        with self.assertRaisesRegex(AssertionError, "is not reachable"):
            self.run_server()


if __name__ == "__main__":
    main()
