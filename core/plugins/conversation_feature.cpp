// The host's side of "conversations".
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"

namespace collet::plugins {
namespace {

collet_status get(const collet_host* host, collet_str id, collet_sink sink) noexcept {
  return with_conversations(host, sink,
                            [&](auto& access) { return answer(sink, access.get(detail::to_string(id))); });
}

collet_status list(const collet_host* host, collet_sink each, collet_sink error) noexcept {
  return with_conversations(host, error, [&](auto& access) -> collet_status {
    const auto ids = access.list();
    if (!ids) return refuse(error, ids.error());
    for (const auto& id : *ids) detail::give(each, id);
    return COLLET_OK;
  });
}

collet_status send_message(const collet_host* host, collet_str id, collet_str message,
                           collet_sink error) noexcept {
  return with_conversations(host, error, [&](auto& access) {
    return answer(error, access.send_message(detail::to_string(id), detail::to_string(message)));
  });
}

collet_status run(const collet_host* host, collet_str id, collet_sink error) noexcept {
  return with_conversations(host, error,
                            [&](auto& access) { return answer(error, access.run(detail::to_string(id))); });
}

collet_status pause(const collet_host* host, collet_str id, collet_sink error) noexcept {
  return with_conversations(host, error,
                            [&](auto& access) { return answer(error, access.pause(detail::to_string(id))); });
}

}  // namespace

const collet_conversations kConversationsFeature{
    sizeof(collet_conversations), get, list, send_message, run, pause};

}  // namespace collet::plugins
