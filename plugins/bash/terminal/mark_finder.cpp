#include "terminal/mark_finder.hpp"

#include <charconv>
#include <utility>

namespace collet::bash {
namespace {

constexpr std::size_t kMaxMark = 16U << 10;
constexpr char kEscape = '\x1B';
constexpr char kBell = '\x07';

// The next field of "a;b;c", taken off its front.
std::string_view take_field(std::string_view& text) {
  const auto end = text.find(';');
  const auto field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return field;
}

template <class Number>
Number number_or(std::string_view text, Number fallback) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : fallback;
}

}  // namespace

MarkFinder::MarkFinder(const std::string& nonce, OnBytes on_bytes, OnMark on_mark)
    : prefix_("\x1B]7717;" + nonce + ";"),
      suffix_(";" + nonce + kBell),
      on_bytes_(std::move(on_bytes)),
      on_mark_(std::move(on_mark)) {}

void MarkFinder::push(std::string_view bytes) {
  passed_.clear();  // should on_bytes have thrown
  while (!bytes.empty()) {
    if (matched_ == 0) {
      const auto run = bytes.substr(0, bytes.find(kEscape));
      passed_ += run;
      bytes.remove_prefix(run.size());
      if (bytes.empty()) break;
    }
    matched_ == prefix_.size() ? inside(bytes.front()) : outside(bytes.front());
    bytes.remove_prefix(1);
  }
  pass();
}

// The escape is nowhere in the prefix but at its beginning.
void MarkFinder::outside(char c) {
  if (c == prefix_[matched_]) {
    ++matched_;
    return;
  }
  passed_.append(prefix_, 0, matched_);
  matched_ = c == kEscape ? 1 : 0;
  if (matched_ == 0) passed_ += c;
}

void MarkFinder::inside(char c) {
  mark_ += c;
  if (c == kBell && mark_.ends_with(suffix_)) {
    mark_.resize(mark_.size() - suffix_.size());
    finish_mark();
  } else if (mark_.size() > kMaxMark) {
    mark_.clear();
    matched_ = 0;
  }
}

void MarkFinder::finish_mark() {
  matched_ = 0;
  pass();
  std::string_view rest = mark_;
  const auto kind = take_field(rest);
  Mark mark;
  mark.kind = kind == "B" ? Mark::Kind::kBegin : kind == "E" ? Mark::Kind::kEnd : Mark::Kind::kReady;
  mark.number = number_or<long>(take_field(rest), -1);
  mark.status = number_or<int>(take_field(rest), -1);
  (mark.kind == Mark::Kind::kBegin ? mark.not_lent : mark.working_dir) = rest;
  mark_.clear();
  on_mark_(mark);
}

void MarkFinder::pass() {
  if (passed_.empty()) return;
  on_bytes_(passed_);
  passed_.clear();
}

}  // namespace collet::bash
