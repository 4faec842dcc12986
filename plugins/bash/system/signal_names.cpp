#include "system/signal_names.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <utility>

namespace collet::bash {
namespace {

constexpr std::pair<std::string_view, int> kSignals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},  {"KILL", SIGKILL},
    {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},  {"STOP", SIGSTOP},
    {"TSTP", SIGTSTP}, {"CONT", SIGCONT}, {"WINCH", SIGWINCH}};

}  // namespace

std::optional<int> signal_number(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string_view word = upper;
  if (word.starts_with("SIG")) word.remove_prefix(3);
  for (const auto& [known, number] : kSignals)
    if (known == word) return number;
  return std::nullopt;
}

std::string known_signals() {
  std::string text;
  for (const auto& [name, number] : kSignals)
    text.append(text.empty() ? "'" : ", '").append(name).append("'");
  return text;
}

}  // namespace collet::bash
