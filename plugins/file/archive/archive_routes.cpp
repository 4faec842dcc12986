#include "archive/archive_routes.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "archive/excludes.hpp"
#include "archive/git_repository.hpp"
#include "archive/spool.hpp"
#include "archive/tar_stream.hpp"
#include "operations.hpp"
#include "query.hpp"
#include "request_paths.hpp"
#include "transfer/file_answer.hpp"

namespace collet::file {
namespace {

constexpr int kMostDeltas = 2;  // made at the same time: each holds a thread, and a file in memory

struct ArchiveRequest {
  std::string path;      ///< absolute, an existing folder, links resolved
  std::string format;    ///< "git-delta", "tar.gz"
  std::string base_ref;  ///< as it was sent; empty: none
  std::vector<std::string> excludes;
};

// The folder without links, as it is in names and headers.
std::string real_folder(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw Refusal(404, "Directory not found");
    refuse(errno, path);
  }
  if (!S_ISDIR(status.st_mode)) throw Refusal(400, "Path is not a directory");
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real) refuse(errno, path);
  return real.get();
}

ArchiveRequest read_request(const Request& request) {
  Query query(request);
  ArchiveRequest wanted;
  const auto path = query.text("path");
  wanted.format = query.choice("format", {"git-delta", "tar.gz"});
  wanted.base_ref = query.optional_text("base_ref").value_or(std::string());
  if (query.flag("use_default_excludes", true)) wanted.excludes = default_excludes();
  query.check();
  for (auto& pattern : request.query_values("exclude")) wanted.excludes.push_back(std::move(pattern));
  wanted.path = real_folder(absolute_path(path));
  if (wanted.base_ref.rfind('-', 0) == 0) throw Refusal(400, "base_ref must not start with '-'");
  return wanted;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '~';
}

// Percent-encoded; with `keep_marks` only what cannot stand in a header, and the percent sign.
std::string header_text(std::string_view text, bool keep_marks = false) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || (keep_marks && c > ' ' && c < 0x7F && c != '%')) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[static_cast<unsigned char>(c) >> 4];
      encoded += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return encoded;
}

// What an archive of a repository says about it.
Pairs repository_headers(const GitRepository& repository, const std::string& root) {
  Pairs headers;
  const auto add = [&headers](const char* name, const std::string& value) {
    if (!value.empty()) headers.emplace_back(name, header_text(value));
  };
  const auto facts = repository.facts();
  add("x-archive-repo-remote", facts.remote);
  add("x-archive-branch", facts.branch);
  add("x-archive-head-commit", facts.head);
  add("x-archive-repo-root", root);
  return headers;
}

std::string archive_name(const std::string& root) {
  const auto name = name_of(root);
  return name.empty() ? "root" : name;
}

class TarSource final : public PullSource {
 public:
  TarSource(UniqueFd root, std::string name, std::vector<std::string> excludes)
      : stream_(std::move(root), std::move(name), std::move(excludes)) {}
  std::optional<std::string> pull() override { return stream_.pull(); }

 private:
  TarStream stream_;
};

Response send_tar(const std::string& root, ArchiveRequest wanted) {
  UniqueFd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) refuse(errno, root);
  Pairs headers;
  struct stat status {};
  if (::stat((root + "/.git").c_str(), &status) == 0) {
    try {
      headers = repository_headers(GitRepository(root), root);
    } catch (const GitError&) {
      headers.clear();  // a damaged repository is a folder like any other
    }
  }
  const auto name = archive_name(root);
  headers.emplace_back("content-disposition", attachment(name + ".tar.gz"));
  auto response = Response::source(
      std::make_unique<TarSource>(std::move(folder), name, std::move(wanted.excludes)), "application/gzip");
  response.headers = std::move(headers);
  return response;
}

// Complete before it is sent: it can fail until its last file.
Response send_delta(const Host& host, const Request& request, const std::string& root,
                    const ArchiveRequest& wanted) {
  Spool spool(host.state_dir());
  Pairs headers;
  try {
    const GitRepository repository(root);
    const auto base = repository.base_commit(wanted.base_ref);
    repository.write_delta(
        base, [&wanted](std::string_view path) { return is_excluded(path, false, wanted.excludes); },
        [&spool](std::string_view text) { spool.write(text); });
    headers = repository_headers(repository, root);
    if (!base.empty()) {
      headers.emplace_back("x-archive-base-commit", base);
      headers.emplace_back("x-archive-base-ref",
                           wanted.base_ref.empty() ? "auto" : header_text(wanted.base_ref, true));
    }
  } catch (const GitError& error) {
    const bool is_none = std::string_view(error.what()).rfind("Not a git repository", 0) == 0;
    throw Refusal(400, (is_none ? "Not a git repository: " : "") + std::string(error.what()));
  }
  headers.emplace_back("content-disposition", attachment(archive_name(root) + ".patch"));
  OpenFile file{spool.take(), {}};
  struct stat status {};
  if (::fstat(file.content.get(), &status) != 0) refuse(errno, host.state_dir());
  file.facts = facts_of(status);
  return answer_file(request, std::move(file), "text/x-patch; charset=utf-8", std::move(headers));
}

// One of a few places; empty where all are taken.
class Place {
 public:
  explicit Place(std::atomic<int>& taken) : taken_(taken) { has_ = taken_.fetch_add(1) < kMostDeltas; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { taken_.fetch_sub(1); }
  explicit operator bool() const { return has_; }

 private:
  std::atomic<int>& taken_;
  bool has_ = false;
};

}  // namespace

void add_archive_routes(Setup& setup) {
  const auto deltas = std::make_shared<std::atomic<int>>(0);
  setup.get(
      "/api/file/archive",
      [&host = setup.host(), deltas](const Request& request) {
        auto wanted = read_request(request);
        const auto root = find_repository_root(wanted.path);
        if (wanted.format == "tar.gz") return send_tar(root, std::move(wanted));
        const Place place(*deltas);
        if (!place) {
          auto busy = Response::error(503, "Other deltas are being made; try again in a moment");
          busy.headers.emplace_back("retry-after", "2");
          return busy;
        }
        return send_delta(host, request, root, wanted);
      },
      operations::archive());
}

}  // namespace collet::file
