#include "secrets/masker.hpp"

#include <algorithm>
#include <atomic>

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

std::set<std::string, std::less<>> forms_of(const std::set<std::string>& values) {
  std::set<std::string, std::less<>> forms;
  for (const auto& value : values) add_forms(forms, value);
  return forms;
}

std::uint64_t new_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

Masker::Masker(const std::set<std::string>& values) : patterns_(forms_of(values)), id_(new_id()) {}

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
    found = digits.size() >= kShortestNumber && patterns_.contains(digits);
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
  std::size_t at = held_.size();
  if (masker_ != masker.id_) {
    masker_ = masker.id_;
    node_ = Patterns::kNothing;
    found_.clear();
    at = static_cast<std::size_t>(given_ - begin_);
  }
  held_ += piece;
  const auto& patterns = masker.patterns_;
  node_ = patterns.scan(node_, held_, at, [this](std::size_t begin, std::size_t end) {
    cover({begin_ + begin, begin_ + end});
  });
  node_ = last ? Patterns::kNothing : patterns.unfinished(node_);
  std::string out = give(begin_ + held_.size() - patterns.depth(node_));
  if (const auto gone = static_cast<std::size_t>(given_ - begin_); gone > held_.size() / 2) {
    held_.erase(0, gone);
    begin_ = given_;
  }
  return out;
}

// Spans come in the order of their ends.
void MaskStream::cover(Span span) {
  while (!found_.empty() && found_.back().end > span.begin) {
    span.begin = std::min(span.begin, found_.back().begin);
    found_.pop_back();
  }
  if (span.begin < hidden_)
    hidden_ = std::max(hidden_, span.end);
  else
    found_.push_back(span);
}

std::string MaskStream::give(std::uint64_t until) {
  std::string out;
  while (given_ < until) {
    if (given_ < hidden_) {
      given_ = std::min(hidden_, until);
      continue;
    }
    const auto plain_end = found_.empty() ? until : std::min(until, found_.front().begin);
    out.append(held_, static_cast<std::size_t>(given_ - begin_),
               static_cast<std::size_t>(plain_end - given_));
    given_ = plain_end;
    if (given_ == until) break;
    out += kHidden;
    hidden_ = found_.front().end;
    found_.pop_front();
  }
  return out;
}

}  // namespace collet::secrets
