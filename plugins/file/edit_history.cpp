#include "edit_history.hpp"

#include <algorithm>
#include <utility>

namespace collet::file {

void EditHistory::push(const std::string& conversation, const std::string& path, std::string before,
                       std::string_view after) {
  const std::lock_guard lock(mutex_);
  auto& known = conversations_[conversation];
  known.bytes += before.size();
  known.entries.push_back({path, {std::move(before), fingerprint(after)}});
  while (!known.entries.empty() && (known.entries.size() > limits_.entries || known.bytes > limits_.bytes)) {
    known.bytes -= known.entries.front().edit.before.size();
    known.entries.pop_front();
  }
}

std::optional<EditHistory::Edit> EditHistory::last(const std::string& conversation,
                                                   const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto known = conversations_.find(conversation);
  if (known == conversations_.end()) return std::nullopt;
  const auto& entries = known->second.entries;
  const auto found =
      std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.path == path; });
  if (found == entries.rend()) return std::nullopt;
  return found->edit;
}

void EditHistory::pop(const std::string& conversation, const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto known = conversations_.find(conversation);
  if (known == conversations_.end()) return;
  auto& entries = known->second.entries;
  const auto found =
      std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.path == path; });
  if (found == entries.rend()) return;
  known->second.bytes -= found->edit.before.size();
  entries.erase(std::next(found).base());
}

void EditHistory::forget(const std::string& conversation) {
  const std::lock_guard lock(mutex_);
  conversations_.erase(conversation);
}

}  // namespace collet::file
