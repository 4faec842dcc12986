#include "terminal/shell_script.hpp"

namespace collet::bash {
namespace {

constexpr const char* kBashrc = R"(if [ -r ~/.bashrc ]; then . ~/.bashrc >/dev/null 2>&1 </dev/null; fi
)";

// A command runs at the top level, not in a function: its `declare` must make global variables. It is
// `eval`ed from a file: the terminal's line limit and its keys don't touch it, and a here-document or an open
// quote ends with it. The end is marked behind it in the same list, and, should ^C throw the list away,
// before the next prompt. Marks go to /dev/tty, wherever the shell's own output has been sent. What a user's
// files set up for prompts is put aside. Variables that are lent to a command are exported before it and are
// as they were behind it; their values are in no text that the shell is given, and tracing is off meanwhile.
constexpr const char* kFunctions = R"(unset HISTFILE MAILCHECK PROMPT_COMMAND
set +o history +H
__collet_no_prompts() {
  if [ -n "${PS0-}${PS1-}${PS2-}" ]; then PS1= PS2=; unset PS0; fi
  if [ "${PROMPT_COMMAND[*]-}" != __collet_end ]; then unset PROMPT_COMMAND; PROMPT_COMMAND=__collet_end; fi
}
__collet_lend() {
  __collet_lent=() __collet_kept=() __collet_how=()
  while IFS= read -r -d '' __collet_name && [ -n "$__collet_name" ] && IFS= read -r -d '' __collet_value; do
    __collet_lent+=("$__collet_name") __collet_kept+=("${!__collet_name-}")
    if [ -z "${!__collet_name+set}" ]; then __collet_how+=(unset)
    elif [[ ${!__collet_name@a} = *x* ]]; then __collet_how+=(exported)
    else __collet_how+=(set); fi
    export "$__collet_name=$__collet_value" || :
  done <@PIPE@
  unset __collet_name __collet_value
}
__collet_take_back() {
  local i name
  for i in "${!__collet_lent[@]}"; do
    name=${__collet_lent[i]}
    case ${__collet_how[i]} in
      unset) unset -v "$name" || : ;;
      exported) export "$name=${__collet_kept[i]}" || : ;;
      set) export -n "$name=${__collet_kept[i]}" || : ;;
    esac
  done
  unset __collet_lent __collet_kept __collet_how
}
__collet_begin() {
  { __collet_status=$? __collet_set=$-; set +x; } 2>/dev/null
  __collet_no_prompts
  __collet_number=$1
  IFS= read -r -d '' __collet_text <@FILE@ || :
  if [ -n "${2-}" ]; then __collet_lend 2>/dev/null; fi
  printf '\033]7717;@NONCE@;B;%s;0;;@NONCE@\a' "$1" >/dev/tty
  { case $__collet_set in *x*) set -x;; esac; return "$__collet_status"; } 2>/dev/null
}
__collet_end() {
  { local status=$? set=$-; set +x; } 2>/dev/null
  if [ -n "${__collet_number-}" ]; then
    __collet_no_prompts
    if [ -n "${__collet_lent+set}" ]; then __collet_take_back 2>/dev/null; fi
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

std::string shell_script(const std::string& nonce, const std::string& command_file,
                         const std::string& variable_pipe, bool load_bashrc) {
  std::string text = std::string(load_bashrc ? kBashrc : "") + kFunctions;
  replace_all(text, "@NONCE@", nonce);
  replace_all(text, "@FILE@", quoted(command_file));
  replace_all(text, "@PIPE@", quoted(variable_pipe));
  return text;
}

std::string typed_line(long number, bool variables) {
  return "__collet_begin " + std::to_string(number) + (variables ? " v" : "") +
         "; eval \"$__collet_text\"; __collet_end\n";
}

std::string variables_text(const Pairs& variables) {
  std::string text;
  for (const auto& [name, value] : variables) text.append(name).append(1, '\0').append(value).append(1, '\0');
  return text.append(1, '\0');
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

}  // namespace collet::bash
