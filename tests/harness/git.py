"""Repositories made by git itself, and a server of them."""
import http.server
import subprocess
import threading

from .server import clean_environment


def git_environment():
    """Somebody to commit, and no configuration but the repository's."""
    return clean_environment(HOME="/nonexistent", GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="N", GIT_AUTHOR_EMAIL="n@x",
                             GIT_COMMITTER_NAME="N", GIT_COMMITTER_EMAIL="n@x")


def git(folder, *arguments, check=True):
    """Runs it in a folder. -> what it prints"""
    done = subprocess.run(["git", *arguments], cwd=folder, env=git_environment(), check=check, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.decode().strip()


def write(file, text):
    """-> the file; its folder is made when it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def repository(folder, files):
    """Made of these files, {path: text}, and committed. -> the folder"""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", ".")
    return commit(folder, files)


def commit(folder, files):
    """Writes these files and commits all that there is. -> the folder"""
    for path, text in files.items():
        write(folder / path, text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "more")
    return folder


class GitOverHttp(http.server.ThreadingHTTPServer):
    """`git http-backend` for the repositories in a folder; notes what was asked."""

    def __init__(self, folder, login=None):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                outer.asked.append((self.command, self.path, self.headers.get("Authorization")))
                if login and self.headers.get("Authorization") != login:
                    self.send_response(401)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=True, env={
                    **git_environment(), "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                    "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or ""})
                head, _, content = done.stdout.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_port

    def close(self):
        self.shutdown()
        self.server_close()
