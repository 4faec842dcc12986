#!/usr/bin/env python3
"""usage: tests/canary/show_it_bites.py [--check | NAME…]

Takes out one masking call after the other (mutations.json), in a copy of the tree, and shows that the canary test fails
each time. Needs a build with tests. NAME: only these. Exit status 0: it fails each time, as it must. --check only looks whether each of them is
still there: the expression `from` must stand in the sources under `in` exactly once."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build/unmasked"
MUTATIONS = json.loads((HERE / "mutations.json").read_text())


def place(mutation, root=ROOT):
    """-> the file that holds what is taken out."""
    under = root / mutation["in"]
    files = [under] if under.is_file() else [
        path for path in sorted(under.rglob("*.cpp")) if not path.name.endswith("_test.cpp") and "testdata" not in path.parts]
    found = [path for path in files for _ in re.finditer(mutation["from"], path.read_text())]
    if len(found) != 1:
        raise SystemExit("%s: %r is in %s %d times and not once; mend mutations.json." % (
            mutation["name"], mutation["from"], mutation["in"], len(found)))
    return found[0]


def copy_tree():
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, listed)):
        if (ROOT / name).is_file():
            (COPY / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / "tree" / name)
    subprocess.run(["cmake", "--preset", "release", "-S", str(COPY / "tree"), "-DCOLLET_TESTS=OFF"],
                   check=True, stdout=subprocess.DEVNULL)


def build():
    done = subprocess.run(["cmake", "--build", str(COPY / "tree/build/release")], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout)


def notices(name):
    """-> whether the canary test fails, and because of a secret."""
    plugins = sorted(ROOT.glob("build/*/testdata/plugins/canary.so"), key=lambda path: path.stat().st_mtime)
    environment = {**os.environ, "COLLET_BINARY": str(COPY / "tree/build/release/bin/collet"),
                   "COLLET_CANARY_PLUGIN": str(plugins[-1])}
    with open(COPY / (name + ".log"), "w+") as log:
        status = subprocess.run([sys.executable, str(HERE / "canary_test.py")], env=environment, stdout=log,
                                stderr=subprocess.STDOUT).returncode
        log.seek(0)
        said = log.read()
    if status != 0 and "CANARY" not in said:
        raise SystemExit("%s: the test failed for another reason:\n%s" % (name, said[-3000:]))
    return status != 0


def main(arguments):
    for mutation in MUTATIONS:
        place(mutation)
    if arguments == ["--check"]:
        return
    if unknown := set(arguments) - {mutation["name"] for mutation in MUTATIONS}:
        raise SystemExit("no such mutation: " + " ".join(unknown))
    copy_tree()
    unnoticed = []
    for mutation in MUTATIONS:
        name = mutation["name"]
        if arguments and name not in arguments:
            continue
        file = place(mutation, COPY / "tree")
        before = file.read_text()
        file.write_text(re.sub(mutation["from"], mutation["to"], before))
        build()
        if notices(name):
            print("without masking of %s the canary test fails, as it must" % name, flush=True)
        else:
            unnoticed.append(name)
        file.write_text(before)
    if unnoticed:
        raise SystemExit("The canary test did not notice that these are not masked: " + " ".join(unnoticed))


if __name__ == "__main__":
    main(sys.argv[1:])
