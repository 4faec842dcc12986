#include "server/master_key.hpp"

#include <optional>
#include <set>
#include <string_view>

#include "collet/json.hpp"
#include "secrets/json_secrets.hpp"
#include "secrets/sealed_box.hpp"
#include "settings/secret_store.hpp"
#include "storage/document_store.hpp"
#include "storage/sealed_rows.hpp"

namespace collet::server {
namespace {

namespace rows = storage::sealed_rows;

const std::string kRecord = "secret_key";  // the document {"id": …}

std::string record_of(const secrets::KeyRing& ring) {
  json::Writer w;
  w.object().member("id", ring.id()).end();
  return w.take();
}

// The recorded key's id; empty: none is recorded yet.
Result<std::string> recorded_id(storage::Database& database) {
  const auto text = storage::DocumentStore(database).get(kRecord);
  if (!text && text.error().kind == Error::Kind::kNotFound) return std::string();
  if (!text) return text.error();
  const auto record = json::parse(*text);
  const auto id = record ? json::string_at(*record, "id") : std::nullopt;
  if (!id) return internal("secrets: the database's record of its secret key is damaged");
  return std::string(*id);
}

void collect_ids(const json::Value& value, std::set<std::string>& ids) {
  if (value.IsString())
    if (const auto id = secrets::SealedBox::key_id(json::view(value))) ids.emplace(*id);
  if (value.IsArray())
    for (const auto& item : value.GetArray()) collect_ids(item, ids);
  if (value.IsObject())
    for (const auto& member : value.GetObject()) collect_ids(member.value, ids);
}

// The keys of what is sealed, in a database that has no record yet.
Result<std::set<std::string>> ids_in_use(storage::Database& database) {
  std::set<std::string> ids;
  const rows::Change look = [&ids](const std::string&, const std::string& body) -> Result<std::string> {
    if (const auto document = json::parse(body)) collect_ids(*document, ids);
    return body;
  };
  auto looked = database.read([&](storage::Session& session) -> Result<void> {
    if (auto done = rows::change_documents(session, look); !done) return done;
    return rows::change_conversations(session, look);
  });
  if (!looked) return looked.error();
  return ids;
}

Error wrong_key(const std::filesystem::path& state, const std::string& sealed_with,
                const std::string& given) {
  return unavailable("secrets: the database in " + state.string() +
                     " is sealed with another secret key (key " + sealed_with + ", this is " + given +
                     "). Start with the OH_SECRET_KEY that was used so far, or without one and with the " +
                     "secret.key that belongs to it. Nothing was changed");
}

}  // namespace

Result<secrets::KeyRing> open_master_key(const std::filesystem::path& state, const std::string& secret,
                                         storage::Database& database) {
  const auto recorded = recorded_id(database);
  if (!recorded) return recorded.error();
  const auto given = secret.empty() ? std::nullopt : std::optional(secret);
  if (auto settled = secrets::KeyRing::settle_next(state, given, *recorded); !settled) return settled.error();
  if (!given && !recorded->empty() && !std::filesystem::exists(state / "secret.key"))
    return unavailable("secrets: the key file " + (state / "secret.key").string() +
                       " is missing and OH_SECRET_KEY is not set, but the database is sealed (key " +
                       *recorded + "). Put the key back; nothing was changed");
  auto ring = secrets::KeyRing::open(state, given);
  if (!ring) return ring.error();
  if (!recorded->empty()) {
    if (*recorded != ring->id()) return wrong_key(state, *recorded, ring->id());
    return ring;
  }
  const auto ids = ids_in_use(database);
  if (!ids) return ids.error();
  if (!ids->empty() && !ids->contains(ring->id())) return wrong_key(state, *ids->begin(), ring->id());
  // Another server on the same database may have come first.
  const std::string record = record_of(*ring);
  const auto kept = storage::DocumentStore(database).update(
      kRecord, [&](const std::optional<std::string>& there) -> Result<std::string> {
        return there ? *there : record;
      });
  if (!kept) return kept.error();
  if (*kept != record) return wrong_key(state, recorded_id(database).value(), ring->id());
  return ring;
}

namespace {

/// Seals the strings of one document anew that open under its context.
class Resealer {
 public:
  Resealer(const secrets::KeyRing& from, const secrets::KeyRing& to)
      : old_id_(from.id()), from_(from), to_(to) {}

  void reseal(json::Value& value, const std::string& context, json::Allocator& allocator) {
    if (value.IsArray())
      for (auto& item : value.GetArray()) reseal(item, context, allocator);
    if (value.IsObject())
      for (auto& member : value.GetObject()) reseal(member.value, context, allocator);
    if (!value.IsString() || secrets::SealedBox::key_id(json::view(value)) != old_id_) return;
    // What doesn't open was not sealed by us, but only looks so, or can't be opened by anybody.
    if (const auto plain = from_.open(json::view(value), context)) {
      value = json::text(to_.seal(*plain, context), allocator);
      ++count_.texts;
    } else {
      ++count_.damaged;
    }
  }

  Result<std::string> document(const std::string& name, const std::string& body) {
    if (name == kRecord) return body;
    auto document = json::parse(body);
    if (!document) return internal("secrets: the stored document '" + name + "' is damaged");
    auto& allocator = document->GetAllocator();
    if (name != settings::SecretStore::kDocument) {
      reseal(*document, name, allocator);
    } else {
      for (auto& member : document->GetObject())
        reseal(member.value, settings::SecretStore::context_of(json::view(member.name)), allocator);
    }
    return json::dump(*document);
  }

  Result<std::string> conversation(const std::string& id, const std::string& body) {
    auto document = json::parse(body);
    if (!document) return internal("secrets: the stored conversation " + id + " is damaged");
    reseal(*document, id, document->GetAllocator());
    return json::dump(*document);
  }

  Resealed count() const { return count_; }

 private:
  const std::string old_id_;
  const secrets::SealedBox from_;
  const secrets::SealedBox to_;
  Resealed count_;
};

}  // namespace

Result<Resealed> reseal(storage::Database& database, const secrets::KeyRing& from,
                        const secrets::KeyRing& to) {
  Resealed count;
  auto stored = database.write_and_wait([&](storage::Session& session) -> Result<void> {
    Resealer resealer(from, to);
    auto changed = rows::change_documents(
        session, [&](const std::string& name, const std::string& body) -> Result<std::string> {
          return name == kRecord ? record_of(to) : resealer.document(name, body);
        });
    if (!changed) return changed;
    changed = rows::change_conversations(session, [&](const std::string& id, const std::string& body) {
      return resealer.conversation(id, body);
    });
    count = resealer.count();
    return changed;
  });
  if (!stored) return stored.error();
  return count;
}

}  // namespace collet::server
