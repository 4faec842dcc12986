// Markdown with YAML in front:
//
//   ---
//   name: hello
//   ---
//   The text.
#pragma once
#include <string>
#include <string_view>

#include "collet/json.hpp"

namespace collet::skill_files {

struct FrontMatter {
  json::Document fields;  ///< an object; empty when there is no front matter
  std::string content;    ///< what follows, without white space at its ends
};

/// Pure. Throws FileError where the YAML is wrong or exceeds the limits of parse_yaml. YAML that is no
/// mapping counts as none.
FrontMatter read_front_matter(std::string_view text);

/// One YAML document as JSON: the core types of YAML 1.1 (`yes` is true); dates stay texts; keys become
/// texts; the last of two equal keys counts. Throws FileError: it is wrong, longer than 64 KiB, deeper than
/// 32, has more than 10,000 values, an alias (they can grow without bound), or a tag of other types.
json::Document parse_yaml(std::string_view text);

/// What a value is as text: a text itself, `true`, `12`; of lists and objects their JSON.
std::string as_text(const json::Value& value);

}  // namespace collet::skill_files
