#!/usr/bin/env python3
"""Secrets: what goes in, who may see it again, and what is written down about that."""
import concurrent.futures
import hashlib
import json
import subprocess

import _path  # noqa: F401
from harness import Case, Http, binary, clean_environment, database_environment, main, on_postgresql
from harness.mock import finish

PATH = "/api/settings/secrets"
KEY = "session-key-of-this-test"
VALUE = "the-plain-value-1f2e3d"


def collet(*arguments, environment=None):
    """Runs the program; -> (exit status, standard output, standard error)."""
    environment = clean_environment(**(environment or {}))
    if "--state" in arguments:
        environment.update(database_environment(arguments[arguments.index("--state") + 1]))
    done = subprocess.run([str(binary()), *map(str, arguments)], env=environment,
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

    def test_the_command_where_no_server_has_been(self):
        status, out, errors = collet("audit", "--state", self.new_folder() / "none")
        self.assertEqual(out, "")
        if on_postgresql():  # there is a database: it has no entries
            self.assertEqual((status, errors), (0, ""))
        else:
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


class Store(Case):
    """/api/settings/secrets beyond the recorded cases."""

    def put(self, name, value, *statuses, **more):
        return self.assert_status(self.http.put(PATH, {"name": name, "value": value, **more}), *(statuses or (200,)))

    def test_values_come_back_byte_for_byte(self):
        for number, value in enumerate(["", " ", "a\nb\r\n", "h\u00e9 \u2713 \U0001f512", "\"\\{}", "**********", "gAAAAA",
                                        "collet:v1:00000000:x", "x" * 4_000_000]):
            self.put("VALUE_%d" % number, value)
            answer = self.http.get(PATH + "/VALUE_%d" % number)
            self.assertEqual((answer.status, answer.data), (200, value.encode()))
            self.assertTrue(answer.headers["content-type"].startswith("text/plain"))

    def test_bad_names_and_bodies(self):
        for name in ("", "1A", "A-B", "A B", "A" * 65, "\u00c4", "A\x00", "../x", "A\n"):
            self.put(name, "v", 422)
        for body in ({}, {"name": "A"}, {"value": "v"}, {"name": 5, "value": "v"}, {"name": "A", "value": 5},
                     {"name": "A", "value": None}, [], "x"):
            self.assert_status(self.http.put(PATH, body), 422)
        self.assertNotIn("leak-1f2e", self.http.put(PATH, {"name": 5, "value": "leak-1f2e"}).text)
        self.assert_status(self.http.get(PATH + "/A%00"), 400, 404, 422)

    def test_too_large_is_413(self):
        self.put("BIG", "x" * (17 << 20), 413)

    def test_concurrent_puts_lose_nothing(self):
        names = ["PARALLEL_%d" % number for number in range(40)]

        def put(name):  # a connection of its own: the client is for one thread
            self.assert_status(Http(self.server.url).put(PATH, {"name": name, "value": name.lower()}), 200)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(put, names * 3))
        listed = [entry["name"] for entry in self.http.get(PATH)["secrets"]]
        self.assertEqual(sorted(name for name in listed if name in names), sorted(names))
        for name in names:
            self.assertEqual(self.http.get(PATH + "/" + name).text, name.lower())


class Encrypted(Case):
    """Tokens that clients send back, on a server with a key file of its own."""

    def test_a_start_with_encrypted_secrets(self):
        self.assert_status(self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"api_key": VALUE}}}), 200)
        settings = self.assert_status(self.http.get("/api/settings", {"X-Expose-Secrets": "encrypted"}), 200)
        token = settings["agent_settings"]["llm"]["api_key"]
        self.assertTrue(token.startswith("gAAAAA"))
        model = self.mock.model("keys", finish())
        for encrypted, expected in ((True, VALUE), (False, token)):
            conversation = self.start(model, "Go.", llm={"api_key": token}, secrets_encrypted=encrypted)
            self.wait_for(conversation)
            headers = {name.lower(): value for name, value in self.mock.last_headers().items()}
            self.assertEqual(headers["authorization"], "Bearer " + expected)
        self.start(llm={"api_key": "gAAAAAzzz"}, secrets_encrypted=True)


class Rotation(Case):
    """`collet secrets rotate`, and starts with a wrong key."""

    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def run_server(self, secret=None):
        environment = {"OH_SECRET_KEY": secret} if secret else {}
        server = self.another_server(state=self.folder, environment=environment)
        return server, Http(server.url)

    def fill(self, secret=None):
        server, http = self.run_server(secret)
        self.assert_status(http.put(PATH, {"name": "TOKEN", "value": VALUE}), 200)
        self.assert_status(http.patch("/api/settings", {"agent_settings_diff": {"llm": {"api_key": VALUE}}}), 200)
        body = self.body(llm={"api_key": VALUE})
        self.conversation = self.assert_status(http.post("/api/conversations", body), 201)["id"]
        return server

    def check(self, secret=None):
        server, http = self.run_server(secret)
        self.assertEqual(http.get(PATH + "/TOKEN").text, VALUE)
        exposed = http.get("/api/settings", {"X-Expose-Secrets": "plaintext"})
        self.assertEqual(exposed["agent_settings"]["llm"]["api_key"], VALUE)
        self.assert_status(http.get("/api/conversations/" + self.conversation), 200)
        self.assertEqual(server.terminate(), 0)

    def rotate(self, *arguments, secret=None, input=""):
        state = self.folder / "state"
        environment = {**database_environment(state), **({"OH_SECRET_KEY": secret} if secret else {})}
        done = subprocess.run([str(binary()), "secrets", "rotate", "--state", str(state), *arguments],
                              env=clean_environment(**environment), input=input, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def assert_refuses_to_start(self, secret, pattern):
        with self.assertRaisesRegex(AssertionError, pattern):
            self.run_server(secret)

    def test_a_wrong_key_is_named_and_loses_nothing(self):
        self.assertEqual(self.fill("the-right-key").terminate(), 0)
        self.assert_refuses_to_start("a-wrong-key", "sealed with another secret key")
        self.assert_refuses_to_start(None, r"secret\.key is missing")
        self.check("the-right-key")

    def test_a_new_key_file(self):
        server = self.fill()
        status, said = self.rotate()
        self.assertEqual((status, "in use by process %d" % server.pid in said), (1, True), said)
        self.assertEqual(server.terminate(), 0)
        key = self.folder / "state" / "secret.key"
        before = key.read_bytes()
        status, said = self.rotate()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"sealed 3 secrets with key [0-9a-f]{8} \(was [0-9a-f]{8}\)")
        self.assertNotEqual(key.read_bytes(), before)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        [kept] = (self.folder / "state").glob("secret.key.*")
        self.assertEqual(kept.read_bytes(), before)
        self.check()
        # As if the machine had stopped between the commit and the renaming.
        key.rename(key.with_name("secret.key.next"))
        kept.rename(key)
        self.check()

    def test_from_one_environment_key_to_another_and_to_a_file(self):
        self.assertEqual(self.fill("first-key-1234").terminate(), 0)
        status, said = self.rotate("--new-key", "-", secret="wrong-key-1234", input="second-key-5678\n")
        self.assertEqual(status, 1)
        self.assertIn("another secret key", said)
        status, said = self.rotate("--new-key", "-", secret="first-key-1234", input="short\n")
        self.assertEqual(status, 1)
        file = self.folder / "new"
        file.write_text("second-key-5678\n")
        status, said = self.rotate("--new-key", str(file), secret="first-key-1234")
        self.assertEqual(status, 0, said)
        self.assertNotIn("second-key", said)
        self.assert_refuses_to_start("first-key-1234", "another secret key")
        self.check("second-key-5678")
        status, said = self.rotate(secret="second-key-5678")
        self.assertEqual(status, 0, said)
        self.assertIn("without OH_SECRET_KEY", said)
        self.check()

    def test_an_empty_folder(self):
        status, said = self.rotate()
        if on_postgresql():  # there is a database, with nothing in it that is sealed
            self.assertEqual(status, 0, said)
            self.assertIn("sealed 0 secrets", said)
        else:
            self.assertEqual(status, 1)
            self.assertIn("no database", said)
            self.assertFalse((self.folder / "state").exists())


if __name__ == "__main__":
    main()
