"""The document in its other places: the page for people, a server with less, the command line."""
import base64
import hashlib
import json
import re
import subprocess

import _path  # noqa: F401
from harness.case import Case, main
from harness.server import binary, clean_environment
from openapi_structure import operations


class Pages(Case):
    def test_the_page_shows_every_operation_and_needs_nothing_else(self):
        document = self.http.get("/openapi.json").json
        for path in ("/docs", "/redoc"):
            answer = self.assert_status(self.http.get(path), 200)
            self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
            for method, served in operations(document):
                self.assertIn("<b>%s</b> <code>%s</code>" % (method, served), answer.text)
            self.assertNotRegex(answer.text, r"(?i)<(script|link|img|iframe)|(href|src|url)[=(][\"']?https?:")

    def test_its_policy_allows_its_own_style_and_nothing_else(self):
        answer = self.http.get("/docs")
        style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
        its_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertEqual(answer.headers["content-security-policy"],
                         "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
                         "frame-ancestors 'none'" % its_hash)

    def test_links_in_the_page_lead_somewhere(self):
        text = self.http.get("/docs").text
        for target in re.findall(r'href="#([^"]*)"', text):
            self.assertIn('id="%s"' % target, text)

    def test_head_answers_as_get_does(self):
        for path in ("/openapi.json", "/docs", "/redoc"):
            head = self.assert_status(self.http.request("HEAD", path), 200)
            self.assertEqual(head.headers["content-length"], self.http.get(path).headers["content-length"])
        self.assert_status(self.http.request("HEAD", "/health"), 405)

    def test_a_document_that_is_known_is_not_sent_again(self):
        tag = self.http.get("/openapi.json").headers["etag"]
        answer = self.assert_status(self.http.get("/openapi.json", headers={"If-None-Match": tag}), 304)
        self.assertEqual(answer.text, "")
        self.assert_status(self.http.get("/openapi.json", headers={"If-None-Match": '"other"'}), 200)


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"bash": {"enabled": False}}}}

    def test_what_is_not_served_is_not_documented(self):
        document = self.http.get("/openapi.json").json
        self.assertEqual([path for path in document["paths"] if path.startswith("/api/bash")], [])
        self.assertIn("/api/tools/", document["paths"])


class CommandLine(Case):
    def test_collet_openapi_prints_what_the_server_serves(self):
        folder = self.new_folder()
        done = subprocess.run([str(binary()), "openapi"], env=clean_environment(HOME=str(folder), TMPDIR=str(folder)),
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout), self.http.get("/openapi.json").json)
        self.assertEqual(list(folder.iterdir()), [], "it leaves nothing behind")

    def test_a_plugin_that_is_refused_is_an_error(self):
        done = subprocess.run([str(binary()), "openapi", "--plugins", "/nowhere/at/all"], env=clean_environment(),
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith("collet: "), done.stderr)


if __name__ == "__main__":
    main()
