#include "storage/pending_writes.hpp"

#include "storage/conversation_rows.hpp"

namespace collet::storage {
namespace {

constexpr std::size_t kMostEnds = 4096;  // more conversations are hardly busy at a time

bool same(const std::optional<Claim>& a, const std::optional<Claim>& b) {
  return a && b && a->server == b->server && a->generation == b->generation;
}

}  // namespace

std::optional<LogEnd> KnownEnds::find(const std::string& conversation,
                                      const std::optional<Claim>& claim) const {
  const auto found = ends_.find(conversation);
  if (found == ends_.end()) return std::nullopt;
  const auto& known = found->second;
  if (known.transaction != transaction_ && !same(known.claim, claim)) return std::nullopt;
  return known.end;
}

void KnownEnds::set(const std::string& conversation, LogEnd end, const std::optional<Claim>& claim) {
  ends_[conversation] = {end, claim, transaction_};
}

void KnownEnds::start_transaction() {
  ++transaction_;
  if (ends_.size() > kMostEnds) ends_.clear();
}

void flush(Session& session) {
  event_store::insert_pending(session);
  conversation_rows::save_pending(session);
}

}  // namespace collet::storage
