#include "plugins/words.hpp"

#include <algorithm>

#include "http/percent.hpp"
#include "llm/readable_text.hpp"

namespace collet::plugins {

std::string line_for_people(std::string_view words, std::size_t most) {
  std::string line = llm::readable_text(words, most);
  std::replace(line.begin(), line.end(), '\n', ' ');
  // The controls beyond ASCII, U+0080 to U+009F: terminals obey some of them too.
  for (std::size_t at = 0; (at = line.find('\xc2', at)) != std::string::npos; ++at)
    if (static_cast<unsigned char>(line[at + 1]) < 0xa0) line.replace(at, 2, " ");
  return line;
}

std::string text_for_model(std::string words) {
  if (words.find('\0') == std::string::npos && http::is_utf8(words)) return words;
  return llm::readable_text(words, std::string::npos);
}

}  // namespace collet::plugins
