#pragma once
#include "collet/http.hpp"

namespace collet::bash {

/// The body {"signal": "INT"}: its number. Throws a Refusal (415, 422). Pure.
int read_signal(const Request& request);

}  // namespace collet::bash
