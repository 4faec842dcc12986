#include "line_view.hpp"

#include <algorithm>
#include <cstdio>

namespace collet::file {
namespace {

std::string_view cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::size_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (text.empty() || text.back() == '\n' ? 0 : 1);
}

std::string numbered(const std::vector<std::string_view>& lines, std::size_t first, std::size_t last,
                     std::size_t limit) {
  std::string text;
  last = std::min(last, lines.size());
  for (std::size_t number = first; number <= last; ++number) {
    char head[32];
    std::snprintf(head, sizeof(head), "%6zu\t", number);
    const auto shown = cut_utf8(lines[number - 1], limit);
    if (number > first && text.size() + shown.size() > limit) {
      text += "[Lines " + std::to_string(number) + " to " + std::to_string(last) +
              " are not shown: too long. Use `view_range` to see them.]\n";
      break;
    }
    text += head;
    text += shown;
    if (shown.size() < lines[number - 1].size())
      text += " [" + std::to_string(lines[number - 1].size() - shown.size()) + " more bytes in this line]";
    text += '\n';
  }
  return text;
}

}  // namespace collet::file
