#include "system/serial_worker.hpp"

#include <exception>
#include <utility>

namespace collet::bash {

SerialWorker::SerialWorker(std::function<void(const std::string&)> failed)
    : failed_(std::move(failed)), thread_([this] { work(); }) {}

SerialWorker::~SerialWorker() { stop(); }

void SerialWorker::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void SerialWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SerialWorker::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    try {
      task();
    } catch (const std::exception& error) {
      failed_(error.what());
    } catch (...) {
      failed_("unknown exception");
    }
    task = nullptr;  // what it owns may post again
    lock.lock();
  }
}

}  // namespace collet::bash
