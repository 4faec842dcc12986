#!/usr/bin/env python3
"""Who gets in: rebound pages, cross-site forms, foreign sockets, other users, keys."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import _path  # noqa: F401
from harness import Case, Http, SocketRefused, WebSocket, main, wait_until
from harness.mock import command, finish
from harness.server import binary, clean_environment

SECRETS = "/api/settings"


class WithoutKey(Case):
    """No session key: only programs of our user, and pages from this machine."""

    def refused(self, method="GET", path=SECRETS, body=None, **headers):
        answer = self.http.request(method, path, body, {name.replace("_", "-"): value
                                                        for name, value in headers.items()})
        self.assert_status(answer, 401, 403)

    def test_a_rebound_page_is_refused(self):
        """DNS rebinding: the page's host name leads to 127.0.0.1, but the Host field still has the name."""
        for host in ("evil.example", "evil.example:%d" % self.server.port, "127.0.0.1.evil.example", "localhost.evil",
                     "0.0.0.0", "169.254.169.254", ""):
            with self.subTest(host):
                self.refused(Host=host)
                self.refused("POST", "/api/conversations", {}, Host=host)

    def test_our_own_names_are_let_in(self):
        for host in ("localhost", "127.0.0.1", "LOCALHOST:%d" % self.server.port, "[::1]:1", "127.0.0.1:99"):
            with self.subTest(host):
                self.assert_status(self.http.get(SECRETS, {"Host": host}), 200)

    def test_a_cross_site_form_post_is_refused(self):
        """What a browser sends without a preflight: a form or text/plain, with the site's origin."""
        body = b'{"agent_settings_diff": {"llm": {"base_url": "http://evil.example"}}}'
        for content_type in ("text/plain", "application/x-www-form-urlencoded"):
            self.refused("POST", "/api/conversations", body, Origin="https://evil.example", Content_Type=content_type)
        self.refused("POST", "/api/conversations", body, Sec_Fetch_Site="cross-site", Content_Type="text/plain")
        self.refused("POST", "/api/conversations", body, Origin="null", Content_Type="text/plain")
        self.refused("PATCH", SECRETS, body, Origin="https://evil.example")

    def test_a_page_of_this_machine_is_let_in(self):
        for origin in ("http://localhost:3000", "http://127.0.0.1:5173"):
            answer = self.assert_status(self.http.get(SECRETS, {"Origin": origin}), 200)
            self.assertEqual(answer.headers["access-control-allow-origin"], origin)

    def test_a_foreign_web_socket_is_refused(self):
        conversation = self.start()
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"},
                        {"Sec-Fetch-Site": "cross-site"}):
            with self.subTest(headers), self.assertRaises(SocketRefused) as refused:
                WebSocket(self.server.url, "/sockets/events/" + conversation, headers)
            self.assertEqual(refused.exception.status, 403)
        self.socket(conversation, headers={"Origin": "http://localhost:3000"}).receive()

    @unittest.skipUnless(os.geteuid() == 0, "becoming another user needs root")
    def test_another_local_user_is_refused(self):
        """Same machine, same loopback, another uid."""
        script = ("import urllib.request, urllib.error, sys\n"
                  "try: print(urllib.request.urlopen(sys.argv[1], timeout=10).status)\n"
                  "except urllib.error.HTTPError as error: print(error.code)\n")
        # An interpreter that this user may run, wherever ours lies.
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable

        def ask(path):
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-c", script,
                                   self.server.url + path], capture_output=True, text=True, cwd="/",
                                  env=clean_environment(HOME="/"), check=True)
            return int(done.stdout)

        self.assertIn(ask(SECRETS), (401, 403))
        self.assertEqual(ask("/health"), 200)
        self.assert_status(self.http.get(SECRETS), 200)

    def test_public_paths_answer(self):
        for path in ("/", "/alive", "/health", "/ready", "/server_info"):
            self.assert_status(self.http.get(path), 200)

    def test_foreign_origins_get_no_cors_leave(self):
        answer = self.http.request("OPTIONS", SECRETS, None, {"Origin": "https://evil.example",
                                                             "Access-Control-Request-Method": "PATCH"})
        self.assert_status(answer, 400, 403)
        self.assertNotIn("access-control-allow-origin", answer.headers)


class WithKeys(Case):
    server_options = {"environment": {"OH_SESSION_API_KEYS_0": "key-number-one", "OH_SESSION_API_KEYS_1": "key-two"}}
    key = "key-number-one"

    def test_each_key_opens(self):
        for key in ("key-number-one", "key-two"):
            self.assert_status(Http(self.server.url, key).get(SECRETS), 200)

    def test_everything_else_does_not(self):
        plain = Http(self.server.url)
        for path, headers in ((SECRETS, {}), (SECRETS, {"X-Session-API-Key": ""}),
                              (SECRETS, {"X-Session-API-Key": "key-number-on"}),
                              (SECRETS, {"X-Session-API-Key": "key-number-one "[:-1] + "x"}),
                              (SECRETS, {"X-Session-API-Key": "key-number-one,key-two"}),
                              (SECRETS, {"Authorization": "Bearer key-number-one"}),
                              (SECRETS + "?session_api_key=key-number-one", {})):
            with self.subTest(path=path, headers=headers):
                answer = self.assert_status(plain.get(path, headers), 401)
                self.assertEqual(answer.json, {"detail": "Unauthorized"})

    def test_the_key_is_asked_before_the_body(self):
        self.assert_status(Http(self.server.url).post("/api/conversations", {}), 401)

    def test_an_unknown_path_is_404_before_401(self):
        self.assert_status(Http(self.server.url).get("/api/nope"), 404)

    def test_any_host_is_fine_with_a_key(self):
        self.assert_status(self.http.get(SECRETS, {"Host": "agents.example"}), 200)

    def test_keys_are_neither_in_the_log_nor_on_the_command_line(self):
        self.http.get(SECRETS)
        Http(self.server.url, "wrong-key-of-a-client").get(SECRETS)
        with open("/proc/%d/cmdline" % self.server.pid, "rb") as file:
            shown = file.read().decode() + self.server.log
        for key in ("key-number-one", "key-two", "wrong-key-of-a-client"):
            self.assertNotIn(key, shown)


class Children(Case):
    """Commands run as our own user, but get none of our keys."""

    key = "key-for-children"
    server_options = {"environment": {
        "SESSION_API_KEY": "key-for-children", "OH_SESSION_API_KEYS_0": "key-for-children",
        "OH_SECRET_KEY": "secret-for-children", "COLLET_SECRET_KEY": "secret-for-children",
        "ORDINARY": "kept-for-children"}}

    def test_no_key_in_the_environment_of_a_command(self):
        answer = self.http.post("/api/bash/execute_bash_command", {"command": "env; cat /proc/$PPID/environ"})
        self.assert_clean(self.assert_status(answer, 200)["stdout"] + (answer["stderr"] or ""))

    def test_no_key_in_the_environment_of_the_terminal(self):
        model = self.mock.model("env", command("env"), finish())
        _, events = self.run_to_end(model)
        shown = str(self.of_kind(events, "ObservationEvent")[0]["observation"]["content"])
        self.assertIn("PATH=", shown)
        self.assert_clean(shown)

    def assert_clean(self, shown):
        self.assertNotIn("key-for-children", shown)
        self.assertNotIn("secret-for-children", shown)

    def test_the_server_cannot_be_read_through_proc(self):
        """Not dumpable: another process of the same user cannot read its memory or environment."""
        if os.geteuid() == 0:
            self.assertEqual(pathlib.Path("/proc/%d/environ" % self.server.pid).stat().st_uid, 0)
            self.skipTest("root may read all")
        with self.assertRaises(PermissionError):
            pathlib.Path("/proc/%d/environ" % self.server.pid).read_bytes()


class Listening(unittest.TestCase):
    def serve(self, *arguments, **environment):
        return subprocess.run([str(binary()), "serve", "--port", "0", "--state", "/nonexistent/collet", *arguments],
                              env=clean_environment(**environment), capture_output=True, text=True, timeout=30,
                              check=False)

    def test_beyond_loopback_without_a_key_is_refused(self):
        for host in ("0.0.0.0", "::", "192.0.2.1"):
            done = self.serve("--host", host)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("collet keygen", done.stdout + done.stderr)

    def test_keygen_makes_keys(self):
        keys = {subprocess.run([str(binary()), "keygen"], capture_output=True, text=True, check=True).stdout.strip()
                for _ in range(3)}
        self.assertEqual(len(keys), 3)
        self.assertTrue(all(len(key) >= 32 for key in keys))


class BeyondLoopback(Case):
    key = "key-for-all-interfaces"
    server_options = {"arguments": ["--host", "0.0.0.0"], "environment": {"SESSION_API_KEY": key}}

    def test_with_a_key_it_listens(self):
        self.assert_status(self.http.get(SECRETS), 200)
        self.assert_status(Http(self.server.url).get(SECRETS), 401)
        wait_until("health", lambda: self.http.get("/health").status == 200)


if __name__ == "__main__":
    main()
