// The host's feature "masking".
#include <memory>
#include <mutex>
#include <utility>

#include "collet/abi/masking.h"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "plugins/mask_state.hpp"

namespace collet::plugins {
namespace {

collet_status mask_open(const collet_host* host, collet_str conversation, collet_handle* stream,
                        collet_sink error) noexcept {
  return guarded(error, [&]() -> collet_status {
    Guest& guest = guest_of(host);
    ConversationAccess* access = guest.household.conversations.load();
    if (access == nullptr) return refuse(error, unavailable("conversations are not there yet"));
    auto masker = access->masker_of(detail::to_string(conversation));
    if (!masker) return refuse(error, masker.error());
    *stream = guest.masks.add(std::make_shared<MaskState>(std::move(*masker)));
    return COLLET_OK;
  });
}

collet_status mask_push(const collet_host* host, collet_handle stream, collet_str piece, int32_t last,
                        collet_sink masked) noexcept {
  return guarded({}, [&]() -> collet_status {
    const auto state = guest_of(host).masks.find(stream);
    if (!state) return COLLET_NOT_FOUND;
    detail::give(masked, (*state)->push(detail::to_view(piece), last != 0));
    return COLLET_OK;
  });
}

void mask_close(const collet_host* host, collet_handle stream) noexcept {
  guarded({}, [&]() -> collet_status {
    guest_of(host).masks.take(stream);
    return COLLET_OK;
  });
}

}  // namespace

const collet_masking kMaskingFeature{sizeof(collet_masking), mask_open, mask_push, mask_close};

}  // namespace collet::plugins
