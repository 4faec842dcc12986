#include "secrets/masker.hpp"

#include <algorithm>

namespace collet::secrets {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && text.substr(i + 1).starts_with('\n')) continue;
    if (text[i] == '\n')
      out += line_end;
    else
      out += text[i];
  }
  return out;
}

// A shell drops the line end behind a value; terminals and files have the ones within as LF or as CR LF.
void add_forms(std::set<std::string, std::less<>>& forms, std::string_view value) {
  if (value.size() >= Masker::kShortest) forms.emplace(value);
  const auto core = trimmed(value);
  if (core.size() >= Masker::kShortest) forms.emplace(core);
  if (core.find('\n') == std::string_view::npos) return;
  forms.insert({with_line_ends(core, "\n"), with_line_ends(core, "\r\n")});
  for (std::size_t at = 0; at < core.size();) {
    const auto end = std::min(core.find('\n', at), core.size());
    const auto line = trimmed(core.substr(at, end - at));
    if (line.size() >= Masker::kShortestLine) forms.emplace(line);
    at = end + 1;
  }
}

// A word as formats have them: letters, perhaps small ones only, and _.
bool is_short_word(const json::Value& value, bool capitals) {
  if (!value.IsString() || value.GetStringLength() > Masker::kLongestWord) return false;
  const auto word = json::view(value);
  return std::all_of(word.begin(), word.end(), [capitals](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (capitals && c >= 'A' && c <= 'Z');
  });
}

std::size_t index(char c) { return static_cast<unsigned char>(c); }

}  // namespace

Masker::Masker(const std::set<std::string>& values) {
  std::set<std::string, std::less<>> forms;
  for (const auto& value : values) add_forms(forms, value);
  patterns_.assign(forms.begin(), forms.end());
  std::stable_sort(patterns_.begin(), patterns_.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  for (const auto& pattern : patterns_) first_[index(pattern.front())] = true;
}

std::size_t Masker::match(std::string_view text, std::size_t at) const {
  if (!first_[index(text[at])]) return 0;
  const auto rest = text.substr(at);
  for (const auto& pattern : patterns_)
    if (rest.starts_with(pattern)) return pattern.size();
  return 0;
}

bool Masker::may_begin(std::string_view text, std::size_t at) const {
  if (!first_[index(text[at])]) return false;
  const auto rest = text.substr(at);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
    return pattern.size() > rest.size() && std::string_view(pattern).starts_with(rest);
  });
}

std::string Masker::mask(std::string_view text) const {
  if (empty()) return std::string(text);
  MaskStream stream;
  std::string masked = stream.push(*this, text);
  return masked += stream.finish(*this);
}

bool Masker::mask_json(json::Value& value, json::Allocator& allocator) const {
  bool found = false;
  if (value.IsString()) {
    const std::string masked = mask(json::view(value));
    found = masked != json::view(value);
    if (found) value = json::text(masked, allocator);
  } else if (value.IsNumber()) {
    const std::string digits = json::dump(value);
    found = digits.size() >= kShortestNumber && match(digits, 0) == digits.size();
    if (found) value = json::text(kHidden, allocator);
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray()) found = mask_json(item, allocator) || found;
  } else if (value.IsObject()) {
    for (auto& member : value.GetObject()) found = mask_member(member.name, member.value, allocator) || found;
  }
  return found;
}

bool Masker::mask_member(json::Value& name, json::Value& value, json::Allocator& allocator) const {
  if (!is_short_word(name, false)) {
    const bool found = mask_json(name, allocator);
    return mask_json(value, allocator) || found;
  }
  const bool says_form = json::view(name) == "kind" || json::view(name) == "type";
  return !(says_form && is_short_word(value, true)) && mask_json(value, allocator);
}

std::string Masker::mask_json_text(std::string_view text) const {
  if (empty()) return std::string(text);
  auto document = json::parse(text);
  if (!document) return mask(text);
  return mask_json(*document, document->GetAllocator()) ? json::dump(*document) : std::string(text);
}

std::string MaskStream::advance(const Masker& masker, std::string_view piece, bool last) {
  held_ += piece;
  std::string out;
  std::size_t hidden_end = hidden_;
  std::size_t at = 0;
  for (; at < held_.size(); ++at) {
    if (!last && masker.may_begin(held_, at)) break;
    if (const std::size_t length = masker.match(held_, at); length > 0) {
      if (at >= hidden_end) out += kHidden;
      hidden_end = std::max(hidden_end, at + length);
    }
    if (at >= hidden_end) out += held_[at];
  }
  held_.erase(0, at);
  hidden_ = hidden_end > at ? hidden_end - at : 0;
  return out;
}

}  // namespace collet::secrets
