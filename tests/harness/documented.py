"""Holds what a server has answered against its own /openapi.json: every status of an operation is listed there."""
import re

from .client import Http

ANYWHERE = {403, 408, 500, 503}  # as the document itself says
TAKES_SLASHES = ("{path}", "{file_path}")


def expression(path):
    """-> what the paths of a template look like."""
    steps = [".+" if step in TAKES_SLASHES else "[^/]+" if step.startswith("{") else re.escape(step)
             for step in path.split("/")]
    return re.compile("/".join(steps))


class Operations:
    def __init__(self, document):
        paths = sorted(document["paths"], key=lambda path: (path.count("{"), any(x in path for x in TAKES_SLASHES)))
        self.paths = [(expression(path), path, document["paths"][path]) for path in paths]

    def find(self, method, path):
        """-> the template and the operation that a request is for; those of a literal path come first."""
        for like, template, item in self.paths:
            if like.fullmatch(path):
                return template, item.get(method.lower())
        return path, None

    def unlisted(self, answers):
        """answers: (method, path, status); -> those whose operation says what it is, but not that."""
        found = set()
        for method, path, status in answers:
            template, operation = self.find(method, path)
            # A path that cannot be read reaches no operation.
            readable = "%" not in path and not {".", ".."} & set(path.split("/"))
            if operation and "summary" in operation and readable and status not in ANYWHERE:
                if str(status) not in operation["responses"]:
                    found.add("%s %s answers %d" % (method, template, status))
        return sorted(found)


def check(url, key=None):
    """Of a server that is there and has such a document: fails where it has answered what this does not list."""
    http = Http(url, key)
    answers = Http.answers.pop(http.address, set())
    try:
        document = http.get("/openapi.json")
    except OSError:
        return
    if document.status == 200:
        wrong = Operations(document.json).unlisted(answers)
        assert not wrong, "not in /openapi.json: " + "; ".join(wrong)
