#include "plugins/tool_run.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "collet/json.hpp"
#include "http/percent.hpp"
#include "plugins/boundary.hpp"
#include "plugins/errand.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

constexpr std::size_t kProgressBytes = 4096;

// collet_tool_reply::finish; the context is the guest.
void finish_call(void* context, collet_handle handle, collet_status status, collet_str text) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    const auto run = guest.tool_runs.take(handle);
    if (!run) return COLLET_OK;
    std::string words = detail::to_string(text);
    if (status != COLLET_OK) {
      (*run)->note_failure(words);
      (*run)->fail(words.empty() ? "The tool failed without a reason." : text_for_model(std::move(words)));
    } else if (const auto parsed = json::parse(words); parsed && parsed->IsObject()) {
      (*run)->finish({std::move(words), {}});
    } else {
      (*run)->fail("The tool's observation is no JSON object.");
    }
    return COLLET_OK;
  });
}

// collet_tool_reply::progress; the context is the guest.
void keep_progress(void* context, collet_handle handle, collet_str text) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    if (const auto run = guest.tool_runs.find(handle)) (*run)->note_progress(detail::to_view(text));
    return COLLET_OK;
  });
}

// At most that many bytes, and no part of a character.
std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

ToolRun::ToolRun(Guest& guest, const collet_tools& table, std::uint32_t tool, std::string name,
                 const agent::ToolCall& call, std::function<void(agent::ToolOutcome)> done)
    : guest_(guest),
      table_(table),
      tool_(tool),
      name_(std::move(name)),
      conversation_(call.conversation),
      call_id_(call.call_id),
      done_(std::move(done)) {}

ToolRun::~ToolRun() { fail("The tool did not finish: the server is stopping."); }

void ToolRun::watch(const std::shared_ptr<ToolRun>& self) {
  const std::weak_ptr<ToolRun> weak = self;
  set_deadline(std::chrono::steady_clock::now() + guest_.tool_time, [weak] {
    if (const auto run = weak.lock()) run->expire(run);
  });
}

void ToolRun::expire(const std::shared_ptr<ToolRun>& self) {
  if (finished_) return;
  log::warning(guest_.part, "a call of " + name_ + " is over its time; it is cancelled");
  cancel(self);
  const std::weak_ptr<ToolRun> weak = self;
  set_deadline(std::chrono::steady_clock::now() + guest_.household.tool_grace, [weak] {
    if (const auto run = weak.lock()) run->give_up();
  });
}

void ToolRun::give_up() {
  // The run must outlive this: its caller holds it.
  if (const std::uint64_t handle = handle_; handle != 0) guest_.tool_runs.take(handle);
  fail("The tool '" + name_ + "' did not answer within " + in_seconds(guest_.tool_time) +
       " and was cancelled.");
}

void ToolRun::set_deadline(Deadlines::Time when, std::function<void()> due) {
  const std::lock_guard lock(mutex_);
  if (!finished_) deadline_ = guest_.household.deadlines.add(when, std::move(due));
}

void ToolRun::begin(const std::shared_ptr<ToolRun>& self, const agent::ToolCall& call) {
  const auto pass = guest_.gate.enter();
  if (!pass) return fail(guest_.absence());
  const std::uint64_t handle = guest_.tool_runs.add(self);
  handle_ = handle;
  begun_ = true;
  if (cancelled_) {
    guest_.tool_runs.take(handle);
    return fail("The call was cancelled before it began.");
  }
  const detail::PairsView environment(call.environment);
  const collet_tool_call out{sizeof(collet_tool_call),
                             detail::to_str(call.conversation),
                             detail::to_str(call.call_id),
                             detail::to_str(call.action),
                             detail::to_str(call.working_dir),
                             detail::to_str(call.save_dir),
                             environment.get()};
  const auto thrown = caught_words([&] {  // uncut: secrets have to be found in it
    table_.start(guest_.instance, tool_, &out, {&guest_, handle, &keep_progress, &finish_call});
  });
  if (thrown.empty()) return;
  guest_.tool_runs.take(handle);
  note_failure(thrown);
  fail(line_for_people(masked(thrown)));
}

void ToolRun::finish(agent::ToolOutcome outcome) {
  if (finished_.exchange(true)) return;
  {
    const std::lock_guard lock(mutex_);
    if (deadline_) guest_.household.deadlines.remove(*deadline_);
  }
  if (const auto thrown = caught([&] { done_(std::move(outcome)); }); !thrown.empty())
    guest_.log_error("a call's end could not be told: " + thrown);
  done_ = nullptr;
}

void ToolRun::fail(std::string error) { finish({{}, std::move(error)}); }

// What operators may see of a tool's words.
std::string ToolRun::masked(std::string_view text) const {
  std::string shown(text);
  if (ConversationAccess* access = guest_.household.conversations.load(); access != nullptr)
    if (const auto masker = access->masker_of(conversation_)) shown = (*masker)()->mask(shown);
  return shown;
}

void ToolRun::note_progress(std::string_view text) {
  if (!http::is_utf8(text)) return;
  const std::string shown = masked(text);
  const std::lock_guard lock(mutex_);
  progress_ = shortened(shown, kProgressBytes);
}

void ToolRun::note_failure(std::string_view words) {
  guest_.note_error("a call of " + name_ + " failed: " + line_for_people(masked(words)));
}

RunningCall ToolRun::describe() const {
  RunningCall call;
  call.tool = guest_.tools[tool_];
  call.conversation = conversation_;
  call.call_id = call_id_;
  call.age = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  const std::lock_guard lock(mutex_);
  call.progress = progress_;
  return call;
}

void ToolRun::cancel(const std::shared_ptr<ToolRun>& self) {
  cancelled_ = true;
  if (finished_ || !begun_) return;
  guest_.post_cancel([self] { self->cancel_inside(); });
}

void ToolRun::cancel_inside() {
  const auto thrown = caught([&] {
    table_.cancel(guest_.instance, tool_, detail::to_str(conversation_), detail::to_str(call_id_));
  });
  if (!thrown.empty()) guest_.log_error("a tool's cancel threw: " + thrown);
}

}  // namespace collet::plugins
