// Hides what must not leave the server in the JSON of a conversation.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace collet::file {

/// The JSON text with secrets replaced: members that carry keys by their name, texts that are sealed, and
/// what `mask` hides in any text. The same bytes where there was nothing to hide. Text that is no JSON is
/// masked as a whole.
std::string redacted(std::string_view json, const std::function<std::string(std::string_view)>& mask);

}  // namespace collet::file
