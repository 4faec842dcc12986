#!/usr/bin/env python3
"""A conversation's workspace as a browser sees it, against the program."""
import _path  # noqa: F401
from harness import Case, Http, main

TRAVERSALS = ("..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "../../../etc/passwd", "/etc/passwd",
              "%2fetc%2fpasswd", "sub/..%2f..%2fsecret", "sub/../../secret", "..", "%2e%2e", "..%2fws-sibling%2fsecret",
              "up/secret", "out", "absolute", "%252e%252e/secret", "..%5csecret", "sub%00/../../secret", "....//secret",
              "%c0%ae%c0%ae/secret", "..;/secret", "sub/./../..%2fsecret")


class Workspace(Case):
    key = "test-session-key-of-the-workspace-0123456789"
    server_options = {"environment": {"SESSION_API_KEY": key}}

    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()
        self.workspace = self.folder / "ws"
        (self.workspace / "sub").mkdir(parents=True)
        (self.folder / "ws-sibling").mkdir()
        for path in (self.folder / "secret", self.folder / "ws-sibling/secret"):
            path.write_text("outside")
        self.conversation = self.start(folder=self.workspace, tools=())
        self.base = self.of(self.conversation, "/workspace")

    def cookie(self):
        answer = self.assert_status(self.http.post("/api/auth/workspace-session"), 204)
        return answer.headers["set-cookie"].split(";")[0]

    def test_the_cookie_opens_the_workspace_and_nothing_else(self):
        (self.workspace / "page.html").write_text("<p>")
        nobody = Http(self.server.url)
        self.assert_status(nobody.get(self.base + "/page.html"), 401)
        cookie = {"Cookie": self.cookie()}
        answer = self.assert_status(nobody.get(self.base + "/page.html", cookie), 200)
        self.assertEqual((answer.data, answer.headers["content-type"]), (b"<p>", "text/html; charset=utf-8"))
        self.assertTrue(answer.headers["content-security-policy"].startswith("sandbox"))
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assert_status(nobody.request("HEAD", self.base + "/page.html", headers=cookie), 200)
        self.assert_status(nobody.get(self.base + "/page.html", {"Cookie": "oh_workspace_session_key=wrong"}), 401)
        for path in (self.of(self.conversation), "/api/file/download?path=%s" % (self.folder / "secret")):
            self.assert_status(nobody.get(path, cookie), 401)
        self.assert_status(self.http.get(self.base + "/page.html"), 200)

    def test_folders_show_their_index(self):
        self.assert_status(self.http.get(self.base), 404)
        (self.workspace / "index.html").write_text("top")
        for path in ("", "/", "/index.html"):
            self.assertEqual(self.http.get(self.base + path).data, b"top", path)
        self.assert_status(self.http.get(self.base + "/sub"), 404)

    def test_no_path_leads_out(self):
        (self.workspace / "up").symlink_to("..")
        (self.workspace / "out").symlink_to("../secret")
        (self.workspace / "absolute").symlink_to("/etc/passwd")
        (self.workspace / "inside").symlink_to("sub/file")
        (self.workspace / "sub/file").write_text("inside")
        self.assertEqual(self.http.get(self.base + "/inside").data, b"inside")
        for path in TRAVERSALS:
            with self.subTest(path):
                answer = self.http.get(self.base + "/" + path)
                self.assertGreaterEqual(answer.status, 400, answer)
                self.assertLess(answer.status, 500, answer)
                self.assertNotIn(b"root:", answer.data)
                self.assertNotEqual(answer.data, b"outside")


if __name__ == "__main__":
    main()
