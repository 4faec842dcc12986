#include "conversation/title.hpp"

#include "collet/json.hpp"

namespace collet::conversation {
namespace {

constexpr std::size_t kMostMessageBytes = 2000;  // of the message, for the model

std::string texts_of(std::string_view content) {
  const auto parts = json::parse(content);
  std::string text;
  if (!parts || !parts->IsArray()) return text;
  for (const auto& part : parts->GetArray())
    if (const auto piece = json::string_at(part, "text"))
      text += (text.empty() ? "" : "\n") + std::string(*piece);
  return text;
}

// The first line, at most so many characters; never cut inside one.
std::string first_line(std::string_view text, std::size_t most) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\"");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  text = text.substr(0, text.find('\n'));
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++characters > most) break;
  text = text.substr(0, end);
  const std::size_t last = text.find_last_not_of(" \t\r\"");
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::size_t characters_of(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

std::string title_messages(std::string_view content) {
  json::Writer w;
  w.array();
  w.object()
      .member("role", "system")
      .member("content",
              "You name conversations. Answer with the title alone: at most 50 "
              "characters, one line, no quotes.");
  w.end().object().member("role", "user");
  w.member("content", "Name the conversation that begins with this message:\n\n" +
                          first_line(texts_of(content), kMostMessageBytes));
  w.end().end();
  return w.take();
}

std::string title_from(std::string_view answer, std::string_view content) {
  std::string line = first_line(answer, kMostTitleCharacters + 1);
  const bool one_line =
      answer.find_last_not_of(" \t\r\n") == std::string_view::npos ||
      answer.substr(0, answer.find_last_not_of(" \t\r\n")).find('\n') == std::string_view::npos;
  if (!line.empty() && one_line && characters_of(line) <= kMostTitleCharacters) return line;
  return first_line(texts_of(content), kMostTitleCharacters);
}

}  // namespace collet::conversation
