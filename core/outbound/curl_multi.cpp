#include "outbound/curl_multi.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "outbound/curl_handle.hpp"

namespace collet::outbound {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kIdleConnections = 128;  // kept for reuse
constexpr int kLongestPoll = 60'000;    // milliseconds

struct StartTransfer {
  std::unique_ptr<CurlHandle> handle;
};
struct StartTimer {
  std::uint64_t id;
  Clock::time_point due;
  std::function<void(CurlMulti::TimerEnd)> done;
};
struct Cancel {
  std::uint64_t id;
};
using Command = std::variant<StartTransfer, StartTimer, Cancel>;

struct MultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiCleanup>;

Multi make_multi() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Multi multi(curl_multi_init());
  if (!multi) throw std::runtime_error("libcurl cannot be started");
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, kIdleConnections);
  return multi;
}

// A caller's callback must not take the thread of all the others down.
template <class Function, class... Arguments>
void call_guarded(Function& function, Arguments&&... arguments) {
  if (!function) return;
  try {
    function(std::forward<Arguments>(arguments)...);
  } catch (...) {
    log::error("outbound", "a transfer's callback failed");
  }
}

}  // namespace

/// The way from any thread to the client's thread. Tickets know only this, so they may outlive the client.
class CurlMulti::Mailbox {
 public:
  explicit Mailbox(CURLM* multi) : multi_(multi) {}

  std::uint64_t next_id() {
    const std::lock_guard lock(mutex_);
    return ++last_id_;
  }
  void post(Command command) {
    const std::lock_guard lock(mutex_);
    if (multi_ == nullptr) return;
    commands_.push_back(std::move(command));
    curl_multi_wakeup(multi_);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    curl_multi_wakeup(multi_);
  }
  /// Takes what was posted. False: close() was called, and nothing will be taken any more.
  bool take(std::vector<Command>& commands) {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
    if (closing_) multi_ = nullptr;
    return !closing_;
  }

 private:
  std::mutex mutex_;
  CURLM* multi_;  // null when closed
  bool closing_ = false;
  std::uint64_t last_id_ = 0;
  std::vector<Command> commands_;
};

/// Everything that only the client's thread touches.
class CurlMulti::Loop {
 public:
  Loop(Options options, Multi multi, std::shared_ptr<Mailbox> mailbox)
      : options_(std::move(options)),
        multi_(std::move(multi)),
        mailbox_(std::move(mailbox)),
        thread_([this] { run(); }) {}
  ~Loop() {
    mailbox_->close();
    thread_.join();
  }

 private:
  using Timers = std::multimap<Clock::time_point, StartTimer>;

  void run() {
    // Signals are for the main thread; a blocked SIGPIPE also keeps a broken connection from ending the
    // process.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::vector<Command> commands;
    while (mailbox_->take(commands)) {
      obey(commands);
      fire_due_timers();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      collect_ended();
      curl_multi_poll(multi_.get(), nullptr, 0, poll_milliseconds(), nullptr);
    }
    obey(commands);
    end_all();
  }

  void obey(std::vector<Command>& commands) {
    for (auto& command : commands) std::visit([this](auto& one) { obey(one); }, command);
    commands.clear();
  }
  void obey(StartTransfer& start) {
    CurlHandle& handle = *start.handle;
    if (!handle.prepare(options_) || curl_multi_add_handle(multi_.get(), handle.easy()) != CURLM_OK) {
      TransferEnd end;
      end.error = TransferError::kConnection;
      end.message = "the transfer cannot be started";
      call_guarded(handle.callbacks().end, std::move(end));
      return;
    }
    transfers_.emplace(handle.id(), std::move(start.handle));
  }
  void obey(StartTimer& start) {
    const auto id = start.id;
    const auto due = start.due;
    timer_of_.emplace(id, timers_.emplace(due, std::move(start)));
  }
  void obey(const Cancel& cancel) {
    if (const auto found = transfers_.find(cancel.id); found != transfers_.end()) {
      const auto handle = std::move(found->second);
      transfers_.erase(found);
      curl_multi_remove_handle(multi_.get(), handle->easy());
    } else if (const auto timer = timer_of_.find(cancel.id); timer != timer_of_.end()) {
      timers_.erase(timer->second);
      timer_of_.erase(timer);
    }
  }

  void fire_due_timers() {
    const auto now = Clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      StartTimer timer = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      timer_of_.erase(timer.id);
      call_guarded(timer.done, TimerEnd::kDue);
    }
  }

  void collect_ended() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // read it first: removing the handle frees the message
      const auto found = transfers_.find(CurlHandle::of(message->easy_handle)->id());
      if (found == transfers_.end()) continue;
      const auto handle = std::move(found->second);
      transfers_.erase(found);
      curl_multi_remove_handle(multi_.get(), handle->easy());
      call_guarded(handle->callbacks().end, handle->end(code));
    }
  }

  int poll_milliseconds() const {
    if (timers_.empty()) return kLongestPoll;
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now()).count();
    return static_cast<int>(std::clamp<long>(wait, 0, kLongestPoll));
  }

  void end_all() {
    for (auto& [id, handle] : transfers_) {
      curl_multi_remove_handle(multi_.get(), handle->easy());
      TransferEnd end;
      end.error = TransferError::kShutdown;
      end.message = "the server is shutting down";
      call_guarded(handle->callbacks().end, std::move(end));
    }
    transfers_.clear();
    for (auto& [due, timer] : timers_) call_guarded(timer.done, TimerEnd::kShutdown);
    timers_.clear();
    timer_of_.clear();
  }

  Options options_;
  Multi multi_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_map<std::uint64_t, std::unique_ptr<CurlHandle>> transfers_;
  Timers timers_;
  std::unordered_map<std::uint64_t, Timers::iterator> timer_of_;
  std::thread thread_;
};

void CurlMulti::Ticket::cancel() const {
  if (const auto mailbox = mailbox_.lock()) mailbox->post(Cancel{id_});
}

CurlMulti::CurlMulti() : CurlMulti(Options{}) {}

CurlMulti::CurlMulti(Options options) {
  Multi multi = make_multi();
  mailbox_ = std::make_shared<Mailbox>(multi.get());
  loop_ = std::make_unique<Loop>(std::move(options), std::move(multi), mailbox_);
}

CurlMulti::~CurlMulti() = default;

CurlMulti::Ticket CurlMulti::start(Transfer transfer, TransferCallbacks callbacks) {
  const auto id = mailbox_->next_id();
  mailbox_->post(StartTransfer{std::make_unique<CurlHandle>(id, std::move(transfer), std::move(callbacks))});
  return {mailbox_, id};
}

CurlMulti::Ticket CurlMulti::after(double seconds, std::function<void(TimerEnd)> done) {
  const auto id = mailbox_->next_id();
  const auto wait = std::chrono::duration<double>(std::clamp(seconds, 0.0, 7 * 24 * 3600.0));
  mailbox_->post(
      StartTimer{id, Clock::now() + std::chrono::duration_cast<Clock::duration>(wait), std::move(done)});
  return {mailbox_, id};
}

}  // namespace collet::outbound
