#!/usr/bin/env python3
"""Skills of projects, users, organisations and marketplaces. The repositories are real, of this machine."""
import json
import pathlib
import time

import _path  # noqa: F401
from harness import Case, Http, main
from harness.git import GitOverHttp, commit, repository, write
from harness.skills import NOTHING, SKILLS, SkillCase, skill


class Loading(SkillCase):
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

    # -- without a public repository
    def test_the_marketplace_says_that_it_is_not_there(self):
        answer = self.assert_status(self.http.get(SKILLS + "/marketplace"), 200)
        self.assertEqual(answer["skills"], [])
        self.assertTrue(answer["error"])
        self.assertEqual(self.assert_status(self.http.post(SKILLS + "/sync"), 200)["status"], "error")


class Public(Case):
    """With a public repository of the test's own, over HTTP."""

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


if __name__ == "__main__":
    main()
