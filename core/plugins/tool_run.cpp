#include "plugins/tool_run.hpp"

#include <utility>

#include "base/log.hpp"
#include "collet/json.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

// collet_tool_reply::finish; the context is the guest.
void finish_call(void* context, collet_handle handle, collet_status status, collet_str text) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    const auto run = guest.tool_runs.take(handle);
    if (!run) return COLLET_OK;
    std::string words = detail::to_string(text);
    if (status != COLLET_OK) {
      (*run)->fail(words.empty() ? "The tool failed without a reason." : std::move(words));
    } else if (const auto parsed = json::parse(words); parsed && parsed->IsObject()) {
      (*run)->finish({std::move(words), {}});
    } else {
      (*run)->fail("The tool's observation is no JSON object.");
    }
    return COLLET_OK;
  });
}

// collet_tool_reply::progress: nobody follows a call's progress yet.
void drop_progress(void*, collet_handle, collet_str) noexcept {}

}  // namespace

ToolRun::ToolRun(Guest& guest, const collet_tools& table, std::uint32_t tool, const agent::ToolCall& call,
                 std::function<void(agent::ToolOutcome)> done)
    : guest_(guest),
      table_(table),
      tool_(tool),
      conversation_(call.conversation),
      call_id_(call.call_id),
      done_(std::move(done)) {}

ToolRun::~ToolRun() { fail("The tool did not finish: the server is stopping."); }

void ToolRun::begin(const std::shared_ptr<ToolRun>& self, const agent::ToolCall& call) {
  const auto pass = guest_.gate.enter();
  if (!pass) return fail(guest_.absence());
  const std::uint64_t handle = guest_.tool_runs.add(self);
  begun_ = true;
  if (cancelled_) {
    guest_.tool_runs.take(handle);
    return fail("The call was cancelled before it began.");
  }
  const collet_tool_call out{sizeof(collet_tool_call),         detail::to_str(call.conversation),
                             detail::to_str(call.call_id),     detail::to_str(call.action),
                             detail::to_str(call.working_dir), detail::to_str(call.save_dir)};
  const auto thrown = caught([&] {
    table_.start(guest_.instance, tool_, &out, {&guest_, handle, &drop_progress, &finish_call});
  });
  if (thrown.empty()) return;
  guest_.tool_runs.take(handle);
  fail(thrown);
}

void ToolRun::finish(agent::ToolOutcome outcome) {
  if (finished_.exchange(true)) return;
  if (const auto thrown = caught([&] { done_(std::move(outcome)); }); !thrown.empty())
    log::error(guest_.part, "a call's end could not be told: " + thrown);
  done_ = nullptr;
}

void ToolRun::fail(std::string error) { finish({{}, std::move(error)}); }

void ToolRun::cancel() {
  cancelled_ = true;
  if (finished_ || !begun_) return;
  if (const auto pass = guest_.gate.enter()) cancel_inside();
}

void ToolRun::cancel_inside() {
  const auto thrown = caught([&] {
    table_.cancel(guest_.instance, tool_, detail::to_str(conversation_), detail::to_str(call_id_));
  });
  if (!thrown.empty()) log::error(guest_.part, "a tool's cancel threw: " + thrown);
}

}  // namespace collet::plugins
