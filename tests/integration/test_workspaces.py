#!/usr/bin/env python3
"""Remembered workspaces, against the program."""
import concurrent.futures
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, main

PATH, PARENTS = "/api/workspaces", "/api/workspaces/parents"


def entry(path, **more):
    return {"id": path, "name": path.strip("/")[:100] or "root", "path": path, **more}


class Workspaces(Case):
    def setUp(self):
        super().setUp()
        self.server = self.another_server()
        self.http = Http(self.server.url)

    def paths(self, part="workspaces"):
        return [one["path"] for one in self.assert_status(self.http.get(PATH), 200)[part]]

    def add(self, *entries):
        return self.assert_status(self.http.post(PATH, {"workspaces": list(entries)}), 200)

    def remove(self, base, path):
        return self.http.delete(base + "?path=" + urllib.parse.quote(path, safe=""))

    def test_what_is_added_stays_until_it_is_removed(self):
        self.add(entry("/a b/ü", parentPath="/a b"), entry("/x"), entry("/x", name="again"))
        self.assert_status(self.http.post(PARENTS, {"parents": [entry("/a b")]}), 200)
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        self.http = Http(self.server.url)
        everything = self.assert_status(self.http.get(PATH), 200)
        self.assertEqual(everything["workspaces"], [entry("/a b/ü", parentPath="/a b"), entry("/x")])
        self.assertEqual(everything["workspaceParents"], [entry("/a b")])
        self.assertEqual(self.assert_status(self.remove(PATH, "/a b/ü"), 200).json, {"deleted": True})
        self.assert_status(self.remove(PATH, "/a b/ü"), 404)
        self.assert_status(self.remove(PARENTS, "/a b"), 200)
        self.assert_status(self.remove(PARENTS, "/a b"), 404)
        self.assertEqual((self.paths(), self.paths("workspaceParents")), (["/x"], []))

    def test_changes_at_the_same_time_are_all_there(self):
        paths = ["/w%d" % number for number in range(48)]

        def add(path):
            return Http(self.server.url).post(PATH, {"workspaces": [entry(path)]}).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(add, paths)), {200})
        self.assertEqual(sorted(self.paths()), sorted(paths))

    def test_wrong_bodies_change_nothing(self):
        self.add(entry("/kept"))
        for body in ({}, {"workspaces": None}, {"workspaces": {}}, {"workspaces": [5]}, {"workspaces": [entry("")]},
                     {"workspaces": [entry("/new"), {"id": "x"}]}, {"workspaces": [entry("/" + "p" * 4096)]}, [],
                     {"workspaces": [entry("/new", parentPath=[])]}):
            answer = self.assert_status(self.http.post(PATH, body), 422)
            self.assertIsInstance(answer["detail"][0]["loc"], list)
        self.assert_status(self.http.post(PATH, b'{"workspaces": [', {"Content-Type": "application/json"}), 422)
        self.assert_status(self.http.delete(PATH), 422)
        self.assertEqual(self.paths(), ["/kept"])

    def test_the_lists_have_a_limit(self):
        def many(part):
            return [entry("/%d/%d/%s" % (part, number, "p" * 3000)) for number in range(60)]

        self.add(*many(0))
        self.assert_status(self.http.post(PATH, {"workspaces": many(1)}), 200)
        self.assert_status(self.http.post(PATH, {"workspaces": many(2) + many(3)}), 413)
        self.assertTrue({one["path"] for one in many(0)} <= set(self.paths()))


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"workspaces": {"enabled": False}}}}

    def test_nothing_is_there(self):
        self.assert_status(self.http.get(PATH), 404)


if __name__ == "__main__":
    main()
