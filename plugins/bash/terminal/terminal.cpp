#include "terminal/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <exception>
#include <utility>

#include "terminal/command_splitter.hpp"
#include "terminal/shell_script.hpp"
#include "terminal/terminal_texts.hpp"

namespace collet::bash {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kNewOutput = "[New output of the running command:]\n";
constexpr double kLongestTimeout = 7 * 24 * 3600.0;  // seconds
constexpr std::uint64_t kPlenty = 1U << 20;  // of output that nobody waits for: read it slowly from here on
constexpr std::size_t kMostVariables = 512U
                                       << 10;  // bytes for one command: programs cannot be given much more
constexpr std::uint64_t kFlood = 64U << 20;    // even when someone waits

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

milliseconds to_milliseconds(double seconds) {
  return milliseconds(std::llround(std::clamp(seconds, 0.0, kLongestTimeout) * 1000));
}

}  // namespace

Terminal::Terminal(std::shared_ptr<EventLoop> loop, Launcher& launcher, Options options,
                   std::function<void(const std::string&)> warn)
    : loop_(std::move(loop)), launcher_(launcher), options_(std::move(options)), warn_(std::move(warn)) {}

Terminal::~Terminal() { end_shell(); }

// ---- Calls

void Terminal::submit(TerminalCall call, Done done) {
  waiting_.push_back({std::move(call), std::move(done)});
  if (!current_) next();
}

bool Terminal::cancel(const std::string& call_id) {
  if (current_ && current_->call.id == call_id) {
    cancel_current();
    return true;
  }
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Pending& pending) { return pending.call.id == call_id; });
  if (found == waiting_.end()) return false;
  Pending pending = std::move(*found);
  waiting_.erase(found);
  pending.done(cancelled_result(pending.call.command));
  return true;
}

void Terminal::cancel_current() {
  if (std::exchange(cancelled_, true)) return;
  if (shell_ != Shell::kBusy) return fail("The call was cancelled.");
  session_->signal_foreground(SIGINT);
  kill_after_grace(1);
}

TerminalResult Terminal::cancelled_result(const std::string& command) {
  TerminalResult result;
  result.text = "The call was cancelled before it ran.";
  result.is_error = true;
  result.command = command;
  return result;
}

void Terminal::kill_after_grace(int round) {
  kill_timer_ = loop_->after(options_.interrupt_grace, [this, round] {
    if (round == 1) {
      session_->signal_foreground(SIGKILL);
      return kill_after_grace(2);
    }
    const std::string output = output_.take();
    end_shell();
    fail(output + "\n[The command could not be interrupted: its shell was ended.]");
  });
}

void Terminal::close() {
  const auto self = shared_from_this();
  end_shell();
  std::deque<Pending> open = std::exchange(waiting_, {});
  if (current_) open.push_front(*std::exchange(current_, std::nullopt));
  for (auto& pending : open) {
    TerminalResult result;
    result.text = "The terminal was closed.";
    result.is_error = true;
    result.command = pending.call.command;
    pending.done(std::move(result));
  }
}

void Terminal::next() {
  while (!current_ && !waiting_.empty()) {
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    command_.clear();
    variables_.clear();
    lead_.clear();
    cancelled_ = polling_ = after_input_ = false;
    call_start_ = last_output_ = Clock::now();
    output_.save_to(saved_bytes_ < options_.saved_bytes ? current_->call.save_dir : std::string());
    if (session_) session_->set_pause(milliseconds(output_.bytes() > kFlood ? 5 : 0));
    begin(TerminalCall(current_->call));
  }
}

void Terminal::begin(const TerminalCall& call) {
  const std::string command = trimmed(call.command);
  if (call.reset) {
    if (call.is_input) return fail("reset and is_input cannot be used together.");
    end_shell();
    output_.take();
    ended_.reset();
    notice_.clear();
    const std::string text =
        "The terminal has been reset: a fresh shell, without earlier variables and state.";
    if (command.empty()) {
      TerminalResult result;
      result.text = text;
      result.command = "[RESET]";
      result.exit_code = 0;
      return finish(std::move(result));
    }
    lead_ = text + "\n\n";
  }
  if (shell_ == Shell::kBusy) return begin_when_running(call, command);
  begin_when_idle(call, command);
}

void Terminal::begin_when_running(const TerminalCall& call, const std::string& command) {
  polling_ = true;
  if (command.empty()) return wait_for_end(false);
  const auto key = key_bytes(command);
  if (!call.is_input && !(key && command.starts_with("C-"))) {
    TerminalResult result;
    session_->flush();
    result.text = output_.take();
    result.is_error = true;
    result.command = call.command;
    result.exit_code = -1;
    result.suffix = still_running_suffix("This command was not run: an earlier one has not ended.");
    return finish(std::move(result));
  }
  const std::string typed = key ? *key : call.command + (call.command.ends_with('\n') ? "" : "\n");
  if (!session_->type(typed))
    return fail("The running command does not read its input; too much is waiting already.");
  wait_for_end(true);
}

void Terminal::begin_when_idle(const TerminalCall& call, const std::string& command) {
  if (ended_ && (call.is_input || command.empty())) {
    polling_ = true;
    const Mark mark = *std::exchange(ended_, std::nullopt);
    return report_end(mark);
  }
  if (call.is_input) return fail("There is no running command that could take this input.");
  if (command.empty()) return fail("There is no running command to get more output from.");
  if (command.find('\0') != std::string::npos) return fail("A command cannot hold NUL characters.");
  if (const auto commands = split_commands(command); commands.size() > 1)
    return fail(several_commands_text(commands));
  command_ = command;
  ended_.reset();  // what it has printed is shown with this command's output
  if (!lend(call.variables))
    return fail("The secrets that the command names are too large together to be variables.");
  lead_ += std::exchange(notice_, {});
  if (shell_ == Shell::kIdle) return run_command();
  if (shell_ == Shell::kNone) start_shell(options_.load_bashrc);
}

bool Terminal::lend(const Pairs& variables) {
  std::size_t size = 0;
  for (const auto& [name, value] : variables) {
    if (!can_be_lent(name)) {
      warn_not_lent(name);
      continue;
    }
    size += name.size() + value.size();
    variables_.emplace_back(name, value);
  }
  return size <= kMostVariables;
}

void Terminal::warn_not_lent(const std::string& names) {
  warn_("a command goes without the secret " + names + ": the shell keeps what has this name");
}

void Terminal::run_command() {
  shell_ = Shell::kBusy;
  call_start_ = last_output_ = Clock::now();
  const std::string command = std::exchange(command_, {});
  if (!session_->run(++command_number_, command, std::exchange(variables_, {}))) {
    end_shell();
    return fail("The command could not be given to the shell. The terminal was reset.");
  }
  wait_for_end(false);
}

void Terminal::wait_for_end(bool after_input) {
  after_input_ = after_input;
  check_limits();
}

// Reports the running command when its time is up; otherwise looks again when that may be.
void Terminal::check_limits() {
  limit_timer_ = 0;
  if (!current_ || shell_ != Shell::kBusy || cancelled_) return;
  const auto now = Clock::now();
  if (const auto& timeout = current_->call.timeout) {
    const auto end = call_start_ + to_milliseconds(*timeout);
    if (now < end) return arm(end);
    return report_running("The command timed out after " + seconds_text(*timeout) + " seconds.");
  }
  const auto limit = after_input_ ? options_.input_quiet_limit : options_.quiet_limit;
  const auto quiet_end = std::max(last_output_, call_start_) + limit;
  const auto last_end = call_start_ + options_.longest_wait;
  if (now < quiet_end && now < last_end) return arm(std::min(quiet_end, last_end));
  const auto seconds = [](milliseconds time) { return std::to_string(time.count() / 1000); };
  report_running(now >= last_end
                     ? "The command has not ended after " + seconds(options_.longest_wait) + " seconds."
                     : "The command has no new output after " + seconds(limit) + " seconds.");
}

void Terminal::arm(Clock::time_point time) {
  loop_->cancel(limit_timer_);
  limit_timer_ = loop_->at(time, [this] { check_limits(); });
}

void Terminal::report_running(const std::string& reason) {
  session_->flush();
  TerminalResult result;
  result.text = output_.take();
  result.command = current_->call.command;
  result.exit_code = -1;
  if (polling_ && !result.text.empty()) result.prefix = std::string(kNewOutput);
  result.suffix = still_running_suffix(reason);
  finish(std::move(result));
}

void Terminal::fail(const std::string& text) {
  if (!current_) return;  // the call was cancelled meanwhile
  TerminalResult result;
  result.text = text;
  result.is_error = true;
  result.command = current_->call.command;
  finish(std::move(result));
}

void Terminal::finish(TerminalResult result) {
  loop_->cancel(std::exchange(limit_timer_, 0));
  loop_->cancel(std::exchange(kill_timer_, 0));
  if (session_) session_->set_pause(milliseconds(20));  // nobody waits
  result.text = lead_ + result.text;
  const auto self = shared_from_this();
  const Done done = std::move(std::exchange(current_, std::nullopt)->done);
  done(std::move(result));
  // Not from here: finish() is at the end of many ways, and a callback may have submitted.
  loop_->post([weak = weak_from_this()] {
    if (const auto terminal = weak.lock()) terminal->next();
  });
}

// ---- Shell

void Terminal::add_output(std::string_view bytes, bool last) {
  const auto before = output_.file_bytes();
  if (mask_)
    output_.append(mask_(bytes, last));
  else
    output_.append(bytes);
  saved_bytes_ += output_.file_bytes() - before;
}

void Terminal::start_shell(bool load_bashrc) {
  with_bashrc_ = load_bashrc;
  // The session outlives its last event by a moment: events of an earlier one must not reach us.
  const auto number = std::make_shared<const ShellSession*>(nullptr);
  const auto ours = [weak = weak_from_this(), number]() -> std::shared_ptr<Terminal> {
    auto self = weak.lock();
    return self && self->session_.get() == *number ? self : nullptr;
  };
  ShellSession::Events events;
  events.text = [ours](std::string_view bytes) {
    const auto self = ours();
    if (!self) return;
    self->add_output(bytes, false);
    self->last_output_ = Clock::now();
    if (self->current_ && self->output_.bytes() > kFlood) self->session_->set_pause(milliseconds(5));
    if (!self->current_ && self->output_.bytes() < kPlenty) self->session_->set_pause(milliseconds(0));
    if (!self->current_ && self->output_.bytes() >= kPlenty) self->session_->set_pause(milliseconds(20));
  };
  events.mark = [ours](const Mark& mark) {
    if (const auto self = ours()) self->on_mark(mark);
  };
  events.exited = [ours](int status) {
    if (const auto self = ours()) self->on_exit(status);
  };
  shell_ = Shell::kStarting;
  try {
    const auto open_mask = [this] { return options_.open_mask ? options_.open_mask() : Mask(); };
    mask_ = open_mask();
    session_ = ShellSession::start(loop_, launcher_,
                                   {options_.working_dir, options_.spool_dir, load_bashrc, open_mask()},
                                   std::move(events));
    *number = session_.get();
  } catch (const std::exception& error) {
    end_shell();
    return fail(std::string("The terminal could not start a shell: ") + error.what());
  }
  start_timer_ = loop_->after(options_.start_limit, [this] { start_failed("it was not ready in time"); });
}

void Terminal::end_shell() {
  loop_->cancel(std::exchange(start_timer_, 0));
  loop_->cancel(std::exchange(limit_timer_, 0));
  loop_->cancel(std::exchange(kill_timer_, 0));
  shell_ = Shell::kNone;
  mask_ = {};  // with what it holds back
  // Perhaps one of its own events brought us here.
  if (session_) loop_->post([ended = std::move(session_)]() mutable { ended.reset(); });
  session_.reset();
}

void Terminal::start_failed(const std::string& why) {
  end_shell();
  output_.take();
  if (with_bashrc_) {
    warn_("a terminal's shell did not start with ~/.bashrc (" + why + "); it is left out");
    return start_shell(false);
  }
  fail("The terminal could not start a shell: " + why + ".");
}

void Terminal::on_mark(const Mark& mark) {
  if (!mark.not_lent.empty()) warn_not_lent(mark.not_lent.substr(1));
  if (mark.kind == Mark::Kind::kReady && shell_ == Shell::kStarting) {
    loop_->cancel(std::exchange(start_timer_, 0));
    output_.take();  // what start-up files have printed
    shell_ = Shell::kIdle;
    if (current_ && !command_.empty()) run_command();
    return;
  }
  if (mark.kind != Mark::Kind::kEnd || shell_ != Shell::kBusy || mark.number != command_number_) return;
  shell_ = Shell::kIdle;
  add_output({}, true);
  if (current_) return report_end(mark);
  ended_ = mark;  // with its output for the next call
}

void Terminal::report_end(const Mark& mark) {
  TerminalResult result;
  result.text = output_.take();
  result.command = current_->call.command;
  result.exit_code = result.shell_exit_code = mark.status;
  result.working_dir = mark.working_dir;
  if (polling_ && !result.text.empty()) result.prefix = std::string(kNewOutput);
  result.suffix = completed_suffix(mark.status);
  finish(std::move(result));
}

void Terminal::on_exit(int status) {
  add_output({}, true);
  if (shell_ == Shell::kStarting) return start_failed("it ended with status " + std::to_string(status));
  if (!current_) {
    end_shell();
    notice_ = shell_ended_text(status, output_.take()) + "\n\n";
    return;
  }
  const std::string output = output_.take();
  end_shell();
  TerminalResult result;
  result.text = shell_ended_text(status, output);
  result.is_error = true;
  result.command = current_->call.command;
  result.exit_code = -1;
  finish(std::move(result));
}

}  // namespace collet::bash
