#!/bin/bash
# usage: tests/canary/show_it_bites.sh [NAME…]
# Takes out one masking call after the other, in a copy of the tree, and shows that the canary test fails each time.
# NAME: only these (see the list below). Exit status 0: it fails each time, as it must.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$root/build/unmasked

# name | file | what stands there | what stands there instead
mutations=(
  'observations|core/conversation/run.cpp|masker->mask_json_text(outcome->observation)|masker->mask("") + outcome->observation'
  'text|core/conversation/model_answer.cpp|masker.mask(response.text)|masker.mask("") + response.text'
  'reasoning|core/conversation/model_answer.cpp|masker.mask(response.reasoning)|masker.mask("") + response.reasoning'
  'arguments|core/conversation/model_answer.cpp|masker.mask_json_text(call.arguments)|masker.mask("") + call.arguments'
  'deltas|core/conversation/run.cpp|text_.push(\*masker, text)|text_.finish(*masker) + std::string(text)'
  'titles|core/conversation/live_conversation.cpp|hide_secrets(\*outcome->response, \*secrets_->masker())|hide_secrets(*outcome->response, {})'
  'failures|core/conversation/run.cpp|masker()->mask(failure.detail)|masker()->mask("") + failure.detail'
  'echo|core/api/validation.cpp|secrets::redact_echo(copy, copy.GetAllocator())|static_cast<void>(0)'
  'terminal|plugins/bash/terminal.cpp|output_.append(options_.mask(bytes, last))|output_.append((static_cast<void>(last), bytes))'
)

rm -rf "$copy"
mkdir -p "$copy/tree"
git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 cp --parents -t "$copy/tree")
build=$copy/tree/build/release
cmake --preset release -S "$copy/tree" -DCOLLET_TESTS=OFF >/dev/null

unnoticed=()
for mutation in "${mutations[@]}"; do
  IFS='|' read -r name file from to <<<"$mutation"
  if [[ $# -gt 0 && " $* " != *" $name "* ]]; then continue; fi
  sed -i "s|$from|$to|" "$copy/tree/$file"
  if cmp -s "$root/$file" "$copy/tree/$file"; then
    echo "$name: its masking call is not in $file any more; mend this list." >&2
    exit 1
  fi
  if ! cmake --build "$build" >"$copy/build.log"; then
    cat "$copy/build.log" >&2
    exit 1
  fi
  if COLLET_BINARY=$build/bin/collet python3 "$root/tests/canary/canary_test.py" >"$copy/$name.log" 2>&1; then
    unnoticed+=("$name")
  elif ! grep -q "CANARY\|AssertionError: Lists differ" "$copy/$name.log"; then
    echo "$name: the test failed for another reason:" >&2
    tail -n 20 "$copy/$name.log" >&2
    exit 1
  else
    echo "without masking of $name the canary test fails, as it must"
  fi
  cp "$root/$file" "$copy/tree/$file"
done

if [[ ${#unnoticed[@]} -gt 0 ]]; then
  echo "The canary test did not notice that these are not masked: ${unnoticed[*]}" >&2
  exit 1
fi
