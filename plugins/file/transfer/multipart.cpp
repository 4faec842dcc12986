#include "transfer/multipart.hpp"

#include <algorithm>
#include <cctype>

namespace collet::file {
namespace {

constexpr std::size_t kMostBoundary = 70, kMostPadding = 256;  // characters

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The value of a parameter that begins `text`, which is moved behind it.
std::string take_value(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const auto end = std::min(text.find(';'), text.size());
    value = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1 && (text[1] == '"' || text[1] == '\\')) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  text.remove_prefix(std::min(text.find(';'), text.size()));
  return value;
}

// A header's parameter: form-data; name="value".
std::optional<std::string> parameter(std::string_view header, std::string_view wanted) {
  header.remove_prefix(std::min(header.find(';'), header.size()));
  while (!header.empty()) {
    header.remove_prefix(1);  // the semicolon
    const auto equals = header.find_first_of("=;");
    if (equals == std::string_view::npos) break;
    const auto name = trimmed(header.substr(0, equals));
    const bool has_value = header[equals] == '=';
    header.remove_prefix(equals + (has_value ? 1 : 0));
    if (!has_value) continue;
    while (!header.empty() && header.front() == ' ') header.remove_prefix(1);
    auto value = take_value(header);
    if (same_word(name, wanted)) return value;
  }
  return std::nullopt;
}

// How many bytes at the end of `text` may be the beginning of `delimiter`.
std::size_t beginning_of(std::string_view delimiter, std::string_view text) {
  for (auto length = std::min(text.size(), delimiter.size() - 1); length > 0; --length)
    if (text.substr(text.size() - length) == delimiter.substr(0, length)) return length;
  return 0;
}

// The name of the field that a part's head names.
std::string field_name(std::string_view head) {
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
      throw FormError("A part of the form has a header line without a name.");
    if (same_word(trimmed(line.substr(0, colon)), "content-disposition"))
      return parameter(line.substr(colon + 1), "name").value_or(std::string());
  }
  return {};
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
  if (!same_word(trimmed(content_type.substr(0, content_type.find(';'))), "multipart/form-data"))
    return std::nullopt;
  auto boundary = parameter(content_type, "boundary").value_or(std::string());
  if (boundary.empty()) throw FormError("The Content-Type of the form has no boundary.");
  const bool allowed = boundary.size() <= kMostBoundary && boundary.back() != ' ' &&
                       std::all_of(boundary.begin(), boundary.end(), [](char c) {
                         return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
                       });
  if (!allowed)
    throw FormError(
        "The boundary of the form is longer than 70 characters, or has other than those of RFC 2046.");
  return boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, Parts& parts)
    : delimiter_("\r\n--" + std::string(boundary)),
      parts_(parts),
      held_("\r\n")  // the first boundary may stand at the very beginning
{}

void MultipartParser::push(std::string_view piece) {
  while (!piece.empty()) {
    switch (state_) {
      case State::kPreamble:
      case State::kData:
        take_data(piece);
        break;
      case State::kAfterBoundary:
        take_after_boundary(piece);
        break;
      case State::kHead:
        take_head(piece);
        break;
      case State::kDone:
        return;  // the epilogue means nothing
    }
  }
}

void MultipartParser::finish() const {
  if (state_ == State::kDone) return;
  throw FormError(state_ == State::kPreamble ? "The form has no boundary in it."
                                             : "The form ends before its last boundary.");
}

// Passes on what is before the next boundary, or all that cannot belong to it.
void MultipartParser::take_data(std::string_view& piece) {
  if (!held_.empty() && !take_held(piece)) return;
  const auto at = piece.find(delimiter_);
  if (at != std::string_view::npos) {
    emit(piece.substr(0, at));
    piece.remove_prefix(at + delimiter_.size());
    return boundary_found();
  }
  const auto kept = beginning_of(delimiter_, piece);
  emit(piece.substr(0, piece.size() - kept));
  held_ = piece.substr(piece.size() - kept);
  piece = {};
}

// Decides about what was held back; false: there is nothing left to look at as data.
bool MultipartParser::take_held(std::string_view& piece) {
  const auto before = held_.size();
  std::string joined = std::move(held_);
  held_.clear();
  joined.append(piece.substr(0, delimiter_.size() - 1));
  const auto at = joined.find(delimiter_);
  if (at != std::string::npos && at < before) {
    emit(std::string_view(joined).substr(0, at));
    piece.remove_prefix(at + delimiter_.size() - before);
    boundary_found();
    return false;
  }
  if (piece.size() >= delimiter_.size() - 1) {  // so no boundary begins in what was held back
    joined.resize(before);
    emit(joined);
    return true;
  }
  const auto kept = beginning_of(delimiter_, joined);
  emit(std::string_view(joined).substr(0, joined.size() - kept));
  held_ = joined.substr(joined.size() - kept);
  piece = {};
  return false;
}

void MultipartParser::emit(std::string_view bytes) {
  if (state_ == State::kData && !bytes.empty()) parts_.data(bytes);
}

void MultipartParser::boundary_found() {
  if (state_ == State::kData) parts_.part_end();
  state_ = State::kAfterBoundary;
  line_.clear();
}

// "--" ends the form; blanks and a line end begin a part.
void MultipartParser::take_after_boundary(std::string_view& piece) {
  while (!piece.empty() && state_ == State::kAfterBoundary) {
    line_ += piece.front();
    piece.remove_prefix(1);
    if (line_ == "--") {
      state_ = State::kDone;
    } else if (line_.back() == '\n') {
      const auto padding = std::string_view(line_).substr(0, line_.size() - 1);
      if (padding.empty() || padding.back() != '\r' ||
          !trimmed(padding.substr(0, padding.size() - 1)).empty())
        throw FormError("A boundary of the form is not alone on its line.");
      if (++count_ > kMostParts) throw FormError("The form has more than 1000 parts.");
      line_.clear();
      state_ = State::kHead;
    } else if (line_.size() > kMostPadding) {
      throw FormError("A boundary of the form is not alone on its line.");
    }
  }
}

void MultipartParser::take_head(std::string_view& piece) {
  const auto ended = [this] {
    return line_ == "\r\n" || (line_.size() >= 4 && line_.compare(line_.size() - 4, 4, "\r\n\r\n") == 0);
  };
  while (!piece.empty()) {
    line_ += piece.front();
    piece.remove_prefix(1);
    if (line_.back() == '\n' && ended()) {
      const auto name = field_name(line_);
      line_.clear();
      state_ = State::kData;
      parts_.part(name);
      return;
    }
    if (line_.size() > kMostHeadBytes) throw FormError("A part of the form has a head of more than 16 KiB.");
  }
}

}  // namespace collet::file
