#!/usr/bin/env python3
"""Drives the program through the published TypeScript client, without a session key and with one.

usage: run.py FOLDER [--update]    FOLDER: where the client is installed; kept for the next time
    --update: takes those that pass out of expected_failures.txt

Fails when a check fails that expected_failures.txt does not name, and when one that it names passes. Exit status 77, a
skipped test: there is no Node.js or npm, or no package registry.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
from harness import PATIENCE, Server, clean_environment  # noqa: E402

SKIPPED = 77
KEY = "a-session-key-of-the-client-test"
SOURCES = ("e2e.mjs", "suite.mjs", "mock-llm.mjs", "scripts.mjs", "package.json", "package-lock.json")
# What npm says when it cannot reach a registry, as opposed to a package that is wrong.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT",
               "ENOTCACHED", "ERR_SOCKET_TIMEOUT", "FETCH_ERROR", "E401", "E403", "E404", "E502", "E503")


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def install(folder):
    """The script and the client that package-lock.json pins, side by side."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            skip("there is no %s" % program)
    major = int(subprocess.run(["node", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout[1:].split(".")[0])
    if major < 18:
        skip("Node.js is older than 18")
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        shutil.copyfile(HERE / name, folder / name)
    shutil.copytree(HERE / "checks", folder / "checks", dirs_exist_ok=True)
    stamp, wanted = folder / "installed", (HERE / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000"]
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, "npm_config_cache": str(folder / "npm-cache")},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        skip("npm has not got the client within 240 s")
    if done.returncode:
        print(done.stdout)
        if any(word in done.stdout for word in UNREACHABLE):
            skip("npm cannot reach a registry that has the client")
        sys.exit("npm ci failed")
    stamp.write_text(wanted)


def expected_failures():
    """-> {check: reason}."""
    found = {}
    for line in (HERE / "expected_failures.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, mark, reason = line.partition(" # ")
            if not mark or not reason.strip() or name in found:
                sys.exit("expected_failures.txt: no reason, or twice: " + line)
            found[name] = reason
    return found


def checks(folder, key):
    """Runs the script against a new server; -> its results."""
    environment = {"OH_SECRET_KEY": "a-secret-key-of-the-client-test", **({"SESSION_API_KEY": key} if key else {})}
    server = Server(environment=environment)
    try:
        with tempfile.TemporaryDirectory(prefix="collet-client-", ignore_cleanup_errors=True) as work:
            report = pathlib.Path(work) / "report.json"
            command = ["node", "e2e.mjs", "--base-url", server.url, "--workspace-dir", work + "/workspace", "--json", str(report)]
            (pathlib.Path(work) / "workspace").mkdir()
            subprocess.run(command + (["--session-api-key", key] if key else []), cwd=folder, env=clean_environment(),
                           check=False, timeout=200 * PATIENCE)
            if not report.exists():
                sys.exit("the script ended without a report\n" + server.log[-5000:])
            return json.loads(report.read_text())["results"]
    finally:
        server.close()


def judge(results, expected):
    """-> what is wrong, one line each."""
    wrong = []
    names = [one["name"] for one in results]
    for one in results:
        if one["ok"] and one["name"] in expected and "skip" not in one:
            wrong.append("passes, so it must leave expected_failures.txt: " + one["name"])
        if not one["ok"] and one["name"] not in expected:
            wrong.append("fails: %s: %s" % (one["name"], one["why"]))
    return wrong + ["there is no such check: " + name for name in expected if name not in names]


def strike(names):
    """Takes these out of expected_failures.txt."""
    file = HERE / "expected_failures.txt"
    lines = file.read_text().splitlines(True)
    file.write_text("".join(line for line in lines if line.partition(" # ")[0] not in names))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    install(folder)
    expected, wrong, passing = expected_failures(), [], []
    for what, key in (("without a session key", None), ("with a session key", KEY)):
        print("# " + what, flush=True)
        results = checks(folder, key)
        passing.append({one["name"] for one in results if one["ok"] and "skip" not in one})
        passed = sum(1 for one in results if one["ok"] and "skip" not in one)
        print("# %s: %d of %d passed, %d failed as expected" % (
            what, passed, len(results), sum(1 for one in results if not one["ok"] and one["name"] in expected)), flush=True)
        wrong += ["%s: %s" % (what, line) for line in judge(results, expected)]
    print("\n".join(wrong))
    if "--update" in sys.argv:
        strike(set.intersection(*passing))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
