"""Looks at processes."""


def alive(pid):
    """Whether there is such a process, and it is no zombie."""
    try:
        with open("/proc/%d/stat" % pid, encoding="latin-1") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
