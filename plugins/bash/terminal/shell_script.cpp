#include "terminal/shell_script.hpp"

#include <string_view>

namespace collet::bash {
namespace {

constexpr const char* kBashrc = R"(if [ -r ~/.bashrc ]; then . ~/.bashrc >/dev/null 2>&1 </dev/null; fi
)";

// A command runs at the top level, not in a function: its `declare` must make global variables. It is
// `eval`ed from a pipe: the terminal's line limit and its keys don't touch it, and a here-document or an open
// quote ends with it. The end is marked behind it in the same list, and, should ^C throw the list away,
// before the next prompt. Marks go to /dev/tty, wherever the shell's own output has been sent. What a user's
// files set up for prompts is put aside. Variables that are lent to a command are exported before it and are
// as they were behind it, as `declare -p` has told them; their values are in no text that the shell is given,
// and tracing is off meanwhile. One that the shell keeps as it is is left out, and the mark says so. All
// variables are global and begin with __collet_: a local one would hide what is lent.
constexpr const char* kFunctions = R"(unset HISTFILE MAILCHECK PROMPT_COMMAND
set +o history +H
__collet_no_prompts() {
  if [ -n "${PS0-}${PS1-}${PS2-}" ]; then PS1= PS2=; unset PS0; fi
  if [ "${PROMPT_COMMAND[*]-}" != __collet_end ]; then unset PROMPT_COMMAND; PROMPT_COMMAND=__collet_end; fi
}
__collet_lend() {
  __collet_lent=() __collet_before=()
  while IFS= read -r -d '' __collet_name && [ -n "$__collet_name" ] && IFS= read -r -d '' __collet_value; do
    __collet_was=$(declare -p "$__collet_name") || :
    __collet_how=${__collet_was#declare -}
    case ${__collet_how%% *} in *r*) __collet_not_lent+=" $__collet_name"; continue;; esac
    __collet_lent+=("$__collet_name") __collet_before+=("${__collet_was#declare }")
    unset -n "$__collet_name" || :
    unset -v "$__collet_name" || :
    export "$__collet_name=$__collet_value" || :
  done
  unset -v __collet_name __collet_value __collet_was __collet_how
}
__collet_take_back() {
  for __collet_index in "${!__collet_lent[@]}"; do
    __collet_name=${__collet_lent[__collet_index]} __collet_was=${__collet_before[__collet_index]}
    unset -n "$__collet_name" || :
    unset -v "$__collet_name" || export -n "$__collet_name" || :
    if [ -n "$__collet_was" ]; then eval "declare -g $__collet_was" || :; fi
  done
  unset -v __collet_lent __collet_before __collet_index __collet_name __collet_was
}
__collet_begin() {
  { __collet_status=$? __collet_set=$-; set +ax; } 2>/dev/null
  __collet_no_prompts
  __collet_number=$1 __collet_text= __collet_not_lent=
  { __collet_lend 2>/dev/null; IFS= read -r -d '' __collet_text || :; } <@PIPE@
  printf '\033]7717;@NONCE@;B;%s;0;%s;@NONCE@\a' "$1" "$__collet_not_lent" >/dev/tty
  __collet_return
}
__collet_end() {
  { __collet_status=$? __collet_set=$-; set +ax; } 2>/dev/null
  if [ -n "${__collet_number-}" ]; then
    __collet_no_prompts
    if [ -n "${__collet_lent+set}" ]; then __collet_take_back 2>/dev/null; fi
    printf '\033]7717;@NONCE@;E;%s;%s;%s;@NONCE@\a' "$__collet_number" "$__collet_status" "$PWD" >/dev/tty
    __collet_number=
  fi
  __collet_return
}
__collet_return() {
  { case $__collet_set in *a*) set -a;; esac; case $__collet_set in *x*) set -x;; esac; return "$__collet_status"; } 2>/dev/null
}
PS1= PS2=
unset PS0
__collet_no_prompts
printf '\033]7717;@NONCE@;R;0;0;%s;@NONCE@\a' "$PWD" >/dev/tty
)";

// What bash sets by itself, or does something else with than to keep it.
constexpr std::string_view kKept =
    " _ BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_COMPAT BASH_LINENO "
    "BASH_SOURCE BASH_SUBSHELL BASH_XTRACEFD COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME "
    "FUNCNEST GLOBIGNORE GROUPS HISTCMD LINENO OLDPWD PIPESTATUS POSIXLY_CORRECT PROMPT_COMMAND PWD RANDOM "
    "SECONDS SRANDOM ";

void replace_all(std::string& text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

}  // namespace

bool can_be_lent(const std::string& name) {
  return !name.starts_with("__collet_") && kKept.find(" " + name + " ") == std::string_view::npos;
}

std::string shell_script(const std::string& nonce, const std::string& command_pipe, bool load_bashrc) {
  std::string text = std::string(load_bashrc ? kBashrc : "") + kFunctions;
  replace_all(text, "@NONCE@", nonce);
  replace_all(text, "@PIPE@", quoted(command_pipe));
  return text;
}

std::string typed_line(long number) {
  return "__collet_begin " + std::to_string(number) + "; eval \"$__collet_text\"; __collet_end\n";
}

std::string handed_over_text(const std::string& command, const Pairs& variables) {
  std::string text;
  for (const auto& [name, value] : variables) text.append(name).append(1, '\0').append(value).append(1, '\0');
  return text.append(1, '\0').append(command).append(1, '\0');
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

}  // namespace collet::bash
