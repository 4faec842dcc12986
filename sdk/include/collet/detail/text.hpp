// Between the boundary's C types and std types. For the SDK's own headers.
#pragma once
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/types.h"

namespace collet {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The host could not do what was asked for. `status` is one of COLLET_INVALID … COLLET_DENIED.
class HostError : public std::runtime_error {
 public:
  HostError(collet_status status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  collet_status status() const noexcept { return status_; }

 private:
  collet_status status_;
};

namespace detail {

inline collet_str to_str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view to_view(collet_str text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string to_string(collet_str text) { return std::string(to_view(text)); }

/// Hands a text to a sink of the other side.
inline void give(collet_sink sink, std::string_view text) noexcept {
  if (sink.write != nullptr) sink.write(sink.context, to_str(text));
}

/// A sink that keeps the last text.
inline collet_sink into(std::string& text) {
  return {&text, [](void* context, collet_str written) {
            static_cast<std::string*>(context)->assign(written.size == 0 ? "" : written.data, written.size);
          }};
}
/// A sink that collects all texts.
inline collet_sink into(std::vector<std::string>& texts) {
  return {&texts, [](void* context, collet_str written) {
            static_cast<std::vector<std::string>*>(context)->push_back(to_string(written));
          }};
}

/// Pairs as the boundary wants them; good as long as the pairs are.
class PairsView {
 public:
  template <class Range>
  explicit PairsView(const Range& pairs) {
    for (const auto& [name, value] : pairs) items_.push_back({to_str(name), to_str(value)});
  }
  collet_pairs get() const { return {items_.data(), items_.size()}; }

 private:
  std::vector<collet_pair> items_;
};

inline Pairs to_pairs(collet_pairs pairs) {
  Pairs copy;
  copy.reserve(pairs.count);
  for (std::size_t i = 0; i < pairs.count; ++i)
    copy.emplace_back(to_string(pairs.items[i].name), to_string(pairs.items[i].value));
  return copy;
}

/// The text as a JSON string.
inline std::string json_quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += "\\u00";
      quoted += kHex[static_cast<unsigned char>(c) >> 4];
      quoted += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      quoted += c;
    }
  }
  return quoted += '"';
}

/// Text of the exception being handled. Call it in a catch block only.
inline std::string current_error() noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& error) {
      return error.what();
    } catch (...) {
      return "unknown exception";
    }
  } catch (...) {
    return {};
  }
}

/// Throws what a call of the host's answered, unless it went well.
template <class Exception = HostError>
void check(collet_status status, const std::string& message) {
  if (status != COLLET_OK) throw Exception(status, message.empty() ? "the host refused the call" : message);
}

}  // namespace detail
}  // namespace collet
