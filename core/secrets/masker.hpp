// Hides known secret values in text: each becomes kHidden. Where occurrences overlap, all that any of them
// covers is hidden, as one. The rule is the reference's (its SecretRegistry), but for texts that come in
// pieces too.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::secrets {

inline constexpr std::string_view kHidden = "<secret-hidden>";

/// Immutable; any thread.
class Masker {
 public:
  /// Shorter values are left alone: hiding them would spoil every text. Bytes.
  static constexpr std::size_t kShortest = 4;
  /// Of a value with several lines, lines of this length are hidden by themselves too (a private key, line by
  /// line).
  static constexpr std::size_t kShortestLine = 16;

  Masker() = default;
  explicit Masker(const std::set<std::string>& values);

  bool empty() const { return patterns_.empty(); }
  /// The text with all values hidden.
  std::string mask(std::string_view text) const;
  /// Names of members that may be the format's own (small letters and _, kLongestWord at most) are left
  /// alone, as are such words under "kind" and "type": a value like "command" would spoil every call
  /// otherwise.
  static constexpr std::size_t kLongestWord = 24;
  /// Numbers of this many digits or more are hidden when they are a value as a whole.
  static constexpr std::size_t kShortestNumber = 8;

  /// The same in every text of a JSON value, names included: a value may be escaped in the JSON's own text.
  /// Whether there was one.
  bool mask_json(json::Value& value, json::Allocator& allocator) const;
  /// The same for JSON text, which stays as it is when it holds none. What is no JSON is masked as plain
  /// text.
  std::string mask_json_text(std::string_view text) const;

 private:
  friend class MaskStream;
  bool mask_member(json::Value& name, json::Value& value, json::Allocator& allocator) const;
  /// Bytes of the longest value that begins at `at`; 0: none does.
  std::size_t match(std::string_view text, std::size_t at) const;
  /// Whether what follows `at` may be the beginning of a value that is longer than the rest of the text.
  bool may_begin(std::string_view text, std::size_t at) const;

  std::vector<std::string> patterns_;  // longest first
  std::array<bool, 256> first_{};      // whether a pattern begins with this byte
};

/// Masks a text that comes in pieces: holds back an end that may be the beginning of a value, which is
/// shorter than the longest value. Not thread-safe.
class MaskStream {
 public:
  /// What can be shown by now. The masker may be another one each time: what is held back is looked at again.
  std::string push(const Masker& masker, std::string_view piece) { return advance(masker, piece, false); }
  /// The rest. The stream can be used again afterwards.
  std::string finish(const Masker& masker) { return advance(masker, {}, true); }

 private:
  std::string advance(const Masker& masker, std::string_view piece, bool last);

  std::string held_;
  std::size_t hidden_ = 0;  // so many bytes of held_ are covered by a kHidden that has been given
};

}  // namespace collet::secrets
