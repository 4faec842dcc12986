"""What the tests of skills and of bundles share: both are installed, listed and removed in the same way."""
from .case import Case
from .client import Http


class InstalledCase(Case):
    """A server without a public repository. Each test begins with nothing installed. `kind`: "skills", "plugins", as in
    the API's paths."""

    kind = None

    def setUp(self):
        super().setUp()
        self.home = self.server.state.parent
        self.folder = self.new_folder()
        self.addCleanup(self.remove_all)

    def remove_all(self):
        http, installed = Http(self.server.url), "/api/%s/installed" % self.kind
        for one in http.get(installed)[self.kind]:
            http.delete(installed + "/" + one["name"])

    def install(self, source, status=200, **more):
        answer = self.http.post("/api/%s/install" % self.kind, {"source": str(source), **more})
        return self.assert_status(answer, status)
