#include "installed_routes.hpp"

#include <utility>

#include "body_reader.hpp"
#include "common/openapi.hpp"
#include "storage_error.hpp"

namespace collet::skill_files {
namespace {

using namespace openapi;

std::string capital(std::string noun) {
  noun[0] = static_cast<char>(noun[0] - 'a' + 'A');
  return noun;
}

void write(json::Writer& w, const InstalledKind& kind, const Installed& one) {
  w.object();
  write_members(w, one);
  if (kind.describe) kind.describe(w, one);
  w.end();
}

Response shown(const InstalledKind& kind, const Installed& one) {
  json::Writer w;
  write(w, kind, one);
  return Response::json(w.take());
}

[[noreturn]] void refuse_missing(const InstalledKind& kind, const std::string& name) {
  throw Refusal(404, capital(kind.noun) + " '" + name + "' is not installed");
}

// Answers that name what went wrong with a source.
Response installing(const InstalledKind& kind, const std::function<Response()>& work) {
  try {
    return work();
  } catch (const AlreadyInstalled&) {
    return Response::error(409, capital(kind.noun) + " already installed. Use force=true to overwrite.");
  } catch (const FetchError& error) {
    const std::string why = error.what();
    return Response::error(error.status(),
                           "Failed to fetch " + kind.noun + " source" +
                               (why.empty() ? ". Check that the source is valid." : ": " + why));
  } catch (const StorageError& error) {
    return Response::error(error.status(), error.what());
  } catch (const FileError& error) {
    return Response::error(422, "Invalid " + kind.noun + ": " + error.what());
  }
}

InstallWish read_wish(const Request& request) {
  const auto body = read_object(request);
  Problems problems;
  BodyReader reader(body, problems);
  InstallWish wish;
  wish.source = reader.required_filled_text("source");
  wish.ref = reader.maybe_text("ref");
  wish.repo_path = reader.maybe_text("repo_path");
  wish.force = reader.flag("force", false);
  problems.check();
  return wish;
}

bool read_enabled(const Request& request) {
  const auto body = read_object(request);
  Problems problems;
  const bool enabled = BodyReader(body, problems).required_flag("enabled");
  problems.check();
  return enabled;
}

std::string one_schema(const InstalledKind& kind) {
  auto schema = object({{"name", kText},
                        {"version", kText, false},
                        {"description", kText, false},
                        {"enabled", switched(true), false},
                        {"source", kText},
                        {"resolved_ref", kMaybeText, false},
                        {"repo_path", kMaybeText, false},
                        {"installed_at", kText},
                        {"install_path", kText}});
  return schema.insert(schema.size() - 2, kind.members);
}

std::string install_schema() {
  return object({{"source", R"({"type":"string","minLength":1})"},
                 {"ref", kMaybeText, false},
                 {"repo_path", kMaybeText, false},
                 {"force", switched(false), false}});
}

// The disk may fail these.
Setup::Answer at_once(Setup::Answer handler) {
  return [handler = std::move(handler)](const Request& request) {
    try {
      return handler(request);
    } catch (const StorageError& error) {
      return Response::error(error.status(), error.what());
    }
  };
}

// The routes of one kind, and where their parts are.
struct Routes {
  InstalledKind kind;
  InstalledFolders& folders;
  Installer& installer;
  FetchWorkers& workers;

  std::string root() const { return "/api/" + kind.noun + "s"; }
  std::string one() const { return root() + "/installed/{" + kind.noun + "_name}"; }
  std::string id(const std::string& start, const std::string& end) const {
    return start + "_endpoint_api_" + kind.noun + "s_" + end;
  }
  std::string name(const Request& request) const {
    return checked_name(request, kind.noun + "_name", kind.pattern);
  }
  std::string operation(std::string id, std::string_view summary, std::string answer,
                        std::string_view failures, std::string body = {}, std::string parameters = {}) const {
    return describe({.tag = kind.tag,
                     .id = std::move(id),
                     .summary = summary,
                     .parameters = std::move(parameters),
                     .body = std::move(body),
                     .answer = std::move(answer),
                     .others = failures});
  }
  // Of one that the path names.
  std::string operation_on_one(const std::string& start, const std::string& end, std::string_view summary,
                               std::string answer, std::string_view failures, std::string body = {}) const {
    const std::string schema =
        R"({"type":"string","minLength":1,"maxLength":255,"pattern":")" + kind.pattern + "\"}";
    return operation(id(start, "installed__" + kind.noun + "_name__" + end), summary, std::move(answer),
                     failures, std::move(body), in_path(kind.noun + "_name", schema));
  }
};

// A handler that answers a request's mistakes at once and the rest later.
template <class Read, class Work>
std::function<void(Request, Reply)> later(Routes routes, Read read, Work work) {
  return [routes, read, work](const Request& request, Reply reply) {
    try {
      auto wanted = read(routes, request);
      routes.workers.answer(std::move(reply), [routes, work, wanted] {
        return installing(routes.kind, [&] { return work(routes, wanted); });
      });
    } catch (const Refusal& refusal) {
      reply.send(refusal.response());
    }
  };
}

void add_list(Setup& setup, const Routes& routes) {
  setup.get(routes.root() + "/installed", at_once([routes](const Request&) {
              json::Writer w;
              w.object().key(routes.kind.noun + "s").array();
              for (const auto& one : routes.folders.list()) write(w, routes.kind, one);
              return Response::json(w.end().end().take());
            }),
            routes.operation(routes.id("list_installed_" + routes.kind.noun + "s", "installed_get"),
                             "What is installed",
                             object({{routes.kind.noun + "s", list_of(one_schema(routes.kind))}}), ""));
}

void add_show(Setup& setup, const Routes& routes) {
  setup.get(routes.one(), at_once([routes](const Request& request) {
              const auto name = routes.name(request);
              const auto found = routes.folders.get(name);
              if (!found) refuse_missing(routes.kind, name);
              return shown(routes.kind, *found);
            }),
            routes.operation_on_one("get_installed_" + routes.kind.noun, "get", "One that is installed",
                                    one_schema(routes.kind), "404,422"));
}

void add_switch(Setup& setup, const Routes& routes) {
  setup.patch(
      routes.one(), at_once([routes](const Request& request) {
        const auto name = routes.name(request);
        const bool enabled = read_enabled(request);
        if (!routes.folders.set_enabled(name, enabled)) refuse_missing(routes.kind, name);
        json::Writer w;
        return Response::json(w.object().member("name", name).member("enabled", enabled).end().take());
      }),
      routes.operation_on_one("set_" + routes.kind.noun + "_enabled", "patch", "Switch one on or off",
                              object({{"name", kText}, {"enabled", kYesNo}}), "404,422",
                              object({{"enabled", kYesNo}})));
}

void add_remove(Setup& setup, const Routes& routes) {
  setup.del(routes.one(), at_once([routes](const Request& request) {
              const auto name = routes.name(request);
              if (!routes.folders.remove(name)) refuse_missing(routes.kind, name);
              json::Writer w;
              w.object().member("message", capital(routes.kind.noun) + " '" + name + "' uninstalled");
              return Response::json(w.end().take());
            }),
            routes.operation_on_one("uninstall_" + routes.kind.noun, "delete", "Remove one",
                                    object({{"message", kText}}), "404,422"));
}

void add_install(Setup& setup, const Routes& routes) {
  setup.route("POST", routes.root() + "/install",
              later(
                  routes, [](const Routes&, const Request& request) { return read_wish(request); },
                  [](const Routes& own, const InstallWish& wish) {
                    return shown(own.kind, own.installer.install(wish));
                  }),
              routes.operation(routes.id("install_" + routes.kind.noun, "install_post"),
                               "Install from a folder, an archive or a git repository",
                               one_schema(routes.kind), "400,409,422,502,503,507", install_schema()));
}

void add_refresh(Setup& setup, const Routes& routes) {
  setup.route("POST", routes.one() + "/refresh",
              later(
                  routes, [](const Routes& own, const Request& request) { return own.name(request); },
                  [](const Routes& own, const std::string& name) {
                    const auto one = own.installer.refresh(name);
                    if (!one) refuse_missing(own.kind, name);
                    json::Writer w;
                    w.object().member("message", capital(own.kind.noun) + " '" + name + "' updated");
                    w.key(own.kind.noun);
                    write(w, own.kind, *one);
                    return Response::json(w.end().take());
                  }),
              routes.operation_on_one(
                  "refresh_" + routes.kind.noun, "refresh_post", "Install one again from where it came from",
                  object({{"message", kText}, {routes.kind.noun, one_schema(routes.kind)}}),
                  "400,404,422,502,503,507"));
}

}  // namespace

void add_installed_routes(Setup& setup, const InstalledKind& kind, InstalledFolders& folders,
                          Installer& installer, FetchWorkers& workers) {
  const Routes routes{kind, folders, installer, workers};
  add_list(setup, routes);
  add_show(setup, routes);
  add_switch(setup, routes);
  add_remove(setup, routes);
  add_install(setup, routes);
  add_refresh(setup, routes);
}

}  // namespace collet::skill_files
