#include "commands/command_service.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include "collet/json.hpp"

namespace collet::bash {

// Of the loop's thread, but for what the writer's tasks copy.
struct CommandService::Running {
  BashCommand command;
  std::function<void(const BashOutput&)> ended;
  std::shared_future<bool> stored;  // the command itself; outputs go behind it
  std::shared_ptr<CommandRunner> runner;
  int next_order = 0;
  BashOutput answer;  // only when somebody waits for it
  std::size_t left_out = 0;
};

std::string to_json(const RunningCommand& running) {
  std::string text = to_json(running.command);
  json::Writer w;
  w.object()
      .member("pid", static_cast<std::int64_t>(running.pid))
      .member("output_bytes", running.output_bytes);
  const std::string more = w.end().take();
  text.back() = ',';
  return text + more.substr(1);
}

namespace {

std::size_t append_up_to(std::string& text, const std::string& more, std::size_t limit) {
  std::size_t taken = std::min(more.size(), limit - std::min(text.size(), limit));
  while (taken > 0 && taken < more.size() && (static_cast<unsigned char>(more[taken]) & 0xC0) == 0x80)
    --taken;
  text.append(more, 0, taken);
  return more.size() - taken;
}

}  // namespace

CommandService::CommandService(std::shared_ptr<EventLoop> loop, Launcher& launcher, EventHistory& history,
                               std::string default_dir, Limits limits,
                               std::function<void(const std::string&)> failed)
    : loop_(std::move(loop)),
      launcher_(launcher),
      history_(history),
      default_dir_(std::move(default_dir)),
      limits_(limits),
      writer_(std::move(failed)) {}

CommandService::~CommandService() {
  loop_->run([this] {
    for (const auto& [id, running] : std::map(running_))
      if (running->runner) running->runner->stop();
    running_.clear();
  });
  writer_.stop();
}

BashCommand CommandService::start(CommandRequest request, std::function<void(const BashOutput&)> ended) {
  if (count_.fetch_add(1) >= limits_.running) {
    --count_;
    throw TooMany();
  }
  auto running = std::make_shared<Running>();
  running->command = {new_id(), history_.stamp(), std::move(request.command), std::move(request.cwd),
                      request.timeout};
  running->ended = std::move(ended);
  std::promise<bool> stored;
  running->stored = stored.get_future().share();
  const BashCommand command = running->command;
  loop_->post([this, running] { launch(running); });
  try {
    history_.append(command);
  } catch (...) {
    stored.set_value(false);
    stop(command.id);
    throw;
  }
  stored.set_value(true);
  return command;
}

void CommandService::launch(const std::shared_ptr<Running>& running) {
  const BashCommand& command = running->command;
  running_[command.id] = running;
  CommandRunner::Options options;
  options.command = command.command;
  options.working_dir = (std::filesystem::path(default_dir_) / command.cwd.value_or("")).string();
  options.timeout =
      std::chrono::seconds(std::clamp<std::int64_t>(command.timeout, 0, limits_.longest_seconds));
  running->runner =
      CommandRunner::start(loop_, launcher_, std::move(options),
                           [this, running](OutputChunk chunk) { on_chunk(running, std::move(chunk)); });
}

std::shared_ptr<CommandService::Running> CommandService::find(std::string_view id) const {
  const auto parsed = parse_id(id);
  const auto found = parsed ? running_.find(*parsed) : running_.end();
  return found == running_.end() || !found->second->runner ? nullptr : found->second;
}

std::vector<RunningCommand> CommandService::running() const {
  std::vector<RunningCommand> all;
  loop_->run([&] {
    for (const auto& [id, running] : running_)
      if (running->runner)
        all.push_back({running->command, running->runner->pid(), running->runner->output_bytes()});
  });
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.command.timestamp < b.command.timestamp; });
  return all;
}

CommandService::Signalled CommandService::signal(std::string_view id, int number) {
  auto outcome = Signalled::kUnknown;
  loop_->run([&] {
    if (const auto running = find(id))
      outcome = running->runner->signal(number) ? Signalled::kSent : Signalled::kEnded;
  });
  return outcome;
}

bool CommandService::stop(std::string_view id) {
  bool stopped = false;
  loop_->run([&] {
    const auto running = find(id);
    if (!running) return;
    stopped = true;
    running->runner->stop();
  });
  return stopped;
}

void CommandService::on_chunk(const std::shared_ptr<Running>& running, OutputChunk chunk) {
  BashOutput output{new_id(),        history_.stamp(),     running->command.id, running->next_order++,
                    chunk.exit_code, std::move(chunk.out), std::move(chunk.err)};
  if (running->ended) {
    auto& answer = running->answer;
    running->left_out += append_up_to(answer.out, output.out, limits_.answer_bytes);
    running->left_out += append_up_to(answer.err, output.err, limits_.answer_bytes);
  }
  if (!output.exit_code) {
    return writer_.post([this, running, output = std::move(output)] {
      // Also when it could not be stored: the command must not wait for ever.
      struct Taken {
        EventLoop& loop;
        std::shared_ptr<Running> running;
        ~Taken() {
          loop.post([running = running] {
            if (running->runner) running->runner->chunk_taken();
          });
        }
      } const taken{*loop_, running};
      if (running->stored.get()) history_.append(output);
    });
  }
  running->runner.reset();  // here, not on the writer's thread; whoever calls us holds it for the moment
  running_.erase(running->command.id);
  --count_;
  writer_.post([this, running, output = std::move(output)] {
    if (!running->stored.get()) return;
    struct Answer {
      Running& running;
      const BashOutput& last;
      ~Answer() {
        if (!running.ended) return;
        BashOutput answer = std::move(running.answer);
        answer.id = last.id, answer.timestamp = last.timestamp, answer.command_id = last.command_id;
        answer.order = last.order, answer.exit_code = last.exit_code;
        if (running.left_out > 0)
          answer.err +=
              "\n[" + std::to_string(running.left_out) + " more bytes of output are in the stored events]\n";
        running.ended(answer);
      }
    } const answer{*running, output};
    history_.append(output);
  });
}

}  // namespace collet::bash
