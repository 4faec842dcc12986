#include "secrets/patterns.hpp"

#include <algorithm>
#include <bit>

namespace collet::secrets {
namespace {

std::uint64_t edge_of(Patterns::Node node, unsigned char byte) { return std::uint64_t{node} << 8 | byte; }

}  // namespace

Patterns::Patterns(const std::set<std::string, std::less<>>& patterns) {
  constexpr std::size_t kBitsEach = 32;
  const std::size_t bits = std::bit_ceil(std::max<std::size_t>(kBitsEach * patterns.size(), 1024));
  begins_.resize(bits / 64);
  begin_shift_ = 32U - static_cast<unsigned>(std::bit_width(bits) - 1);
  byte_.push_back(0);
  flags_.push_back(0);
  depth_.push_back(0);
  std::vector<Node> path = {kNothing};  // of the pattern before: its nodes by depth
  std::string_view before;
  for (const std::string& pattern : patterns) {
    const auto differ = std::mismatch(before.begin(), before.end(), pattern.begin(), pattern.end()).first;
    add(pattern, static_cast<std::size_t>(differ - before.begin()), path);
    before = pattern;
  }
  std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.from < b.from; });
  shorter_.resize(byte_.size());
  link();
}

void Patterns::add(std::string_view pattern, std::size_t common, std::vector<Node>& path) {
  path.resize(common + 1);
  for (const char c : pattern.substr(common)) {
    const auto byte = static_cast<unsigned char>(c);
    const auto node = static_cast<Node>(byte_.size());
    const Node parent = path.back();
    if (parent + 1 == node) {
      flags_[parent] |= kFollowed;
    } else {
      flags_[parent] |= kBranches;
      edges_.push_back({edge_of(parent, byte), node});
    }
    byte_.push_back(byte);
    flags_.push_back(0);
    depth_.push_back(static_cast<std::uint32_t>(path.size()));
    path.push_back(node);
  }
  flags_[path.back()] |= kEnds;
  const std::uint32_t bit = hash(pattern.data()) >> begin_shift_;
  begins_[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

// Level by level, as each node's `shorter_` is on a level above.
void Patterns::link() {
  std::vector<std::uint32_t> lengths(byte_.size());
  std::vector<Node> level = {kNothing}, below;
  for (; !level.empty(); level.swap(below)) {
    below.clear();
    for (const Node node : level)
      for_each_child(node, [&](Node child) {
        if (node != kNothing) shorter_[child] = next(shorter_[node], static_cast<char>(byte_[child]));
        lengths[child] = (flags_[child] & kEnds) != 0 ? depth_[child] : lengths[shorter_[child]];
        if (lengths[child] > 0) flags_[child] |= kEnds;
        below.push_back(child);
      });
  }
  for (Node node = 0; node < lengths.size(); ++node)
    if (lengths[node] > 0) ends_.push_back({node, lengths[node]});
}

template <class Visit>
void Patterns::for_each_child(Node node, const Visit& visit) const {
  if ((flags_[node] & kFollowed) != 0) visit(node + 1);
  if ((flags_[node] & kBranches) == 0) return;
  for (auto edge = std::lower_bound(edges_.begin(), edges_.end(), edge_of(node, 0),
                                    [](const Edge&a, std::uint64_t from) { return a.from < from; });
       edge != edges_.end() && edge->from >> 8 == node; ++edge)
    visit(edge->to);
}

Patterns::Node Patterns::child(Node node, unsigned char byte) const {
  const auto flags = flags_[node];
  if ((flags & kFollowed) != 0 && byte_[node + 1] == byte) return node + 1;
  if ((flags & kBranches) == 0) return kNothing;
  const auto from = edge_of(node, byte);
  const auto edge = std::lower_bound(edges_.begin(), edges_.end(), from,
                                     [](const Edge& a, std::uint64_t key) { return a.from < key; });
  return edge != edges_.end() && edge->from == from ? edge->to : kNothing;
}

Patterns::Node Patterns::next(Node node, char byte) const {
  while (true) {
    const Node longer = child(node, static_cast<unsigned char>(byte));
    if (longer != kNothing || node == kNothing) return longer;
    node = shorter_[node];
  }
}

std::size_t Patterns::longest_end(Node node) const {
  return std::lower_bound(ends_.begin(), ends_.end(), node,
                          [](const End& end, Node wanted) { return end.node < wanted; })
      ->length;
}

bool Patterns::contains(std::string_view text) const {
  Node node = kNothing;
  for (const char c : text)
    if ((node = child(node, static_cast<unsigned char>(c))) == kNothing) return false;
  return (flags_[node] & kEnds) != 0 && longest_end(node) == text.size();
}

}  // namespace collet::secrets
