// One call of a plugin's model provider, from the agent's start to the plugin's finish.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "collet/abi/llm.h"
#include "llm/provider.hpp"

namespace collet::plugins {

class Guest;

/// All methods may be called from any thread.
class ModelRun {
 public:
  ModelRun(Guest& guest, const collet_llm& table, std::uint32_t provider, llm::Config config,
           llm::Provider::Delta delta, llm::Provider::Done done);
  ~ModelRun();
  ModelRun(const ModelRun&) = delete;
  ModelRun& operator=(const ModelRun&) = delete;

  /// Enters the plugin; may block as long as it does. `request`: JSON text.
  void begin(const std::shared_ptr<ModelRun>& self, const std::string& request);
  /// Tells the agent, once, unless it has cancelled. `status`: HTTP; 200: `text` is a chat completion.
  void finish(int status, const std::string& text);
  void piece(std::string_view text, std::string_view reasoning) const;
  /// The agent wants it no more and is told nothing any more. Never waits for the plugin, which is asked on a
  /// thread for cancels.
  void cancel(const std::shared_ptr<ModelRun>& self);
  /// Asks the plugin, for as long as its cancel takes, where the caller knows that it may still be entered.
  void cancel_inside() const;

 private:
  Guest& guest_;
  const collet_llm& table_;
  const std::uint32_t provider_;
  const llm::Config config_;
  const llm::Provider::Delta delta_;
  llm::Provider::Done done_;
  std::chrono::steady_clock::time_point began_;
  std::atomic<std::uint64_t> handle_ = 0;  // 0: not in the plugin yet
  std::atomic<bool> finished_ = false, cancelled_ = false;
};

}  // namespace collet::plugins
