// The terminals for people, by their ids. Methods: any thread but the loop's; they wait for the loop, which
// never waits for long.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pty/pty_session.hpp"

namespace collet::bash {

class PtyService {
 public:
  struct Limits {
    std::size_t open = 32;                ///< with a running program
    std::size_t ended = 32;               ///< kept for those who come to read the end; the oldest go first
    std::chrono::seconds kept{600};       ///< after the end
    std::chrono::seconds unseen{86'400};  ///< then one that nobody watches is ended
    PtySession::Limits session = {};
  };
  class TooMany : public std::runtime_error {
   public:
    TooMany() : std::runtime_error("Too many terminals are open.") {}
  };

  PtyService(std::shared_ptr<EventLoop> loop, Launcher& launcher, Sessions sessions, Limits limits);
  ~PtyService();  ///< ends all of them
  PtyService(const PtyService&) = delete;
  PtyService& operator=(const PtyService&) = delete;

  /// Throws TooMany, or LaunchError or std::system_error where the program does not start.
  PtyInfo open(PtyRequest request);
  std::vector<PtyInfo> list() const;  ///< the oldest first
  std::optional<PtyInfo> find(const std::string& id) const;
  /// Ends it with all that descends from it, and forgets it. False: there is none.
  bool remove(const std::string& id);

  /// Runs `work` with the terminal on the loop's thread. False: there is none.
  bool with(const std::string& id, const std::function<void(PtySession&)>& work) const;

 private:
  struct Entry {
    std::shared_ptr<PtySession> session;
    std::uint64_t number = 0;  // in the order of opening
  };
  void tidy();

  const std::shared_ptr<EventLoop> loop_;
  Launcher& launcher_;
  const Sessions sessions_;
  const Limits limits_;
  // Of the loop's thread:
  std::map<std::string, Entry> all_;
  std::uint64_t last_number_ = 0;
  EventLoop::TimerId tidy_timer_ = 0;
};

}  // namespace collet::bash
