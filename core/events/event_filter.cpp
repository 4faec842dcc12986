#include "events/event_filter.hpp"

#include <clocale>
#include <cwctype>

#include "collet/json.hpp"

namespace collet::events {

namespace {

// The letters of all languages, whatever the process's own locale says. Lives as long as the process.
locale_t unicode() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

/// Decodes one code point; 0 bytes long when the bytes are no UTF-8.
std::size_t decode(std::string_view text, char32_t& point) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
  if (size == 0 || size > text.size()) return 0;
  point = size == 1 ? lead : lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    point = (point << 6U) | (byte(i) & 0x3fU);
  }
  return size;
}

void encode(char32_t point, std::string& out) {
  const auto put = [&](char32_t bits) { out.push_back(static_cast<char>(static_cast<unsigned char>(bits))); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0U | (point >> 6U));
    put(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    put(0xe0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  } else {
    put(0xf0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3fU));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  }
}

}  // namespace

std::string_view short_kind(std::string_view kind) {
  const auto dot = kind.rfind('.');
  return dot == std::string_view::npos ? kind : kind.substr(dot + 1);
}

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    char32_t point = 0;
    const std::size_t size = decode(text, point);
    if (size == 0) {
      folded.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    if (point < 0x80) {
      folded.push_back(point >= 'A' && point <= 'Z' ? static_cast<char>(point + 32)
                                                    : static_cast<char>(point));
    } else if (unicode() != nullptr) {
      encode(static_cast<char32_t>(::towlower_l(static_cast<wint_t>(point), unicode())), folded);
    } else {
      folded.append(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return folded;
}

std::string message_text(std::string_view body) {
  std::string text;
  const auto event = json::parse(body);
  if (!event) return text;
  const auto* parts = json::at(*event, {"llm_message", "content"});
  if (parts == nullptr || !parts->IsArray()) return text;
  for (const auto& part : parts->GetArray()) {
    const auto words = json::string_at(part, "text");
    if (!words) continue;
    if (!text.empty()) text += ' ';
    text += *words;
  }
  return text;
}

bool message_contains(std::string_view body, std::string_view folded) {
  return fold_case(message_text(body)).find(folded) != std::string::npos;
}

}  // namespace collet::events
