#!/usr/bin/env python3
"""The README's quick start, typed as it is written, and the same against an OpenAI-compatible endpoint."""
import pathlib
import subprocess
import sys

import _path  # noqa: F401
from harness import Case, main
from harness.mock import command, finish
from harness.server import ROOT, clean_environment

sys.path.insert(0, str(ROOT / "tests/bare_debian"))
import quick_start  # noqa: E402


class QuickStart(Case):
    def type(self, *replacements):
        """Types the README's commands against this server; -> what they print."""
        folder = self.new_folder()
        text = "\n".join(quick_start.commands((ROOT / "README.md").read_text()))
        for old, new in ((quick_start.ADDRESS, self.server.url), ("/tmp/collet-tour", str(folder / "tour")),
                         *replacements):
            self.assertIn(old, text)
            text = text.replace(old, new)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=clean_environment(),
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout, folder / "tour"

    def test_with_the_demo_model(self):
        shown, folder = self.type()
        self.assertIn("demo", shown.lower())
        self.assertTrue(any(pathlib.Path(folder).iterdir()), "the tour writes a file")
        self.assertEqual(self.http.get("/api/conversations/count").json, 0, "the last step deletes the conversation")

    def test_with_an_endpoint(self):
        model = self.mock.model("of-the-user", command("ls"), finish("Hello from the endpoint."))
        shown, _ = self.type(('"model": "demo/tour"', '"model": "%s", "api_key": "sk-x", "base_url": "%s/v1"'
                              % (model, self.mock.url)))
        self.assertIn("Hello from the endpoint.", shown)


if __name__ == "__main__":
    main()
