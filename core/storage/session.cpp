#include "storage/session.hpp"

#include <algorithm>

#include "storage/pending_writes.hpp"
#include "storage/soci_session.hpp"

namespace collet::storage {

namespace {

// Our statements are a fixed set; a cache beyond this means that someone writes values into SQL texts.
constexpr std::size_t kMaxStatements = 128;

bool is_text(const Param& param) { return std::holds_alternative<std::string_view>(param); }

}  // namespace

PreparedStatement::PreparedStatement(soci::session& session, std::string_view sql, Params params,
                                     std::span<const Column> columns)
    : params_(params.size()), columns_(columns.size()), statement_(session) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    params_[i].is_text = is_text(params[i]);
    if (params_[i].is_text) {
      statement_.exchange(soci::use(params_[i].text));
    } else {
      statement_.exchange(soci::use(params_[i].integer));
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns_[i].is_text = columns[i] == Column::kText;
    if (columns_[i].is_text) {
      statement_.exchange(soci::into(columns_[i].text));
    } else {
      statement_.exchange(soci::into(columns_[i].integer));
    }
  }
  statement_.alloc();
  statement_.prepare(std::string(sql));
  statement_.define_and_bind();
}

bool PreparedStatement::fits(Params params, std::span<const Column> columns) const {
  if (params.size() != params_.size() || columns.size() != columns_.size()) return false;
  for (std::size_t i = 0; i < params.size(); ++i)
    if (is_text(params[i]) != params_[i].is_text) return false;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if ((columns[i] == Column::kText) != columns_[i].is_text) return false;
  return true;
}

void PreparedStatement::bind(Params params) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (const auto* integer = std::get_if<std::int64_t>(&params[i]); integer != nullptr) {
      params_[i].integer = *integer;
      continue;
    }
    const auto text = std::get<std::string_view>(params[i]);
    if (text.find('\0') != std::string_view::npos)
      throw StorageError(invalid("storage: text holds a NUL byte"));
    params_[i].text.assign(text);
  }
}

PreparedStatement& Session::Impl::prepared(std::string_view sql, Params params,
                                           std::span<const Column> columns) {
  auto found = statements.find(sql);
  if (found != statements.end() && !found->second->fits(params, columns)) {
    statements.erase(found);
    found = statements.end();
  }
  if (found == statements.end()) {
    if (statements.size() >= kMaxStatements) statements.clear();
    auto made = std::make_unique<PreparedStatement>(connection, sql, params, columns);
    found = statements.emplace(std::string(sql), std::move(made)).first;
  }
  found->second->bind(params);
  return *found->second;
}

void Session::Impl::drop(std::string_view sql) noexcept {
  if (const auto found = statements.find(sql); found != statements.end()) statements.erase(found);
}

StorageError Session::Impl::note(const soci::soci_error& failed) {
  StorageError error = explain(failed);
  note(error);
  return error;
}

void Session::Impl::note(const StorageError& failed) {
  failure = std::max(failure, std::optional(failed.cause()));
}

Session::Session(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)), pending_writes_(std::make_unique<PendingWrites>()) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void Session::execute(std::string_view sql, Params params) {
  const Impl::InUse in_use(*impl_);
  try {
    impl_->prepared(sql, params, {}).statement().execute(true);
  } catch (const soci::soci_error& failed) {
    const StorageError error = impl_->note(failed);
    impl_->drop(sql);  // SOCI leaves a failed statement unusable
    throw error;
  }
}

void Session::run(const std::string& sql) {
  const Impl::InUse in_use(*impl_);
  try {
    impl_->connection.once << sql;
  } catch (const soci::soci_error& failed) {
    throw impl_->note(failed);
  }
}

void Session::visit(std::string_view sql, Params params, std::span<const Column> columns,
                    const std::function<bool(Row&)>& row) {
  class Values final : public Row {
   public:
    explicit Values(std::vector<PreparedStatement::Slot>& slots) : slots_(slots) {}
    std::int64_t integer(std::size_t column) const override { return slots_[column].integer; }
    std::string& text(std::size_t column) override { return slots_[column].text; }

   private:
    std::vector<PreparedStatement::Slot>& slots_;
  };
  const Impl::InUse in_use(*impl_);
  // What a statement still holds of the database goes with it.
  struct DropUnlessKept {
    Impl& impl;
    std::string_view sql;
    bool keep = false;
    ~DropUnlessKept() {
      if (!keep) impl.drop(sql);
    }
  } guard{*impl_, sql};
  std::size_t bytes = 0;
  try {
    auto& prepared = impl_->prepared(sql, params, columns);
    Values values(prepared.columns());
    prepared.statement().execute(false);
    bool more = true;
    while (more && prepared.statement().fetch()) {
      for (const auto& column : prepared.columns()) bytes += column.text.size();
      more = row(values);
    }
    guard.keep = impl_->may_keep(more, bytes);
  } catch (const soci::soci_error& failed) {
    throw impl_->note(failed);
  }
}

// Not when the transaction ends: that may fail in many ways.
void Session::forget_pending() {
  impl_->failure.reset();
  pending_writes_->events.clear();
  pending_writes_->claimed_rows.clear();
  pending_writes_->ends.start_transaction();
}

void Session::begin() {
  forget_pending();
  execute("BEGIN");
}

void Session::begin_with(const std::string& sql) {
  forget_pending();
  run(sql);
}

void Session::begun() { forget_pending(); }

void Session::commit() { execute("COMMIT"); }

void Session::announce(std::string_view change) { impl_->announce(change); }

std::optional<Cause> Session::failure() const { return impl_->failure; }

void Session::rollback() noexcept {
  pending_writes_->ends.forget_all();
  impl_->forget_sent();
  // Nothing to do about a failure: the database has rolled back by itself (disk full), or the connection is
  // gone.
  try {
    execute("ROLLBACK");
  } catch (const std::exception&) {
  }
}

}  // namespace collet::storage
