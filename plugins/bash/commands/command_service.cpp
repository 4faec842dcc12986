#include "commands/command_service.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>
#include <vector>

#include "collet/json.hpp"

namespace collet::bash {

// Of the loop's thread.
struct CommandService::Running {
  enum class Stored { kNotYet, kYes, kNo };

  BashCommand command;
  Ended ended;
  Stored stored = Stored::kNotYet;    // the command itself
  std::vector<BashOutput> held = {};  // until then, for what is not stored must have no outputs
  std::shared_ptr<CommandRunner> runner = {};
  int next_order = 0;
  BashOutput answer = {};  // only when somebody waits for it
  std::size_t left_out = 0;

  void tell(const BashOutput& last);
};

// The answer to whoever waits for the command. Nothing changes it after the last output.
void CommandService::Running::tell(const BashOutput& last) {
  if (!ended) return;
  answer.id = last.id, answer.timestamp = last.timestamp, answer.command_id = last.command_id;
  answer.order = last.order, answer.exit_code = last.exit_code;
  if (left_out > 0)
    answer.err += "\n[" + std::to_string(left_out) + " more bytes of output are in the stored events]\n";
  std::exchange(ended, nullptr)(&answer, {});
}

// The host refuses what its queue has no room for, 64 MiB; as JSON text an output may be six times as long.
constexpr std::size_t kMostStoring = 8U << 20;

// The service lives as long as one of these. Copied, since functions must be.
class CommandService::Owed {
 public:
  explicit Owed(CommandService& service) : service_(&service) {
    const std::lock_guard lock(service_->mutex_);
    ++service_->owed_;
  }
  Owed(const Owed& other) : Owed(*other.service_) {}
  Owed& operator=(const Owed&) = delete;
  ~Owed() {
    const std::lock_guard lock(service_->mutex_);
    if (--service_->owed_ == 0) service_->settled_.notify_all();
  }

 private:
  CommandService* service_;
};

struct CommandService::Waiting {
  std::shared_ptr<Running> running;
  std::shared_ptr<const BashOutput> output;
  Owed owed;
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
      failed_(std::move(failed)) {}

CommandService::~CommandService() {
  loop_->run([this] {
    for (const auto& [id, running] : std::map(running_))
      if (running->runner) running->runner->stop();
    running_.clear();
  });
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return owed_ == 0; });
}

BashCommand CommandService::start(CommandRequest request) {
  const auto outcome = std::make_shared<std::promise<std::string>>();
  auto command = begin(
      std::move(request), [outcome](const std::string& error) { outcome->set_value(error); }, nullptr);
  if (const auto error = outcome->get_future().get(); !error.empty()) throw NotStored(error);
  return command;
}

BashCommand CommandService::execute(CommandRequest request, Ended ended) {
  return begin(
      std::move(request),
      [ended](const std::string& error) {
        if (!error.empty()) ended(nullptr, NotStored(error).what());
      },
      ended);
}

// `stored` gets what became of the command's own event, on the thread that stores.
BashCommand CommandService::begin(CommandRequest request,
                                  std::function<void(const std::string& error)> stored, Ended ended) {
  if (count_.fetch_add(1) >= limits_.running) {
    --count_;
    throw TooMany();
  }
  const auto running = std::make_shared<Running>(Running{
      {new_id(), history_.stamp(), std::move(request.command), std::move(request.cwd), request.timeout},
      std::move(ended)});
  BashCommand command = running->command;
  // Stored while the command begins: with few processors the store would keep it from being started.
  loop_->dispatch([this, running, stored = std::move(stored), owed = Owed(*this)] {
    launch(running);
    history_.append(running->command, [this, running, stored, owed](const std::string& error) {
      loop_->post([this, running, error, owed] { on_stored(running, error); });
      stored(error);
    });
  });
  return command;
}

void CommandService::on_stored(const std::shared_ptr<Running>& running, const std::string& error) {
  running->stored = error.empty() ? Running::Stored::kYes : Running::Stored::kNo;
  for (auto& output : std::exchange(running->held, {})) store(running, std::move(output));
  if (!error.empty() && running->runner) running->runner->stop();
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
  if (output.exit_code) {
    running->runner.reset();  // whoever calls us holds it for the moment
    running_.erase(running->command.id);
    --count_;
  }
  if (running->stored == Running::Stored::kNotYet)
    running->held.push_back(std::move(output));
  else
    store(running, std::move(output));
}

// In the order of the calls.
void CommandService::store(const std::shared_ptr<Running>& running, BashOutput output) {
  if (running->stored == Running::Stored::kNo) return;
  backlog_.push_back({running, std::make_shared<const BashOutput>(std::move(output)), Owed(*this)});
  ++backlog_length_;
  pump();
}

void CommandService::pump() {
  while (!backlog_.empty() && storing_bytes_ < kMostStoring) {
    const Waiting next = std::move(backlog_.front());
    backlog_.pop_front();
    --backlog_length_;
    hand_over(next.running, next.output);
  }
}

void CommandService::hand_over(const std::shared_ptr<Running>& running,
                               const std::shared_ptr<const BashOutput>& output) {
  const auto bytes = output->out.size() + output->err.size();
  storing_bytes_ += bytes;
  history_.append(*output, [this, running, bytes, last = output->exit_code ? output : nullptr,
                            owed = Owed(*this)](const std::string& error) {
    storing_bytes_ -= bytes;
    if (!error.empty()) failed_(error);
    // Also when it could not be stored: neither may wait for ever.
    if (last != nullptr) running->tell(*last);
    if (last != nullptr && backlog_length_ == 0) return;
    loop_->post([this, running, owed] {
      pump();
      if (running->runner) running->runner->chunk_taken();
    });
  });
}

}  // namespace collet::bash
