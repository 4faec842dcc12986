// Hides known secret values in text: each becomes kHidden. Where occurrences overlap, all that any of them
// covers is hidden, as one. The rule is the reference's (its SecretRegistry), but for texts that come in
// pieces too.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "secrets/patterns.hpp"

namespace collet::secrets {

inline constexpr std::string_view kHidden = "<secret-hidden>";

/// Immutable; any thread.
class Masker {
 public:
  /// Shorter values are left alone: hiding them would spoil every text. Bytes.
  static constexpr std::size_t kShortest = Patterns::kShortest;
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

  Patterns patterns_;
  std::uint64_t id_ = 0;  // no other masker with values has it
};

/// Masks a text that comes in pieces: holds back an end that may be the beginning of a value, which is
/// shorter than the longest value. Looks at each byte once. Not thread-safe.
class MaskStream {
 public:
  /// What can be shown by now. The masker may be another one each time: what is held back is looked at again.
  std::string push(const Masker& masker, std::string_view piece) { return advance(masker, piece, false); }
  /// The rest. The stream can be used again afterwards.
  std::string finish(const Masker& masker) { return advance(masker, {}, true); }

 private:
  /// Bytes that values cover, counted from the stream's beginning.
  struct Span {
    std::uint64_t begin, end;
  };

  std::string advance(const Masker& masker, std::string_view piece, bool last);
  void cover(Span span);
  std::string give(std::uint64_t until);

  std::uint64_t masker_ = 0;  // the id of the last one
  Patterns::Node node_ = 0;   // in its patterns
  std::string held_;          // its beginning may have been given already
  std::uint64_t begin_ = 0;   // of held_
  std::uint64_t given_ = 0;   // so far the text has been given
  std::uint64_t hidden_ = 0;  // so far a kHidden that has been given covers it
  std::deque<Span> found_;    // behind that, in order; they don't overlap
};

}  // namespace collet::secrets
