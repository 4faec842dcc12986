#include "plugins/model_run.hpp"

#include <utility>

#include "base/log.hpp"
#include "http/percent.hpp"
#include "llm/chat_response.hpp"
#include "llm/failures.hpp"
#include "llm/pricing.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

// collet_llm_reply::finish; the context is the guest.
void finish_call(void* context, collet_handle handle, int32_t status, collet_str text) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    if (const auto run = guest.model_runs.take(handle)) (*run)->finish(status, detail::to_string(text));
    return COLLET_OK;
  });
}

// collet_llm_reply::delta
void take_piece(void* context, collet_handle handle, collet_str text, collet_str reasoning) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    if (const auto run = guest.model_runs.find(handle))
      (*run)->piece(detail::to_view(text), detail::to_view(reasoning));
    return COLLET_OK;
  });
}

llm::Outcome to_outcome(int status, const std::string& text, const llm::Config& config) {
  llm::Outcome outcome;
  if (status != 200) {
    outcome.failure = llm::redact(llm::status_failure(status, text).failure, config);
    return outcome;
  }
  llm::ChatResult parsed = llm::parse_chat_response(text);
  outcome.response = std::move(parsed.response);
  outcome.failure = llm::redact(std::move(parsed.failure.failure), config);
  return outcome;
}

}  // namespace

ModelRun::ModelRun(Guest& guest, const collet_llm& table, std::uint32_t provider, llm::Config config,
                   llm::Provider::Delta delta, llm::Provider::Done done)
    : guest_(guest),
      table_(table),
      provider_(provider),
      config_(std::move(config)),
      delta_(std::move(delta)),
      done_(std::move(done)),
      began_(std::chrono::steady_clock::now()) {}

ModelRun::~ModelRun() { finish(503, "The server is stopping."); }

void ModelRun::begin(const std::shared_ptr<ModelRun>& self, const std::string& request) {
  const auto pass = guest_.gate.enter();
  if (!pass) return finish(503, guest_.absence());
  began_ = std::chrono::steady_clock::now();
  const std::uint64_t handle = guest_.model_runs.add(self);
  handle_ = handle;
  if (cancelled_) {
    guest_.model_runs.take(handle);
    return;
  }
  const auto thrown = caught([&] {
    table_.start(guest_.instance, provider_, detail::to_str(request),
                 {&guest_, handle, &take_piece, &finish_call});
  });
  if (thrown.empty()) return;
  guest_.model_runs.take(handle);
  finish(500, thrown);
}

void ModelRun::finish(int status, const std::string& text) {
  if (finished_.exchange(true)) return;
  const auto done = std::exchange(done_, nullptr);
  const auto thrown = caught([&] {
    llm::Outcome outcome = to_outcome(status, text, config_);
    if (outcome.response) {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
      outcome.response->latency = took.count();
      outcome.response->cost = llm::cost_of(config_, outcome.response->usage);
    }
    done(std::move(outcome));
  });
  if (!thrown.empty()) guest_.log_error("a model call's end could not be told: " + thrown);
}

void ModelRun::piece(std::string_view text, std::string_view reasoning) const {
  // Clients see the pieces; what is no UTF-8 must not get among their frames. The whole answer comes at the
  // end.
  if (delta_ && !finished_ && http::is_utf8(text) && http::is_utf8(reasoning)) delta_(text, reasoning);
}

void ModelRun::cancel(const std::shared_ptr<ModelRun>& self) {
  cancelled_ = true;
  if (finished_.exchange(true) || handle_ == 0) return;
  guest_.post_cancel([self] { self->cancel_inside(); });
}

void ModelRun::cancel_inside() const {
  const auto thrown = caught([&] { table_.cancel(guest_.instance, provider_, handle_); });
  if (!thrown.empty()) guest_.log_error("a model call's cancel threw: " + thrown);
}

}  // namespace collet::plugins
