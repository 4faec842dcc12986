// A conversation as a zip file, made as it is sent.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "archive/archive_writer.hpp"
#include "collet/host.hpp"
#include "collet/streams.hpp"

namespace collet::file {

/// ID/base_state.json, ID/events/event-NNNNN-EVENT.json, ID/meta.json, where ID is without dashes; without
/// secrets. As long as the log was when this was made.
class TrajectorySource final : public PullSource {
 public:
  /// Throws HostError: COLLET_NOT_FOUND where there is no such conversation. `host` must outlive this.
  TrajectorySource(const Host& host, std::string conversation);

  std::optional<std::string> pull() override;
  /// Of the conversation, without dashes.
  const std::string& name() const { return name_; }

 private:
  void add(const std::string& name, std::string_view json);
  void add_events();
  void finish();

  const Events events_;
  const std::string conversation_;
  const std::string name_;
  const std::string document_;  ///< as the HTTP interface shows it
  const std::int64_t last_;     ///< seq of the last event that belongs to it
  MaskStream mask_;
  ArchiveWriter writer_;
  std::int64_t seq_ = 0;  ///< of the last event that was written
  bool ended_ = false;
};

}  // namespace collet::file
