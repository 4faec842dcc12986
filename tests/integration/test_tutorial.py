#!/usr/bin/env python3
"""docs/writing-a-plugin.md, typed as it is written, with the program that is built already."""
import os
import socket
import subprocess
import sys

import _path  # noqa: F401
from harness import PATIENCE, Case, main
from harness.server import ROOT, binary, clean_environment

sys.path.insert(0, str(ROOT / "tests/bare_debian"))
import quick_start  # noqa: E402
import tutorial  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Tutorial(Case):
    @classmethod
    def setUpClass(cls):
        """No server: the tutorial starts one."""

    def test_all_of_it(self):
        folder = self.new_folder()
        build, *rest = tutorial.blocks((ROOT / "docs/writing-a-plugin.md").read_text())
        self.assertIn("scripts/build", build)  # bare_debian/run.sh types this block
        text = tutorial.script(rest)
        address = "http://127.0.0.1:%d" % free_port()
        for old, new in ((quick_start.ADDRESS, address), ("/tmp/word-count-state", str(folder / "state")),
                         (tutorial.SERVE, "%s --port %s" % (tutorial.SERVE, address.rsplit(":", 1)[1]))):
            self.assertIn(old, text)
            text = text.replace(old, new)
        environment = clean_environment(PATH="%s:%s" % (binary().parent, os.environ["PATH"]), HOME=str(folder))
        done = subprocess.run(["bash", "-c", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=300 * PATIENCE,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for shown in ("Made the plugin word-count", "100% tests passed", "word_count_greet", '{"greeting":"Hello, Ann!"}',
                      '"state":"started"', "did you mean 'greeting'?", "refused, as it should be"):
            self.assertIn(shown, done.stdout)


if __name__ == "__main__":
    main()
