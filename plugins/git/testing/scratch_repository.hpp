// For unit tests: a repository made by the git program, which is also what the answers are checked against.
#pragma once
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "collet/testing/temporary_folder.hpp"
#include "git_handles.hpp"
#include "repositories.hpp"

namespace collet::git::testing {

/// Runs a command line in a folder; -> what it prints. Throws std::runtime_error when it fails.
inline std::string run(const std::string& folder, const std::string& command) {
  const std::string line = "cd '" + folder +
                           "' && env HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=N "
                           "GIT_AUTHOR_EMAIL=n@x GIT_COMMITTER_NAME=N "
                           "GIT_COMMITTER_EMAIL=n@x GIT_AUTHOR_DATE='2026-01-02T03:04:05+00:00' "
                           "GIT_COMMITTER_DATE='2026-01-02T03:04:05+00:00' sh -ec \"" +
                           command + "\" 2>&1";
  FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  const int status = ::pclose(pipe);
  if (status != 0) throw std::runtime_error(command + ": " + text);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// An empty repository on the branch main, in a folder of its own.
class ScratchRepository {
 public:
  ScratchRepository() {
    std::filesystem::create_directory(path());
    git("init -q -b main .");
  }

  std::string path() const { return folder_.path() + "/repo"; }
  const std::string& outside() const { return folder_.path(); }
  std::string git(const std::string& arguments) const { return run(path(), "git " + arguments); }
  std::string shell(const std::string& command) const { return run(path(), command); }
  std::string write(const std::string& name, const std::string& bytes) const {
    return folder_.write("repo/" + name, bytes);
  }
  void commit(const std::string& subject) const {
    git("add -A && git commit -q --allow-empty -m " + subject);
  }
  Repositories& repositories() { return repositories_; }
  void remove(const std::string& name) const { std::filesystem::remove_all(path() + "/" + name); }

 private:
  collet::testing::TemporaryFolder folder_;
  Library library_;
  Repositories repositories_;
};

}  // namespace collet::git::testing
