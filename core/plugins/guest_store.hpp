// A plugin's own store, opened at the first use, and the handles of its logs. Any thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/plugin_store.hpp"

namespace collet::plugins {

class GuestStore {
 public:
  GuestStore(std::filesystem::path state_dir, std::string plugin);

  /// The store; lives as long as this. The error of a failed opening is told each time it is tried.
  Result<storage::PluginStore*> open();
  /// Declares a log and gives it a handle.
  Result<std::uint64_t> open_log(const std::string& log, const std::vector<std::string>& indexes);
  void close_log(std::uint64_t handle);
  /// kInvalid: no such handle.
  Result<std::string> log_name(std::uint64_t handle) const;

 private:
  const std::filesystem::path state_dir_;
  const std::string plugin_;
  mutable std::mutex mutex_;
  std::unique_ptr<storage::PluginStore> store_;
  std::map<std::uint64_t, std::string> logs_;
  std::uint64_t last_ = 0;
};

}  // namespace collet::plugins
