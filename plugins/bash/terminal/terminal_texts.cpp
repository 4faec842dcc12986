#include "terminal/terminal_texts.hpp"

#include <cstdio>
#include <utility>

namespace collet::bash {

std::string seconds_text(double seconds) {
  char text[48];
  std::snprintf(text, sizeof(text), "%.12g", seconds);
  std::string result = text;
  if (result.find_first_of(".e") == std::string::npos) result += ".0";
  return result;
}

std::string completed_suffix(int exit_code) {
  return "\n[The command completed with exit code " + std::to_string(exit_code) + ".]";
}

std::string still_running_suffix(const std::string& reason) {
  return "\n[" + reason +
         " It is still running. An empty command waits for more of its output; with is_input, text or a key "
         "(\"C-c\", \"C-d\", \"C-z\") goes to it; reset ends it. A larger timeout lets a command take its "
         "time.]";
}

std::string several_commands_text(const std::vector<std::string>& commands) {
  std::string text =
      "Nothing was run: this is more than one command. Send them one at a time, or join them with && or ;\n"
      "The commands are:";
  for (std::size_t i = 0; i < commands.size(); ++i)
    text += "\n(" + std::to_string(i + 1) + ") " + commands[i];
  return text;
}

std::string shell_ended_text(int status, std::string output) {
  if (output == "exit" || output.ends_with("\nexit"))  // bash says so by itself
    output.resize(output.size() == 4 ? 0 : output.size() - 5);
  const std::string how = status < 0 ? "was ended by signal " + std::to_string(-status)
                                     : "ended with exit status " + std::to_string(status);
  return output + (output.empty() ? "" : "\n") + "[The shell itself " + how +
         ", as after `exit` at the top level. The next command gets a fresh shell in the workspace: "
         "variables and the "
         "current directory are gone. Use a subshell, ( … ), for commands that exit.]";
}

std::optional<std::string> key_bytes(std::string_view name) {
  if (name.size() == 3 && (name.starts_with("C-") || name.starts_with("c-"))) {
    const char c = name[2];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\\')
      return std::string(1, static_cast<char>(c & 31));
    return std::nullopt;
  }
  static constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"Enter", "\n"},       {"Tab", "\t"},           {"Escape", "\x1B"}, {"Esc", "\x1B"},
      {"Backspace", "\x7F"}, {"BSpace", "\x7F"},      {"Up", "\x1B[A"},   {"Down", "\x1B[B"},
      {"Right", "\x1B[C"},   {"Left", "\x1B[D"},      {"Home", "\x1B[H"}, {"End", "\x1B[F"},
      {"PageUp", "\x1B[5~"}, {"PageDown", "\x1B[6~"}, {"Space", " "}};
  for (const auto& [key, bytes] : kKeys)
    if (key == name) return std::string(bytes);
  return std::nullopt;
}

}  // namespace collet::bash
