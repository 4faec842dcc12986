// What carries the calls of models: the transfers of core/outbound, without the guard. Operators point
// base_url at models on this machine or in their own network.
#pragma once
#include "outbound/curl_multi.hpp"
#include "outbound/transfer.hpp"

namespace collet::llm {

using outbound::CurlMulti;
using outbound::HeaderList;
using outbound::Transfer;
using outbound::TransferCallbacks;
using outbound::TransferEnd;
using outbound::TransferError;

}  // namespace collet::llm
