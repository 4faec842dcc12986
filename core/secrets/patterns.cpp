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
  states_.emplace_back();
  std::vector<Node> path = {kNothing};  // of the pattern before: its nodes by depth
  std::string_view before;
  for (const std::string& pattern : patterns) {
    const auto differ = std::mismatch(before.begin(), before.end(), pattern.begin(), pattern.end()).first;
    add(pattern, static_cast<std::size_t>(differ - before.begin()), path);
    before = pattern;
  }
  std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.from < b.from; });
  link();
}

void Patterns::add(std::string_view pattern, std::size_t common, std::vector<Node>& path) {
  path.resize(common + 1);
  for (const char c : pattern.substr(common)) {
    const auto byte = static_cast<unsigned char>(c);
    const auto node = static_cast<Node>(states_.size());
    const Node parent = path.back();
    if (parent + 1 == node) {
      states_[parent].flags |= kFollowed;
    } else {
      states_[parent].flags |= kBranches;
      edges_.push_back({edge_of(parent, byte), node});
    }
    states_.push_back({kNothing, static_cast<std::uint32_t>(path.size()), byte, 0});
    path.push_back(node);
  }
  states_[path.back()].flags |= kEnds;
  const std::uint32_t bit = hash(pattern.data()) >> begin_shift_;
  begins_[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

// Level by level, as each node's `shorter_` is on a level above.
void Patterns::link() {
  std::vector<std::uint32_t> lengths(states_.size());
  std::vector<Node> level = {kNothing}, below;
  for (; !level.empty(); level.swap(below)) {
    below.clear();
    for (const Node node : level)
      for_each_child(node, [&](Node child) {
        if (node != kNothing)
          states_[child].shorter = next(states_[node].shorter, static_cast<char>(states_[child].byte));
        lengths[child] =
            (states_[child].flags & kEnds) != 0 ? states_[child].depth : lengths[states_[child].shorter];
        if (lengths[child] > 0) states_[child].flags |= kEnds;
        below.push_back(child);
      });
  }
  for (Node node = 0; node < lengths.size(); ++node)
    if (lengths[node] > 0) ends_.push_back({node, lengths[node]});
}

template <class Visit>
void Patterns::for_each_child(Node node, const Visit& visit) const {
  if ((states_[node].flags & kFollowed) != 0) visit(node + 1);
  if ((states_[node].flags & kBranches) == 0) return;
  for (auto edge = std::lower_bound(edges_.begin(), edges_.end(), edge_of(node, 0),
                                    [](const Edge&a, std::uint64_t from) { return a.from < from; });
       edge != edges_.end() && edge->from >> 8 == node; ++edge)
    visit(edge->to);
}

Patterns::Node Patterns::child(Node node, unsigned char byte) const {
  const auto flags = states_[node].flags;
  if ((flags & kFollowed) != 0 && states_[node + 1].byte == byte) return node + 1;
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
    node = states_[node].shorter;
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
  return (states_[node].flags & kEnds) != 0 && longest_end(node) == text.size();
}

}  // namespace collet::secrets
