#!/usr/bin/env python3
"""Skills that are installed: from folders, archives and repositories, of this machine and over HTTP."""
import concurrent.futures
import os
import socket
import subprocess
import time

import _path  # noqa: F401
from harness import Case, Http, main
from harness.git import GitOverHttp, commit, git, repository, write
from harness.skills import INSTALLED, NOTHING, SKILLS, SkillCase, skill


class Local(SkillCase):
    def leftovers(self):
        return [path.name for path in (self.home / ".openhands/skills/installed").glob(".staging*")]

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
        for name in ("Bad..Name", "-a", "a" * 256):
            answer = self.assert_status(self.http.get(INSTALLED + "/" + name), 422)
            self.assertEqual(answer["detail"][0]["loc"], ["path", "skill_name"])
        self.assert_status(self.http.get(INSTALLED + "/..%2fetc"), 400)
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
        subprocess.run(["tar", "-C", str(self.folder), "-P", "-czf", str(self.folder / "out.tgz"),
                        "../" + self.folder.name + "/sk-1"], check=True)
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


class OverHttp(Case):
    """A server for each test that may call this machine."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.folder = self.new_folder()
        self.git = GitOverHttp(self.folder)
        self.addCleanup(self.git.close)
        self.server = self.another_server(config={"outbound": {"allow": ["127.0.0.1"]},
                                                  "plugins": {"skills": {"public_repository": ""}}})
        self.http = Http(self.server.url)
        super().setUp()

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
