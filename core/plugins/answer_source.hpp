// A plugin's source of an answer, from the answer until its release.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "collet/abi/streams.h"
#include "http/streams.hpp"

namespace collet::plugins {

class Guest;

/// Makes the plugin's calls one after the other, on the plugin's queue, where it waits at most once. Any
/// thread.
class SourceCalls : public std::enable_shared_from_this<SourceCalls> {
 public:
  SourceCalls(Guest& guest, const collet_source& source) : guest_(guest), source_(source) {}

  /// Once, before anything else.
  void begin();
  void read(http::Source::Give give);
  /// The plugin has given piece number `piece`.
  void take(collet_handle number, http::Piece piece);
  /// No more is needed; the plugin's release follows. `why`: for a client that waits for more.
  void end(const std::string& why);

 private:
  void wake();
  void work();
  void enter_read(collet_handle number);
  void enter_release();

  Guest& guest_;
  const collet_source source_;
  std::uint64_t handle_ = 0;

  std::mutex mutex_;  // guards what follows
  http::Source::Give give_;
  collet_handle piece_ = 0;  // that the plugin owes
  bool wanted_ = false, ended_ = false, queued_ = false;
  std::string why_;
};

/// The same, as the connection sees it.
class AnswerSource final : public http::Source {
 public:
  AnswerSource(Guest& guest, const collet_source& source)
      : calls_(std::make_shared<SourceCalls>(guest, source)) {
    calls_->begin();
  }
  ~AnswerSource() override { calls_->end({}); }
  AnswerSource(const AnswerSource&) = delete;
  AnswerSource& operator=(const AnswerSource&) = delete;
  void read(Give give) override { calls_->read(std::move(give)); }

 private:
  const std::shared_ptr<SourceCalls> calls_;
};

/// Ends all of the guest's sources.
void end_sources(Guest& guest, const std::string& why);

}  // namespace collet::plugins
