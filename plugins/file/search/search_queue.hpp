#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "collet/tool.hpp"

namespace collet::file {

/// Threads for searches, which may take long, so that they hold up none of the plugin's other calls.
/// Bounded; a thread begins when there is work for it. Any thread; not destroyed from one of its own.
class SearchQueue {
 public:
  struct Limits {
    std::size_t threads = 2;
    std::size_t waiting = 64;
  };

  SearchQueue() : SearchQueue(Limits()) {}
  explicit SearchQueue(Limits limits) : limits_(limits) {}
  ~SearchQueue();  ///< drops what waits, waits for what runs
  SearchQueue(const SearchQueue&) = delete;
  SearchQueue& operator=(const SearchQueue&) = delete;

  /// False: too many wait already. Throws std::system_error when there is no thread to be had.
  bool post(std::function<void()> search);

 private:
  void work();

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Runs a tool's calls on the queue.
class QueuedTool final : public Tool {
 public:
  QueuedTool(std::unique_ptr<BlockingTool> tool, std::shared_ptr<SearchQueue> queue)
      : tool_(std::move(tool)), queue_(std::move(queue)) {}

  ToolInfo info() const override { return tool_->info(); }
  void start(ToolCall call, ToolReply reply) override;
  void cancel(const std::string& conversation, const std::string& call_id) override {
    tool_->cancel(conversation, call_id);
  }

 private:
  std::unique_ptr<BlockingTool> tool_;
  std::shared_ptr<SearchQueue> queue_;
};

}  // namespace collet::file
