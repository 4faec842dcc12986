#include "shell_script.hpp"

namespace collet::bash {
namespace {

constexpr const char* kBashrc = R"(if [ -r ~/.bashrc ]; then . ~/.bashrc >/dev/null 2>&1 </dev/null; fi
)";

// A command runs at the top level, not in a function: its `declare` must make global variables. It is
// `eval`ed from a file: the terminal's line limit and its keys don't touch it, and a here-document or an open
// quote ends with it. The end is marked behind it in the same list, and, should ^C throw the list away,
// before the next prompt. Marks go to /dev/tty, wherever the shell's own output has been sent. What a user's
// files set up for prompts is put aside.
constexpr const char* kFunctions = R"(unset HISTFILE MAILCHECK PROMPT_COMMAND
set +o history +H
__collet_no_prompts() {
  if [ -n "${PS0-}${PS1-}${PS2-}" ]; then PS1= PS2=; unset PS0; fi
  if [ "${PROMPT_COMMAND[*]-}" != __collet_end ]; then unset PROMPT_COMMAND; PROMPT_COMMAND=__collet_end; fi
}
__collet_begin() {
  { __collet_status=$? __collet_set=$-; set +x; } 2>/dev/null
  __collet_no_prompts
  __collet_number=$1
  IFS= read -r -d '' __collet_text <@FILE@
  printf '\033]7717;@NONCE@;B;%s;0;;@NONCE@\a' "$1" >/dev/tty
  { case $__collet_set in *x*) set -x;; esac; return "$__collet_status"; } 2>/dev/null
}
__collet_end() {
  { local status=$? set=$-; set +x; } 2>/dev/null
  if [ -n "${__collet_number-}" ]; then
    __collet_no_prompts
    printf '\033]7717;@NONCE@;E;%s;%s;%s;@NONCE@\a' "$__collet_number" "$status" "$PWD" >/dev/tty
    __collet_number=
  fi
  { case $set in *x*) set -x;; esac; return "$status"; } 2>/dev/null
}
PS1= PS2=
unset PS0
__collet_no_prompts
printf '\033]7717;@NONCE@;R;0;0;%s;@NONCE@\a' "$PWD" >/dev/tty
)";

void replace_all(std::string& text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

}  // namespace

std::string shell_script(const std::string& nonce, const std::string& command_file, bool load_bashrc) {
  std::string text = std::string(load_bashrc ? kBashrc : "") + kFunctions;
  replace_all(text, "@NONCE@", nonce);
  replace_all(text, "@FILE@", quoted(command_file));
  return text;
}

std::string typed_line(long number) {
  return "__collet_begin " + std::to_string(number) + "; eval \"$__collet_text\"; __collet_end\n";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

}  // namespace collet::bash
