#!/usr/bin/env python3
"""usage: quick_start.py README.md

Prints the README's quick start as one shell script: each ```sh block of the section "Quick start", in order. The first
block starts the server in one terminal, so it goes to the background here, and the script waits until it answers."""
import re
import sys

ADDRESS = "http://127.0.0.1:8000"


def blocks(readme):
    section = re.search(r"^## Quick start\n(.*?)^## ", readme, re.S | re.M)
    return re.findall(r"^```sh\n(.*?)^```", section[1], re.S | re.M)


def commands(readme):
    """-> what is typed once the server runs."""
    return blocks(readme)[1:]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = blocks(file.read())
    print("set -euxo pipefail")
    print("(%s) &" % found[0].strip())
    print("server=$!")
    print("{ set +x; } 2>/dev/null; until curl -sf %s/ready; do kill -0 $server; sleep 1; done 2>/dev/null; set -x"
          % ADDRESS)
    print("\n".join(found[1:]))
    print("kill $(pidof collet)")
    print("wait $server")


if __name__ == "__main__":
    main()
