#!/usr/bin/env python3
"""Bundles, which the API calls plugins: of projects and users, and the installed ones."""
import concurrent.futures
import json

import _path  # noqa: F401
from harness import Http, main
from harness.git import commit, repository, write
from harness.installed import InstalledCase

PLUGINS, INSTALLED = "/api/plugins", "/api/plugins/installed"


def bundle(folder, name, version="0.1.0"):
    """A bundle with a skill and a command. -> its folder"""
    write(folder / ".plugin/plugin.json", json.dumps({"name": name, "version": version, "description": "d"}))
    write(folder / "skills/Any Name/SKILL.md", "---\ndescription: s\n---\nBody.")
    write(folder / "commands/now.md", "---\ndescription: does it\nargument-hint: [city, day]\n---\nGo.")
    write(folder / "hooks/hooks.json", "{}")
    return folder


class Bundles(InstalledCase):
    kind = "plugins"
    server_options = {"config": {"plugins": {"bundles": {"public_repository": ""}}}}

    def names(self, **wanted):
        answer = self.http.post(PLUGINS, {"load_user": False, "load_project": False, **wanted})
        return [(one["name"], one["version"]) for one in self.assert_status(answer, 200)["plugins"]]

    def test_what_one_holds(self):
        one = self.install(bundle(self.folder / "any", "plug")).json
        self.assertEqual((one["name"], one["version"], one["description"]), ("plug", "0.1.0", "d"))
        self.assertEqual(one["skills"], [{"name": "Any Name", "description": "s"},
                                         {"name": "plug:now", "description": "does it"}])
        self.assertEqual(one["files"], [".plugin/plugin.json", "commands/now.md", "hooks/hooks.json", "skills/Any Name/SKILL.md"])
        self.assertEqual(self.http.get(INSTALLED + "/plug").json, one)
        self.assertEqual(self.http.get(INSTALLED)["plugins"], [one])

    def test_switched_off_it_is_not_loaded(self):
        self.install(bundle(self.folder / "any", "plug"))
        self.assertEqual(self.names(load_user=True), [("plug", "0.1.0")])
        self.assert_status(self.http.patch(INSTALLED + "/plug", {"enabled": False}), 200)
        self.assertEqual(self.names(load_user=True), [])
        self.assertEqual(len(self.http.get(INSTALLED)["plugins"]), 1)
        self.assert_status(self.http.delete(INSTALLED + "/plug"), 200)
        self.assert_status(self.http.delete(INSTALLED + "/plug"), 404)

    def test_of_one_name_the_project_counts(self):
        self.install(bundle(self.folder / "any", "plug"))
        bundle(self.folder / "project/.openhands/plugins/x", "plug", "3.0.0")
        bundle(self.folder / "project/.agents/plugins/y", "plug", "2.0.0")
        write(self.folder / "project/.agents/plugins/bare/README.md", "")
        write(self.folder / "project/.agents/plugins/bad/.plugin/plugin.json", "{")
        project = {"load_project": True, "project_dir": str(self.folder / "project")}
        self.assertEqual(self.names(load_user=True, **project), [("plug", "2.0.0"), ("bare", "1.0.0")])

    def test_a_single_skill_is_a_bundle(self):
        write(self.folder / "one/SKILL.md", "---\nname: other-name\ndescription: s\n---\nBody.")
        one = self.install(self.folder / "one")
        self.assertEqual((one["name"], one["skills"]), ("one", [{"name": "other-name", "description": "s"}]))

    def test_what_is_wrong_is_refused(self):
        for name, manifest in (("a", "{"), ("b", "[]"), ("c", "{}"), ("d", '{"name": "Bad Name"}'), ("e", '{"name": "../x"}'),
                               ("f", '{"name": "f", "version": 1}')):
            write(self.folder / name / ".plugin/plugin.json", manifest)
            with self.subTest(manifest):
                self.install(self.folder / name, 422)
        self.assertEqual(self.install(self.folder / "nope", 400)["detail"],
                         "Failed to fetch plugin source. Check that the source is valid.")
        self.assertEqual(self.http.get(INSTALLED)["plugins"], [])
        self.assert_status(self.http.get(INSTALLED + "/Bad"), 422)
        self.assert_status(self.http.post(PLUGINS, {"load_user": "zz"}), 422)

    def test_of_installs_at_the_same_time_one_wins(self):
        source = str(bundle(self.folder / "any", "plug"))

        def install(_):
            return Http(self.server.url).post(PLUGINS + "/install", {"source": source}).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(sorted(pool.map(install, range(8))), [200] + [409] * 7)

    def test_from_a_repository_and_refreshed(self):
        bundle(self.folder / "bundles/plug", "plug")
        repository(self.folder, {})
        one = self.install("file://%s" % self.folder, repo_path="bundles/plug")
        self.assertEqual(len(one["resolved_ref"]), 40)
        bundle(self.folder / "bundles/plug", "plug", "0.2.0")
        commit(self.folder, {})
        answer = self.assert_status(self.http.post(INSTALLED + "/plug/refresh"), 200)
        self.assertEqual((answer["message"], answer["plugin"]["version"]), ("Plugin 'plug' updated", "0.2.0"))

    def test_it_outlives_a_kill(self):
        server = self.another_server()
        Http(server.url).post(PLUGINS + "/install", {"source": str(bundle(self.folder / "any", "plug"))})
        half = write(server.state.parent / ".openhands/plugins/installed/.staging-abc123/content/x", "half").parent.parent
        server.process.kill()
        server.process.wait()
        server.start()
        self.assertEqual([one["name"] for one in Http(server.url).get(INSTALLED)["plugins"]], ["plug"])
        self.assertFalse(half.exists())

    def test_the_marketplace_says_that_it_is_not_there(self):
        answer = self.assert_status(self.http.get(PLUGINS + "/marketplace"), 200)
        self.assertEqual(answer["plugins"], [])
        self.assertTrue(answer["error"])


if __name__ == "__main__":
    main()
