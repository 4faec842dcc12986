"""Waiting for conditions."""
import os
import time

# Sanitizers slow the program down; CTest sets a factor for the deadlines.
PATIENCE = float(os.environ.get("COLLET_PATIENCE", "1"))


def wait_until(what, condition, seconds=10, pause=0.01):
    """Polls condition() until it is true; -> its value."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited %.0f s in vain for %s" % (seconds * PATIENCE, what))
        time.sleep(pause)
