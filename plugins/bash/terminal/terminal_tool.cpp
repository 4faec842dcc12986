#include "terminal/terminal_tool.hpp"

#include <stdexcept>
#include <utility>

#include "collet/json.hpp"

namespace collet::bash {
namespace {

constexpr std::size_t kMaxCancelledEarly = 256;

constexpr std::string_view kDescription =
    R"(Runs commands in a bash shell that lives as long as the conversation: the current directory, variables and background jobs stay between calls.

* One command per call. Join several with && or ; . A command may have many lines: here-documents, loops and quotes are fine.
* The result is what the command printed, without colours, and its exit code. Output above 30,000 characters is cut in the middle; the whole of it is then in a file that the result names.
* A call without `timeout` returns when the command has ended, or when it has printed nothing for 30 seconds; with `timeout` it waits that many seconds. Set it for what is known to be slow.
* A command that has not ended goes on running. Then
  - an empty `command` waits for more output,
  - with `is_input` true, `command` is typed to it, with Enter; "C-c" interrupts it, "C-d" ends its input, "C-z" stops it; other keys are "Enter", "Tab", "Escape", "Up", "Down",
  - `reset` ends it with the whole shell.
  Nothing else can be run before it has ended.
* For servers and the like use the background: `command > log.txt 2>&1 &`, and look into the log.
* Avoid programs that take over the screen, and answer questions beforehand (`-y`). Pagers are switched off.
* `exit` ends the shell; the next call gets a fresh one in the workspace.)";

constexpr std::string_view kParameters = R"({
"type":"object","additionalProperties":false,"required":["command"],
"properties":{
"command":{"type":"string","description":"The command to run. Empty: wait for more output of the running one. With is_input: text or a key for it."},
"is_input":{"type":"boolean","default":false,"description":"True: `command` goes to the running command as input."},
"timeout":{"type":"number","minimum":0,"description":"How many seconds to wait for the end of the command, instead of until it has been quiet for 30 seconds. The command goes on after that."},
"reset":{"type":"boolean","default":false,"description":"True: end the shell and all it runs, and start afresh; a `command` is run after that. Not together with is_input."}
}})";

}  // namespace

TerminalPool::TerminalPool(std::shared_ptr<EventLoop> loop, Launcher& launcher, Terminal::Options defaults,
                           MaskFor mask_for, std::function<void(const std::string&)> warn)
    : loop_(std::move(loop)),
      launcher_(launcher),
      defaults_(std::move(defaults)),
      mask_for_(std::move(mask_for)),
      warn_(std::move(warn)),
      names_(host_names()) {}

TerminalPool::~TerminalPool() {
  loop_->run([this] {
    for (const auto& [conversation, terminal] : terminals_) terminal->close();
    terminals_.clear();
  });
}

void TerminalPool::submit(const std::string& conversation, const std::string& working_dir, TerminalCall call,
                          std::function<void(std::string)> done) {
  loop_->post([this, conversation, working_dir, call = std::move(call), done = std::move(done)]() mutable {
    if (std::erase(cancelled_early_, std::pair(conversation, call.id)) > 0)
      return done(terminal_observation(Terminal::cancelled_result(call.command), names_, call.save_dir));
    auto report = [this, save_dir = call.save_dir, done = std::move(done)](const TerminalResult& result) {
      done(terminal_observation(result, names_, save_dir));
    };
    open(conversation, working_dir)->submit(std::move(call), std::move(report));
  });
}

// The conversation's terminal; made at its first call.
std::shared_ptr<Terminal> TerminalPool::open(const std::string& conversation,
                                             const std::string& working_dir) {
  const auto found = terminals_.find(conversation);
  if (found != terminals_.end()) return found->second;
  Terminal::Options options = defaults_;
  options.working_dir = working_dir;
  options.open_mask = [mask_for = mask_for_, conversation] { return mask_for(conversation); };
  auto terminal = std::make_shared<Terminal>(loop_, launcher_, std::move(options), warn_);
  terminals_.emplace(conversation, terminal);
  return terminal;
}

void TerminalPool::cancel(const std::string& conversation, const std::string& call_id) {
  loop_->post([this, conversation, call_id] {
    const auto found = terminals_.find(conversation);
    if (found != terminals_.end() && found->second->cancel(call_id)) return;
    // It is over, or its start is still on the way here.
    cancelled_early_.emplace_back(conversation, call_id);
    if (cancelled_early_.size() > kMaxCancelledEarly) cancelled_early_.pop_front();
  });
}

void TerminalPool::close(const std::string& conversation) {
  loop_->post([this, conversation] {
    const auto found = terminals_.find(conversation);
    if (found == terminals_.end()) return;
    found->second->close();
    terminals_.erase(found);
  });
}

ToolInfo TerminalTool::info() const {
  ToolInfo info;
  info.name = "terminal";
  info.description = kDescription;
  info.parameters = kParameters;
  info.action_kind = "TerminalAction";
  info.observation_kind = "TerminalObservation";
  info.tool_kind = "TerminalTool";
  info.annotations =
      R"({"title":"terminal","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true})";
  info.title = "terminal";
  info.takes_environment = true;
  return info;
}

TerminalCall parse_terminal_call(const ToolCall& call) {
  const auto action = json::parse(call.action);
  if (!action || !action->IsObject()) throw std::invalid_argument("the action is no JSON object");
  TerminalCall parsed;
  parsed.id = call.call_id;
  parsed.command = json::string_or(*action, "command");
  parsed.is_input = json::bool_at(*action, "is_input").value_or(false);
  parsed.timeout = json::number_at(*action, "timeout");
  parsed.reset = json::bool_at(*action, "reset").value_or(false);
  parsed.save_dir = call.save_dir;
  parsed.variables = call.environment;
  return parsed;
}

void TerminalTool::start(ToolCall call, ToolReply reply) {
  auto parsed = parse_terminal_call(call);
  // A function must be copyable.
  auto shared = std::make_shared<ToolReply>(std::move(reply));
  pool_().submit(call.conversation, call.working_dir, std::move(parsed),
                 [shared](const std::string& observation) { shared->done(observation); });
}

void TerminalTool::cancel(const std::string& conversation, const std::string& call_id) {
  pool_().cancel(conversation, call_id);
}

void TerminalTool::conversation_closed(const std::string& conversation) { pool_().close(conversation); }

}  // namespace collet::bash
