#include "plugins/guest_store.hpp"

#include <utility>

namespace collet::plugins {

GuestStore::GuestStore(std::filesystem::path state_dir, std::string plugin)
    : state_dir_(std::move(state_dir)), plugin_(std::move(plugin)) {}

Result<storage::PluginStore*> GuestStore::open() {
  const std::lock_guard lock(mutex_);
  if (store_ == nullptr) {
    auto opened = storage::PluginStore::open(state_dir_, plugin_);
    if (!opened) return opened.error();
    store_ = std::move(opened).value();
  }
  return store_.get();
}

Result<std::uint64_t> GuestStore::open_log(const std::string& log, const std::vector<std::string>& indexes) {
  auto store = open();
  if (!store) return store.error();
  if (auto declared = (*store)->declare_log(log, indexes); !declared) return declared.error();
  const std::lock_guard lock(mutex_);
  logs_.emplace(++last_, log);
  return last_;
}

void GuestStore::close_log(std::uint64_t handle) {
  const std::lock_guard lock(mutex_);
  logs_.erase(handle);
}

Result<std::string> GuestStore::log_name(std::uint64_t handle) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(handle);
  if (found == logs_.end()) return invalid("the log is not open");
  return found->second;
}

}  // namespace collet::plugins
