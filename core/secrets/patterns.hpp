// Finds many texts in one: an Aho-Corasick automaton. What it costs depends on the text, not on how many
// patterns there are or on what they have in common.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace collet::secrets {

/// Immutable; any thread. Twelve bytes for each byte of the patterns.
class Patterns {
 public:
  /// Patterns have at least so many bytes.
  static constexpr std::size_t kShortest = 4;

  /// Stands for the longest beginning of a pattern that the text so far ends with.
  using Node = std::uint32_t;
  static constexpr Node kNothing = 0;

  explicit Patterns(const std::set<std::string, std::less<>>& patterns = {});

  bool empty() const { return states_.size() == 1; }
  /// Whether the whole text is a pattern.
  bool contains(std::string_view text) const;

  /// Goes through `text` from `at` on; `node` stands for what is before, which is in the text too. Calls
  /// `found(begin, end)` for the longest pattern that ends at `end`, wherever one does.
  template <class Found>
  Node scan(Node node, std::string_view text, std::size_t at, const Found& found) const {
    while (at < text.size()) {
      const std::size_t depth = states_[node].depth;
      if (depth < kShortest && !may_begin(text, at - depth)) {
        node == kNothing ? static_cast<void>(++at) : static_cast<void>(node = states_[node].shorter);
        continue;
      }
      node = next(node, text[at++]);
      if ((states_[node].flags & kEnds) != 0) found(at - longest_end(node), at);
    }
    return node;
  }
  /// The longest beginning in `node` that isn't a whole pattern with nothing behind it.
  Node unfinished(Node node) const {
    while (node != kNothing && (states_[node].flags & (kFollowed | kBranches)) == 0)
      node = states_[node].shorter;
    return node;
  }
  /// Its bytes.
  std::size_t depth(Node node) const { return states_[node].depth; }

 private:
  enum Flag : std::uint8_t {
    kFollowed = 1,  ///< the next node is its child
    kBranches = 2,  ///< it has children in edges_
    kEnds = 4,      ///< a pattern ends here
  };
  struct State {              // together, as they are needed together
    Node shorter = kNothing;  ///< the longest beginning of a pattern that this one ends with
    std::uint32_t depth = 0;
    unsigned char byte = 0;  ///< the last one
    std::uint8_t flags = 0;
  };
  struct Edge {
    std::uint64_t from;  ///< node and byte
    Node to;
  };
  struct End {
    Node node;
    std::uint32_t length;
  };

  void add(std::string_view pattern, std::size_t common, std::vector<Node>& path);
  void link();
  template <class Visit>
  void for_each_child(Node node, const Visit& visit) const;
  Node child(Node node, unsigned char byte) const;
  Node next(Node node, char byte) const;
  std::size_t longest_end(Node node) const;

  static std::uint32_t hash(const char* text) {
    std::uint32_t word = 0;
    std::memcpy(&word, text, kShortest);
    return word * 2654435761U;
  }
  bool may_begin(std::string_view text, std::size_t at) const {
    if (text.size() - at < kShortest) return true;
    const std::uint32_t bit = hash(text.data() + at) >> begin_shift_;
    return (begins_[bit / 64] >> (bit % 64) & 1) != 0;
  }

  std::vector<State> states_;  // by node; those of a pattern follow each other behind what it begins like
  std::vector<Edge> edges_;    // in order
  std::vector<End> ends_;      // in order: the longest pattern that ends at a node
  std::vector<std::uint64_t> begins_;  // bits: hashes of the first bytes of patterns
  unsigned begin_shift_ = 0;
};

}  // namespace collet::secrets
