#!/usr/bin/env python3
"""Secrets: what goes in, who may see it again, and what is written down about that."""
import hashlib
import json
import subprocess

import _path  # noqa: F401
from harness import Case, Http, binary, clean_environment, main

PATH = "/api/settings/secrets"
KEY = "session-key-of-this-test"
VALUE = "the-plain-value-1f2e3d"


def collet(*arguments, environment=None):
    """Runs the program; -> (exit status, standard output, standard error)."""
    done = subprocess.run([str(binary()), *map(str, arguments)], env=clean_environment(**(environment or {})),
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def audit(state, *arguments):
    """-> the entries of `collet audit --json`, without the times."""
    status, out, errors = collet("audit", "--json", "--state", state, *arguments)
    if status != 0:
        raise AssertionError(errors)
    entries = [json.loads(line) for line in out.splitlines()]
    return [(entry["who"], entry["what"], entry["how"]) for entry in entries]


class Audit(Case):
    server_options = {"environment": {"SESSION_API_KEY": KEY, "OH_SECRET_KEY": "a-secret-key"}}
    key = KEY

    def setUp(self):
        super().setUp()
        self.before = len(audit(self.server.state))
        self.me = "key " + hashlib.sha256(KEY.encode()).hexdigest()[:8]

    def entries(self):
        return audit(self.server.state)[self.before:]

    def test_plain_reads_are_listed_while_the_server_runs(self):
        self.assert_status(self.http.put(PATH, {"name": "TOKEN", "value": VALUE}), 200)
        self.assert_status(self.http.get(PATH), 200)
        self.assert_status(self.http.get(PATH + "/MISSING"), 404)
        self.assertEqual(self.entries(), [])
        self.assertEqual(self.assert_status(self.http.get(PATH + "/TOKEN"), 200).text, VALUE)
        self.assertEqual(self.entries(), [(self.me, "secret TOKEN", "GET /api/settings/secrets/{name}")])

    def test_exposed_settings_are_listed(self):
        diff = {"agent_settings_diff": {"llm": {"api_key": VALUE}}}
        self.assert_status(self.http.patch("/api/settings", diff), 200)
        self.assert_status(self.http.get("/api/settings"), 200)
        self.assertEqual(self.entries(), [])
        for how in ("plaintext", "encrypted"):
            self.assert_status(self.http.get("/api/settings", {"X-Expose-Secrets": how}), 200)
        self.assertEqual(self.entries(), [
            (self.me, "settings llm.api_key", "GET /api/settings, X-Expose-Secrets: " + how)
            for how in ("plaintext", "encrypted")])

    def test_the_command(self):
        self.assert_status(self.http.put(PATH, {"name": "SHOWN", "value": VALUE}), 200)
        for _ in range(2):
            self.http.get(PATH + "/SHOWN")
        self.assertEqual(len(audit(self.server.state, "--limit", "1")), 1)
        self.assertEqual(audit(self.server.state, "--since", "2100-01-01"), [])
        self.assertGreaterEqual(len(audit(self.server.state, "--since", "1h")), 2)
        status, out, _ = collet("audit", "--state", self.server.state, "--limit", "1")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^\d{4}-\d\d-\d\dT[\d:.]+Z  key [0-9a-f]{8}    secret SHOWN  \(GET /api/.*\)\n$")
        self.assertNotIn(VALUE, out)
        self.assertNotIn(KEY, out)
        status, _, errors = collet("audit", "--state", self.server.state, "--since", "yesterday")
        self.assertEqual(status, 1)
        self.assertIn("--since", errors)
        status, _, errors = collet("audit", "--state", self.new_folder() / "none")
        self.assertEqual(status, 1)
        self.assertIn("no database", errors)

    def test_it_is_bounded_and_names_the_loopback(self):
        server = self.another_server(config={"audit": {"keep": 2}})
        http = Http(server.url)
        for name in "ABC":
            self.assert_status(http.put(PATH, {"name": name, "value": VALUE}), 200)
            self.assert_status(http.get(PATH + "/" + name), 200)
        self.assertEqual([(who, what) for who, what, _ in audit(server.state)],
                         [("loopback", "secret B"), ("loopback", "secret C")])
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(len(audit(server.state)), 2)


if __name__ == "__main__":
    main()
