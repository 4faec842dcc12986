#!/bin/bash
# usage: tests/kill/show_it_bites.sh [ROUNDS]
# Builds the program so that it publishes events before it has committed them, in a folder of its own, and shows that
# the kill test fails then. Exit status 0: it fails, as it must.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/publish-before-commit

cmake --preset release -S "$root" -B "$build" -DCOLLET_PUBLISH_BEFORE_COMMIT=ON -DCOLLET_TESTS=OFF >/dev/null
cmake --build "$build"

if COLLET_BINARY=$build/bin/collet python3 "$root/tests/kill/kill_test.py" --rounds "${1:-30}"; then
  echo "The kill test did not notice that events are published before they are committed." >&2
  exit 1
fi
echo "The kill test fails with a server that publishes before it commits, as it must."
