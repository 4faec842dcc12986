#include "terminal/terminal_observation.hpp"

#include <pwd.h>
#include <unistd.h>

#include <vector>

#include "collet/json.hpp"
#include "system/utf8.hpp"

namespace collet::bash {
namespace {

std::string clean(std::string_view bytes) {
  Utf8Cleaner cleaner;
  std::string text = cleaner.push(bytes);
  return text + cleaner.finish();
}

}  // namespace

HostNames host_names() {
  HostNames names;
  char host[256] = {};
  if (::gethostname(host, sizeof(host) - 1) == 0) names.host = host;
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    names.user = found->pw_name;
  return names;
}

std::string terminal_observation(const TerminalResult& result, const HostNames& names,
                                 const std::string& save_dir) {
  json::Writer w;
  w.object().key("content").array();
  w.object().member("cache_prompt", false).member("type", "text").member("text", clean(result.text)).end();
  w.end().member("is_error", result.is_error).member("command", result.command);
  if (result.exit_code) w.member("exit_code", *result.exit_code);
  w.member("timeout", false);
  w.key("metadata").object().member("exit_code", result.shell_exit_code).member("pid", -1);
  if (result.working_dir) {
    w.member("username", names.user).member("hostname", names.host);
    w.member("working_dir", clean(*result.working_dir)).member("py_interpreter_path", "");
  }
  w.member("prefix", result.prefix).member("suffix", result.suffix).end();
  if (!save_dir.empty()) w.member("full_output_save_dir", save_dir);
  w.end();
  return w.take();
}

}  // namespace collet::bash
