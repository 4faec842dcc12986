// A program that runs as long as the plugin does: started, watched, and started again when it ends. Linux.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "collet/detail/output_tail.hpp"
#include "collet/host.hpp"

namespace collet {

/// One start of a service.
struct ServiceStart {
  SpawnOptions program;                   ///< it stays in the foreground; its output goes to the service
  std::vector<std::string> secrets = {};  ///< hidden in what the log says of its output
};

struct ServiceOptions {
  std::string name;  ///< as it reads in the log: "the editor"
  /// Called before each start, on the service's thread. What it throws (no secrets in it) fails this start.
  std::function<ServiceStart()> prepare;
  /// Asked after each start until it is true: whether the program does its work. None: at once. The same
  /// thread.
  std::function<bool()> ready = {};
  std::chrono::milliseconds ready_limit{60'000};  ///< not ready by then: it is ended and started again
  /// Between the end and the next start; doubles, and starts anew once the program has been ready for the
  /// longest pause.
  std::chrono::milliseconds first_pause{1'000}, longest_pause{60'000};
  int grace_ms = 2'000;  ///< between TERM and KILL
};

/// Keeps one program running. All of its tree ends with stop(), with the plugin and with the server. Lives no
/// longer than the plugin. Any thread, but start() and stop() by turns.
class Service {
 public:
  enum class State {
    kStopped,
    kStarting,  ///< the program runs, but is not ready
    kReady,
    kWaiting,  ///< for the next start
  };
  struct Status {
    State state = State::kStopped;
    std::string problem = {};  ///< why it is not ready, one line for people
  };

  Service(const Host& host, ServiceOptions options)
      : processes_(host.processes()), log_(host.log()), options_(std::move(options)) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() { stop(); }

  /// Returns when the first start was tried; whether it succeeded is in the status.
  void start() {
    if (thread_.joinable()) return;
    bell_ = std::make_shared<Bell>();
    stopping_ = tried_ = false;
    thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return tried_; });
  }
  /// Returns when the program has ended, or a second after the grace.
  void stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    bell_->ring();
    thread_.join();
  }
  Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Wakes the service's thread. Shared with callbacks that may come after the service is gone.
  class Bell {
   public:
    Bell() : file_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
      if (file_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    ~Bell() { ::close(file_); }
    void ring() { ::eventfd_write(file_, 1); }
    // Until it rings, there is something to read from `input` (-1: nothing is) or the time is over. True:
    // there is.
    bool wait(int input, std::chrono::milliseconds limit) {
      std::array<pollfd, 2> waited{{{file_, POLLIN, 0}, {input, POLLIN, 0}}};
      ::poll(waited.data(), waited.size(), static_cast<int>(limit.count()));
      eventfd_t rung = 0;
      ::eventfd_read(file_, &rung);
      return waited[1].revents != 0;
    }

   private:
    int file_;
  };

  // Where the program's output comes out.
  class Pipe {
   public:
    Pipe() {
      if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
      ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
      close(0);
      close(1);
    }
    int out() const { return ends_[0]; }
    int in() const { return ends_[1]; }
    void close(std::size_t end) {
      if (const int file = std::exchange(ends_[end], -1); file >= 0) ::close(file);
    }
    // Some of what is there now. At the end of the output the pipe closes.
    void read(detail::OutputTail& tail) {
      std::array<char, 65536> buffer;
      const auto got = ::read(out(), buffer.data(), buffer.size());
      if (got > 0) tail.add({buffer.data(), static_cast<std::size_t>(got)});
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) close(0);
    }

   private:
    std::array<int, 2> ends_{-1, -1};
  };

  struct Exit {
    std::atomic<bool> happened = false;
    std::atomic<int> status = 0;
  };

  // One run of the program, from its start to its end.
  struct Life {
    ServiceStart start = {};
    Pipe pipe = {};
    detail::OutputTail tail = {};
    std::shared_ptr<Exit> exit = std::make_shared<Exit>();
    Clock::time_point began = Clock::now();
    std::optional<Clock::time_point> ready_since = {};
  };

  void run() {
    auto pause = options_.first_pause;
    while (!stopping_) {
      std::optional<Clock::time_point> ready_since;
      const std::string why = live(ready_since);
      if (stopping_) break;
      if (ready_since && Clock::now() - *ready_since >= options_.longest_pause) pause = options_.first_pause;
      complain(why);
      set({State::kWaiting, why});
      for (const auto until = Clock::now() + pause; !stopping_ && Clock::now() < until;)
        bell_->wait(-1, left(until));
      pause = std::min(pause * 2, options_.longest_pause);
    }
    set({State::kStopped, {}});
  }

  // Returns why it ended.
  std::string live(std::optional<Clock::time_point>& ready_since) {
    try {
      Life life;
      life.start = options_.prepare();
      life.start.program.stdout_fd = life.start.program.stderr_fd = life.pipe.in();
      Process process = processes_.spawn(life.start.program, [exit = life.exit, bell = bell_](int status) {
        exit->status = status;
        exit->happened = true;
        bell->ring();
      });
      life.pipe.close(1);
      set({State::kStarting, "it has not finished starting"});
      std::string why = watch(life);
      ready_since = life.ready_since;
      process.end(options_.grace_ms);
      const auto until = Clock::now() + std::chrono::milliseconds(options_.grace_ms + 1'000);
      while (!life.exit->happened && Clock::now() < until) attend(life, left(until));
      return why;
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  // Until it has ended or is to end; -> why.
  std::string watch(Life& life) {
    const bool ask = static_cast<bool>(options_.ready);
    bool is_ready = false;
    while (!stopping_ && !life.exit->happened) {
      if (!is_ready && (!ask || options_.ready())) {
        is_ready = true;
        life.ready_since = Clock::now();
        log_.info(options_.name + " is ready");
        set({State::kReady, {}});
      }
      if (!is_ready && Clock::now() - life.began > options_.ready_limit)
        return "not ready after " +
               std::to_string(
                   std::chrono::duration_cast<std::chrono::seconds>(options_.ready_limit).count()) +
               " s" + last_words(life);
      attend(life, is_ready ? std::chrono::milliseconds(-1) : std::chrono::milliseconds(50));
    }
    if (stopping_) return {};
    life.pipe.read(life.tail);
    const int status = life.exit->status;
    return (status < 0 ? "ended by signal " + std::to_string(-status)
                       : "ended with " + std::to_string(status)) +
           last_words(life);
  }

  void attend(Life& life, std::chrono::milliseconds limit) {
    if (bell_->wait(life.pipe.out(), limit)) life.pipe.read(life.tail);
  }

  static std::string last_words(const Life& life) {
    const std::string line = life.tail.telling_line(life.start.secrets);
    return line.empty() ? "" : ": " + line;
  }

  static std::chrono::milliseconds left(Clock::time_point until) {
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return std::max(time, std::chrono::milliseconds(0));
  }

  // Once for each reason, however often it fails in a row.
  void complain(const std::string& why) {
    if (std::exchange(said_, why) == why) return;
    log_.warning(options_.name + ": " + why + "; it will be started again");
  }

  void set(Status status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    tried_ = true;
    changed_.notify_all();
  }

  Processes processes_;
  const Log log_;
  const ServiceOptions options_;
  std::shared_ptr<Bell> bell_;
  std::atomic<bool> stopping_ = false;
  std::string said_;  // the thread's
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Status status_;       // guarded by mutex_
  bool tried_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace collet
