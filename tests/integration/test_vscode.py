#!/usr/bin/env python3
"""The editor beside the server: which one, who gets in, what becomes of it. With a program that stands in for an editor
server, and with a real one where there is one (openvscode-server or code-server in PATH, or $COLLET_TEST_EDITOR)."""
import os
import pathlib
import re
import shutil
import signal
import socket
import sys
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, main, wait_until
from harness.browser import PROGRAM as CHROMIUM, Browser

STATUS, URL = "/api/vscode/status", "/api/vscode/url"
KEY = "session-key-3f1d"
REAL = os.environ.get("COLLET_TEST_EDITOR") or shutil.which("openvscode-server") or shutil.which("code-server")

# Takes the options of VS Code's server and lets in as it does: the token once, a cookie from then on.
STAND_IN = """#!%s
import http.server, os, sys, urllib.parse
said = dict(zip(sys.argv[1::2], sys.argv[2::2]))
token = open(said["--connection-token-file"]).read()
base = said.get("--server-base-path", "")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        given = urllib.parse.parse_qs(query)
        if path != base + "/":
            self.send_response(404)
        elif given.get("tkn") == [token]:
            self.send_response(302)
            self.send_header("Set-Cookie", "vscode-tkn=" + token)
            self.send_header("Location", ".?folder=" + urllib.parse.quote(given["folder"][0]))
        elif "vscode-tkn=" + token in self.headers.get("Cookie", ""):
            self.send_response(200)
        else:
            self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.ThreadingHTTPServer((said["--host"], int(said["--port"])), Handler)
open(os.path.join(os.path.dirname(sys.argv[0]), "environment"), "w").write(repr(dict(os.environ)))
print("Web UI available at http://localhost/?tkn=" + token, flush=True)
os.posix_spawnp("sleep", ["sleep", "4711"], os.environ)
server.serve_forever()
""" % sys.executable


class Vscode(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = None  # each test has its own

    def serve(self, config=None, environment=None, path=None):
        """`path`: the folders in which programs are found."""
        environment = {"PATH": str(path or self.new_folder()), "OPENVSCODE_SERVER_ROOT": "", **(environment or {})}
        self.server = self.another_server(config={"plugins": {"vscode": config or {}}}, environment=environment)
        self.http = Http(self.server.url)
        return self.server

    def stand_in(self):
        """-> the folder of a program `openvscode-server`."""
        folder = self.new_folder()
        program = folder / "openvscode-server"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        (folder / "sleep").symlink_to(shutil.which("sleep"))
        return folder

    def wait_ready(self, seconds=30):
        wait_until("the editor", lambda: self.http.get(STATUS)["running"], seconds)

    def url(self, query=""):
        return self.assert_status(self.http.get(URL + query), 200)["url"]

    def open(self, url, headers=None):
        parts = urllib.parse.urlsplit(url)
        return Http(url).get("%s?%s" % (parts.path, parts.query), headers)

    def commands(self, text):
        """-> pids below the server whose command line has this text in it."""
        found = []
        for pid in self.server.descendants():
            try:
                if text in pathlib.Path("/proc/%d/cmdline" % pid).read_text(errors="replace"):
                    found.append(pid)
            except OSError:
                pass
        return found

    # -- none
    def test_without_a_program_it_is_enabled_and_does_not_run(self):
        self.serve()
        self.assertEqual(self.http.get(STATUS).json, {"running": False, "enabled": True})
        self.assertEqual(self.http.get(URL + "?base_url=http://h:1&workspace_dir=/x").json, {"url": None})
        self.assertIn("no editor: neither openvscode-server nor code-server is installed", self.server.log)

    def test_switched_off_it_says_so(self):
        for environment, config in (({"OH_ENABLE_VSCODE": "false"}, {}), ({}, {"run": False})):
            self.serve(config, environment, self.stand_in())
            status = self.http.get(STATUS)
            self.assertEqual((status["running"], status["enabled"], type(status["message"])), (False, False, str))
            self.assertIn("switched off", self.assert_status(self.http.get(URL), 503)["detail"])
            self.assertNotIn("has no effect", self.server.log)
            self.assertEqual(self.commands("openvscode-server"), [])
        self.serve({"enabled": False})
        self.assert_status(self.http.get(STATUS), 404)

    def test_what_it_cannot_use_stops_the_start(self):
        for config, environment, words in (({"port": 70000}, {}, "port"), ({"host": "x"}, {}, "'host' must be an IP address"),
                                           ({"prot": 1}, {}, "did you mean 'port'"),
                                           ({}, {"OH_VSCODE_PORT": "many"}, '"plugins.vscode.port" (OH_VSCODE_PORT) must be')):
            with self.assertRaises(AssertionError) as caught:
                self.serve(config, environment)
            self.assertIn(words, str(caught.exception))

    # -- a stand-in
    def test_who_has_the_address_gets_in_and_nobody_else(self):
        folder = self.stand_in()
        self.serve({"port": 0}, {"OH_SESSION_API_KEYS_0": KEY}, folder)
        self.http = Http(self.server.url, KEY)
        self.wait_ready()
        self.assert_status(Http(self.server.url).get(URL), 401)
        url = self.url("?workspace_dir=/a%20b/%26c")
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?tkn=([0-9a-f]{64})&folder=/a%20b/%26c", url)
        self.assertTrue(found, url)
        port, token = int(found[1]), found[2]
        answer = self.assert_status(self.open(url), 302)
        self.assertEqual(answer.headers["location"], ".?folder=/a%20b/%26c")
        root = "http://127.0.0.1:%d/" % port
        self.assert_status(self.open(root, {"Cookie": answer.headers["set-cookie"]}), 200)
        self.assert_status(self.open(root + "?tkn=" + KEY), 403)
        # On this machine's other addresses nobody listens.
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.2", port), 5)
        self.assertEqual(self.commands(token), [])
        self.assertNotIn(token, self.server.log)
        self.assertNotIn(KEY, (folder / "environment").read_text())

    def test_ports_paths_and_folders(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.serve({"base_path": "/run-1/vscode/"}, {"OH_VSCODE_PORT": str(port)}, self.stand_in())
        self.wait_ready()
        token = re.search("tkn=([0-9a-f]+)", self.url())[1]
        folder = urllib.parse.quote(os.path.join(os.getcwd(), "workspace"))
        self.assertEqual(self.url(), "http://127.0.0.1:%d/run-1/vscode/?tkn=%s&folder=%s" % (port, token, folder))
        self.assertEqual(self.url("?base_url=https://there/&workspace_dir=/w"),
                         "https://there/run-1/vscode/?tkn=%s&folder=/w" % token)
        self.assert_status(self.open(self.url()), 302)

    def test_a_port_that_is_taken_is_said_and_no_address_is_given(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.serve({"port": port}, path=self.stand_in())
            self.assertEqual(self.http.get(STATUS).json, {"running": False, "enabled": True})
            self.assertIsNone(self.url())
            self.assertIn("port %d of 127.0.0.1 cannot be used" % port, self.server.log)
            self.assert_status(self.http.get("/ready"), 200)
        self.wait_ready()  # it is tried again

    def test_it_comes_back_with_another_token(self):
        self.serve({"port": 0}, path=self.stand_in())
        self.wait_ready()
        first = self.url()
        sleeper = self.commands("sleep\0004711")
        self.assertEqual(len(sleeper), 1)
        os.kill(self.commands("openvscode-server")[0], signal.SIGKILL)
        second = wait_until("another editor", lambda: self.http.get(STATUS)["running"] and self.url() not in (None, first)
                            and self.url())
        self.assert_status(self.open(second), 302)
        self.assertNotEqual(first.split("tkn=")[1], second.split("tkn=")[1])
        self.assertIn("ended by signal 9", self.server.log)
        # What the first has left behind is gone too.
        wait_until("one sleeper", lambda: len(self.commands("sleep\0004711")) == 1 and self.commands("sleep\0004711") != sleeper)

    def test_it_ends_with_the_server_however_that_ends(self):
        for end in ("terminate", "kill"):
            self.serve({"port": 0}, path=self.stand_in())
            self.wait_ready()
            found = lambda: self.commands("openvscode-server") + self.commands("sleep\0004711")  # noqa: E731
            pids = wait_until("the editor and its child", lambda: len(found()) == 2 and found())
            getattr(self.server, end)()
            wait_until("the end of all", lambda: not any(os.path.exists("/proc/%d/cmdline" % pid) for pid in pids))

    def test_one_that_never_works_neither_delays_nor_burns(self):
        folder = self.new_folder()
        broken = folder / "openvscode-server"
        broken.write_text("#!/bin/sh\necho 'Error: no such thing'\nexit 5\n")
        broken.chmod(0o755)
        self.serve(path=folder)
        wait_until("the reason", lambda: "ended with 5: Error: no such thing" in self.server.log)
        self.assertEqual(self.http.get(STATUS).json, {"running": False, "enabled": True})
        self.assert_quiet()

    # -- a real one
    def serve_real(self):
        if not REAL:
            self.skipTest("there is no editor server: neither openvscode-server nor code-server is in PATH")
        self.serve({"port": 0, "command": REAL, "base_path": "/editor"}, path=os.environ["PATH"])
        self.wait_ready(120)

    def test_a_real_editor_lets_in_by_its_address_only(self):
        self.serve_real()
        url = self.url()
        token = re.search("tkn=([0-9a-f]+)", url)[1]
        answer = self.assert_status(self.open(url), 302)
        root = url.split("?")[0]
        page = self.assert_status(self.open(root, {"Cookie": answer.headers["set-cookie"].split(";")[0]}), 200)
        self.assertIn("workbench", page.text)
        self.assert_status(self.open(root), 403)
        self.assertEqual(self.commands(token), [])
        self.assertNotIn(token, self.server.log)
        pids = self.commands("server-main.js")
        self.assertTrue(pids)
        self.server.terminate()
        wait_until("the end of all", lambda: not any(os.path.exists("/proc/%d/cmdline" % pid) for pid in pids))

    def test_a_real_editor_shows_the_folder_in_a_browser(self):
        if not CHROMIUM:
            self.skipTest("there is no chromium")
        self.serve_real()
        folder = self.new_folder()
        (folder / "a-file-to-see.txt").write_text("text")
        browser = Browser()
        self.addCleanup(browser.close)
        browser.open(self.url("?workspace_dir=" + str(folder)))
        wait_until("the file in the explorer",
                   lambda: "a-file-to-see.txt" in (browser.evaluate("document.body.innerText") or ""), 120, 0.2)
        self.assertGreater(len(browser.screenshot().colours()), 20)


if __name__ == "__main__":
    main()
