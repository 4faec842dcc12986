"""Paths and bytes for the tests of files."""
import hashlib
import urllib.parse

MEGABYTE = 1 << 20


def quoted(path):
    return urllib.parse.quote(str(path), safe="")


def block(number):
    """-> a megabyte that no other number has, and that does not compress."""
    return hashlib.shake_128(b"%d" % number).digest(MEGABYTE)
