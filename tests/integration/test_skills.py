#!/usr/bin/env python3
"""Skills: of projects, users and repositories; and the installed ones. The repositories are real, of this machine."""
import concurrent.futures
import http.server
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

import _path  # noqa: F401
from harness import Case, Http, main

SKILLS, INSTALLED = "/api/skills", "/api/skills/installed"
NOTHING = {"load_public": False, "load_user": False, "load_project": False, "load_org": False}
GIT = {"GIT_AUTHOR_NAME": "N", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "N", "GIT_COMMITTER_EMAIL": "a@b.c",
       "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(folder, *arguments):
    done = subprocess.run(("git", "-C", str(folder)) + arguments, check=True, capture_output=True, text=True,
                          env={**os.environ, **GIT})
    return done.stdout.strip()


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def repository(folder, files):
    """-> the folder, with all of it committed."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", ".")
    return commit(folder, files)


def commit(folder, files):
    for path, text in files.items():
        write(folder / path, text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "more")
    return folder


def skill(name, text="Body.", **fields):
    return "---\nname: %s\n%s---\n%s\n" % (name, "".join("%s: %s\n" % one for one in fields.items()), text)


class GitOverHttp(http.server.ThreadingHTTPServer):
    """`git http-backend` for the repositories in a folder; notes what was asked."""

    def __init__(self, folder, login=None):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                outer.asked.append((self.command, self.path, self.headers.get("Authorization")))
                if login and self.headers.get("Authorization") != login:
                    self.send_response(401)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=True, env={
                    **os.environ, **GIT, "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                    "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or ""})
                head, _, content = done.stdout.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_port

    def close(self):
        self.shutdown()
        self.server_close()


class Skills(Case):
    server_options = {"config": {"plugins": {"skills": {"public_repository": ""}}}}

    def setUp(self):
        super().setUp()
        self.home = self.server.state.parent
        self.folder = self.new_folder()
        self.addCleanup(self.remove_all)

    def remove_all(self):
        for one in Http(self.server.url).get(INSTALLED)["skills"]:
            Http(self.server.url).delete(INSTALLED + "/" + one["name"])

    def load(self, **wanted):
        return self.assert_status(self.http.post(SKILLS, {**NOTHING, **wanted}), 200)

    def install(self, source, status=200, **more):
        return self.assert_status(self.http.post(SKILLS + "/install", {"source": str(source), **more}), status)

    def leftovers(self):
        return [path.name for path in (self.home / ".openhands/skills/installed").glob(".staging*")]

    # -- loading
    def test_a_project(self):
        write(self.folder / "AGENTS.md", "Instructions.\n")
        write(self.folder / ".openhands/skills/word.md", skill("word", triggers="[magic]"))
        write(self.folder / ".agents/skills/sk/SKILL.md", skill("sk", description="d"))
        write(self.folder / "sub/CLAUDE.md", "For sub.")
        write(self.folder / ".agents/skills/bad.md", "---\nname: [\n---\n")
        answer = self.load(load_project=True, project_dir=str(self.folder))
        self.assertEqual([(one["name"], one["type"]) for one in answer["skills"]],
                         [("agents", "repo"), ("claude:sub", "knowledge"), ("sk", "agentskills"), ("word", "knowledge")])
        self.assertEqual(answer["sources"]["project"], 4)
        self.assertTrue(answer["skills"][1]["disable_model_invocation"])
        self.assertEqual(answer["skills"][3]["triggers"], ["magic"])
        self.assertIn("bad.md", self.server.log)

    def test_front_matter_that_grows_is_left_out_in_no_time(self):
        bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for name, before in zip("bcdefghij", "abcdefghi"):
            bomb += "%s: &%s [%s]\n" % (name, name, ",".join(["*" + before] * 9))
        write(self.folder / ".agents/skills/bomb.md", "---\n%s---\nText" % bomb)
        write(self.folder / ".agents/skills/deep.md", "---\na: %s\n---\nText" % ("[" * 60000))
        write(self.folder / ".agents/skills/good.md", "Good.")
        begin = time.monotonic()
        answer = self.load(load_project=True, project_dir=str(self.folder))
        self.assertEqual([one["name"] for one in answer["skills"]], ["good"])
        self.assertLess(time.monotonic() - begin, 5)

    def test_of_a_user_and_of_one_name_the_project_counts(self):
        write(self.home / ".openhands/skills/own.md", "User's.")
        self.addCleanup((self.home / ".openhands/skills/own.md").unlink)
        write(self.folder / ".openhands/skills/own.md", "Project's.")
        answer = self.load(load_user=True)
        self.assertEqual([one["content"] for one in answer["skills"]], ["User's."])
        answer = self.load(load_user=True, load_project=True, project_dir=str(self.folder))
        self.assertEqual([one["content"] for one in answer["skills"]], ["Project's."])
        self.assertEqual((answer["sources"]["sdk_base"], answer["sources"]["project"]), (1, 1))

    def test_exposed_urls(self):
        urls = [{"name": "WORKER_1", "url": "https://h", "port": 8011}, {"name": "VSCODE", "url": "https://v", "port": 1}]
        answer = self.load(sandbox_config={"exposed_urls": urls})
        self.assertEqual([one["name"] for one in answer["skills"]], ["work_hosts"])
        self.assertIn("https://h (port 8011)", answer["skills"][0]["content"])
        self.assertNotIn("https://v", answer["skills"][0]["content"])

    def test_bad_requests(self):
        for body, place in (({"load_public": "zzz"}, "load_public"), ({"load_user": None}, "load_user"),
                            ({"project_dir": 1}, "project_dir"), ({"org_configs": {}}, "org_configs"),
                            ({"org_configs": [{"org_repo_url": 5}]}, "org_configs"),
                            ({"registered_marketplaces": ["x"]}, "registered_marketplaces"),
                            ({"sandbox_config": {"exposed_urls": [{"name": "x", "url": "y", "port": "z"}]}}, "sandbox_config")):
            answer = self.assert_status(self.http.post(SKILLS, {**NOTHING, **body}), 422)
            self.assertEqual(answer["detail"][0]["loc"][:2], ["body", place])
        self.assert_status(self.http.request("POST", SKILLS, b"{"), 422)

    # -- organisations and marketplaces
    def test_an_organisation(self):
        repo = repository(self.folder / "org", {"skills/a.md": "A.", "microagents/a.md": "old", "microagents/b.md": "B.",
                                                "other/c.md": "C."})
        config = {"repository": "o/r", "provider": "github", "org_repo_url": "file://%s" % repo, "org_name": "o"}
        answer = self.load(load_org=True, org_configs=[config])
        self.assertEqual([(one["name"], one["content"]) for one in answer["skills"]], [("a", "A."), ("b", "B.")])
        self.assertEqual(answer["sources"]["org"], 2)
        broken = {**config, "org_repo_url": "https://user:sec-r3t@127.0.0.1:1/r"}
        answer = self.load(load_org=True, org_configs=[broken, config])
        self.assertEqual(answer["sources"]["org"], 2)
        self.assertNotIn("sec-r3t", self.server.log)

    def test_a_registered_marketplace(self):
        offers = {"name": "m", "owner": {"name": "o"}, "plugins": [{"name": "p", "source": "./bundles/p"},
                                                                   {"name": "out", "source": "../../etc"}],
                  "skills": [{"name": "s", "source": "./skills/s"}, {"name": "t", "source": "./skills/t"}]}
        repo = repository(self.folder / "market", {
            ".plugin/marketplace.json": json.dumps(offers), "skills/s/SKILL.md": skill("s"), "skills/t/SKILL.md": skill("t"),
            "bundles/p/skills/q/SKILL.md": skill("q"), "bundles/p/commands/go.md": "Go."})
        one = {"name": "m", "source": "file://%s" % repo, "auto_load": ["p", "s"]}
        answer = self.load(load_public=True, registered_marketplaces=[one])
        self.assertEqual([one["name"] for one in answer["skills"]], ["s", "q", "p:go"])
        self.assertEqual(answer["sources"]["registered_marketplaces"], 3)
        self.assertTrue(pathlib.Path(answer["skills"][0]["source"]).is_file())

    # -- installing
    def test_from_a_folder(self):
        write(self.folder / "sk/SKILL.md", skill("sk", description="d"))
        write(self.folder / "sk/scripts/run.sh", "#!/bin/sh\n").chmod(0o755)
        one = self.install(self.folder / "sk")
        place = self.home / ".openhands/skills/installed/sk"
        self.assertEqual((one["name"], one["enabled"], one["install_path"]), ("sk", True, str(place)))
        self.assertTrue(os.access(place / "scripts/run.sh", os.X_OK))
        self.assertIn("already installed", self.install(self.folder / "sk", 409)["detail"])
        write(self.folder / "sk/SKILL.md", skill("sk", description="new"))
        self.assertEqual(self.install(self.folder / "sk", force=True)["description"], "new")
        self.assertEqual([one["name"] for one in self.load(load_user=True)["skills"]], ["sk"])
        self.assert_status(self.http.patch(INSTALLED + "/sk", {"enabled": False}), 200)
        self.assertEqual(self.load(load_user=True)["skills"], [])
        write(self.folder / "sk/SKILL.md", skill("sk", description="newer"))
        answer = self.assert_status(self.http.post(INSTALLED + "/sk/refresh"), 200)
        self.assertEqual((answer["skill"]["description"], answer["skill"]["enabled"]), ("newer", False))
        self.assert_status(self.http.delete(INSTALLED + "/sk"), 200)
        self.assertFalse(place.exists())
        self.assert_status(self.http.get(INSTALLED + "/sk"), 404)

    def test_what_is_wrong_is_refused_and_leaves_nothing(self):
        write(self.folder / "none/README.md", "no skill")
        write(self.folder / "Bad_Name/SKILL.md", "Body.")
        write(self.folder / "link/SKILL.md", skill("link"))
        (self.folder / "link/out").symlink_to("/etc/passwd")
        write(self.folder / "pipe/SKILL.md", skill("pipe"))
        os.mkfifo(self.folder / "pipe/fifo")
        write(self.folder / "big/SKILL.md", skill("big"))
        with open(self.folder / "big/data", "wb") as file:
            file.truncate(20 << 20)
        for name in ("none", "Bad_Name", "link", "pipe", "big"):
            with self.subTest(name):
                self.assertTrue(self.install(self.folder / name, 422)["detail"].startswith("Invalid skill: "))
        self.assertEqual(self.install(self.folder / "nowhere", 400)["detail"],
                         "Failed to fetch skill source. Check that the source is valid.")
        for source in ("git@host:o/r.git", "ext::sh -c true", "name", "ssh://host/r"):
            self.install(source, 400)
        self.install("", 422)
        self.assert_status(self.http.post(SKILLS + "/install", {"source": 5}), 422)
        self.assertEqual(self.http.get(INSTALLED)["skills"], [])
        self.assertEqual(self.leftovers(), [])

    def test_names_in_paths_are_checked(self):
        for name in ("Bad..Name", "-a", "..%2fetc", "a" * 256):
            answer = self.assert_status(self.http.get(INSTALLED + "/" + name), 422)
            self.assertEqual(answer["detail"][0]["loc"], ["path", "skill_name"])
        self.assert_status(self.http.patch(INSTALLED + "/nope", {}), 422)

    def test_from_a_repository(self):
        repo = repository(self.folder / "repo", {"skills/sk/SKILL.md": skill("sk", description="one"), "other": "x"})
        first = git(repo, "rev-parse", "HEAD")
        git(repo, "tag", "v1")
        one = self.install("file://%s" % repo, repo_path="skills/sk")
        self.assertEqual((one["resolved_ref"], one["repo_path"]), (first, "skills/sk"))
        commit(repo, {"skills/sk/SKILL.md": skill("sk", description="two")})
        answer = self.assert_status(self.http.post(INSTALLED + "/sk/refresh"), 200)
        self.assertEqual(answer["skill"]["description"], "two")
        self.assertEqual(answer["skill"]["resolved_ref"], git(repo, "rev-parse", "HEAD"))
        one = self.install("file://%s" % repo, repo_path="skills/sk", ref="v1", force=True)
        self.assertEqual((one["description"], one["resolved_ref"]), ("one", first))
        self.assertFalse(list((self.home / ".openhands/skills/installed/sk").rglob(".git")))
        self.install("file://%s" % repo, 400, repo_path="../x")
        self.install("file://%s" % repo, 400, repo_path="nope")
        self.install("file://%s" % repo, 400, ref="nope", repo_path="skills/sk")
        self.install("file:///nowhere", 400)
        self.assertEqual(self.leftovers(), [])

    def test_a_repository_has_no_say(self):
        hook = write(self.folder / "repo/.git/hooks/post-checkout", "#!/bin/sh\ntouch %s/ran\n" % self.folder)
        hook.chmod(0o755)
        repo = repository(self.folder / "repo", {
            "sk/SKILL.md": skill("sk"), "sk/.gitattributes": "* filter=evil\n", ".gitmodules":
            '[submodule "s"]\n\tpath = sk/s\n\turl = file:///etc\n'})
        git(repo, "update-index", "--add", "--cacheinfo", "160000,%s,sk/s" % git(repo, "rev-parse", "HEAD"))
        (repo / "sk/out").symlink_to("../../../etc/passwd")
        git(repo, "add", "sk/out")
        git(repo, "commit", "-qm", "link")
        self.install("file://%s" % repo, 422, repo_path="sk")
        git(repo, "rm", "-q", "sk/out")
        git(repo, "commit", "-qm", "none")
        self.install("file://%s" % repo, repo_path="sk")
        self.assertFalse((self.folder / "ran").exists())
        self.assertEqual(sorted(path.name for path in (self.home / ".openhands/skills/installed/sk").iterdir()),
                         [".gitattributes", "SKILL.md"])

    def test_from_an_archive(self):
        write(self.folder / "sk-1/SKILL.md", skill("sk-1"))
        subprocess.run(["tar", "-C", str(self.folder), "-czf", str(self.folder / "any.tar.gz"), "sk-1"], check=True)
        self.assertEqual(self.install(self.folder / "any.tar.gz")["name"], "sk-1")
        write(self.folder / "cut.tar.gz", "no archive")
        self.install(self.folder / "cut.tar.gz", 422)
        subprocess.run(["tar", "-C", str(self.folder), "-P", "-czf", str(self.folder / "out.tgz"), "../" + self.folder.name],
                       check=True)
        self.install(self.folder / "out.tgz", 422)

    def test_of_installs_at_the_same_time_one_wins(self):
        repo = repository(self.folder / "repo", {"sk/SKILL.md": skill("sk")})

        def install(_):
            body = {"source": "file://%s" % repo, "repo_path": "sk"}
            return Http(self.server.url).post(SKILLS + "/install", body).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(sorted(pool.map(install, range(8))), [200] + [409] * 7)
        self.assertEqual(self.leftovers(), [])

    def test_a_private_address_is_not_called(self):
        server = GitOverHttp(self.folder)
        self.addCleanup(server.close)
        answer = self.install(server.url + "/repo", 400)
        self.assertIn("may not be called", answer["detail"])
        self.assertEqual(server.asked, [])

    def test_a_disk_that_fails_is_no_fault_of_the_skill(self):
        write(self.folder / "sk/SKILL.md", skill("sk"))
        server = self.another_server()
        write(server.state.parent / ".openhands", "in the way")
        answer = Http(server.url).post(SKILLS + "/install", {"source": str(self.folder / "sk")})
        self.assertIn("cannot be made", self.assert_status(answer, 503)["detail"])

    # -- without a public repository
    def test_the_marketplace_says_that_it_is_not_there(self):
        answer = self.assert_status(self.http.get(SKILLS + "/marketplace"), 200)
        self.assertEqual(answer["skills"], [])
        self.assertTrue(answer["error"])
        self.assertEqual(self.assert_status(self.http.post(SKILLS + "/sync"), 200)["status"], "error")


class Elsewhere(Case):
    """With repositories over HTTP and a public repository of the test's own."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.folder = self.new_folder()
        offers = {"name": "m", "owner": {"name": "o"}, "plugins": [
            {"name": "sk", "description": "d", "source": "./skills/sk"}, {"name": "p", "source": "./plugins/p"},
            {"name": "far", "source": {"source": "github", "repo": "o/r", "ref": "v1", "path": "plugins/far"}}]}
        self.repo = repository(self.folder / "public", {
            ".plugin/marketplace.json": json.dumps(offers), "marketplaces/default.json": json.dumps(offers),
            "skills/sk/SKILL.md": skill("sk"), "skills/unlisted/SKILL.md": skill("unlisted"), "big/file": "x"})
        self.git = GitOverHttp(self.folder)
        self.addCleanup(self.git.close)
        self.server = self.another_server(config={
            "outbound": {"allow": ["127.0.0.1"]},
            "plugins": {"skills": {"public_repository": self.git.url + "/public/.git"}}})
        self.http = Http(self.server.url)
        super().setUp()

    def test_public_skills_and_the_marketplace(self):
        answer = self.http.post(SKILLS, {**NOTHING, "load_public": True})
        self.assertEqual([one["name"] for one in answer["skills"]], ["sk"])
        everything = self.http.post(SKILLS, {**NOTHING, "load_public": True, "marketplace_path": None})
        self.assertEqual([one["name"] for one in everything["skills"]], ["sk", "unlisted"])
        asked = len(self.git.asked)
        offers = self.assert_status(self.http.get(SKILLS + "/marketplace"), 200)["skills"]
        self.assertEqual(len(self.git.asked), asked, "not within a minute")
        self.assertEqual([one["name"] for one in offers], ["sk", "p", "far"])
        self.assertEqual(offers[2]["source"], "github:o/r@v1/plugins/far")
        self.assertFalse(offers[0]["installed"])
        self.assert_status(self.http.post(SKILLS + "/install", {"source": offers[0]["source"]}), 200)
        self.assertTrue(self.http.get(SKILLS + "/marketplace")["skills"][0]["installed"])

    def test_sync_brings_what_is_new_and_keeps_the_old_while_offline(self):
        self.assertEqual(self.http.post(SKILLS + "/sync")["status"], "success")
        commit(self.repo, {"skills/new/SKILL.md": skill("new")})
        self.assertEqual(self.http.post(SKILLS + "/sync")["status"], "success")
        wanted = {**NOTHING, "load_public": True, "marketplace_path": None}
        self.assertEqual(self.http.post(SKILLS, wanted)["sources"]["sdk_base"], 3)
        self.git.close()
        answer = self.http.post(SKILLS + "/sync")
        self.assertEqual((answer["status"], answer["message"]), ("error", "Failed to sync skills repository"))
        self.assertEqual(self.http.post(SKILLS, wanted)["sources"]["sdk_base"], 3)

    def test_install_over_http_with_a_login_that_is_not_kept(self):
        repository(self.folder / "private", {"SKILL.md": skill("private")})
        private = GitOverHttp(self.folder, login="Basic dTpzZWMtcjN0")  # u:sec-r3t
        self.addCleanup(private.close)
        source = "http://u:sec-r3t@127.0.0.1:%d/private/.git" % private.server_port
        one = self.assert_status(self.http.post(SKILLS + "/install", {"source": source}), 200)
        self.assertEqual(one["source"], source.replace("u:sec-r3t", "****"))
        kept = b"".join(path.read_bytes() for path in self.server.state.parent.rglob("*") if path.is_file())
        self.assertNotIn(b"sec-r3t", kept)
        refused = self.http.post(SKILLS + "/install", {"source": private.url + "/private/.git", "force": True})
        self.assert_status(refused, 400)
        answer = self.assert_status(self.http.post(INSTALLED + "/private/refresh"), 400)
        self.assertIn("not kept", answer["detail"])

    def test_a_server_that_is_not_there_is_502(self):
        self.git.close()
        answer = self.http.post(SKILLS + "/install", {"source": self.git.url + "/x"})
        self.assert_status(answer, 502)
        self.assertTrue(answer["detail"].startswith("Failed to fetch skill source: "))

    def test_a_server_that_never_answers_holds_up_nothing(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        source = {"source": "http://127.0.0.1:%d/r" % silent.getsockname()[1]}
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(Http(self.server.url).post, SKILLS + "/install", source) for _ in range(2)]
            for _ in waiting:
                self.addCleanup(silent.accept()[0].close)
            begin = time.monotonic()
            self.assert_status(self.http.get(INSTALLED), 200)
            self.assert_status(self.http.post(SKILLS, NOTHING), 200)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertEqual(self.server.terminate(), 0)
            for one in waiting:
                self.assertIn(one.result().status, (502, 503))


if __name__ == "__main__":
    main()
