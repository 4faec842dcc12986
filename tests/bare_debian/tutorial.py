#!/usr/bin/env python3
"""usage: tutorial.py writing-a-plugin.md

Prints the tutorial as one shell script, to be run in the folder of Collet's source: each ```sh block, in order. The block
that starts the server in one terminal goes to the background, and the script waits until it answers."""
import re
import sys

import quick_start

SERVE = "collet serve"


def blocks(page):
    return re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M)


def script(found):
    """-> what is typed, as one script."""
    lines = ["set -euxo pipefail"]
    for block in found:
        if not block.startswith(SERVE):
            lines.append(block)
            continue
        lines.append("%s & server=$!" % block.strip())
        lines.append("{ set +x; } 2>/dev/null")
        lines.append("until curl -sf %s/ready; do kill -0 $server; sleep 0.2; done 2>/dev/null; set -x" % quick_start.ADDRESS)
    return "\n".join([*lines, "kill $server", "wait $server", ""])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        print(script(blocks(file.read())))


if __name__ == "__main__":
    main()
