#include "trajectory/trajectory_routes.hpp"

#include <memory>
#include <utility>

#include "collet/problems.hpp"
#include "operations.hpp"
#include "query.hpp"
#include "trajectory/trajectory_source.hpp"
#include "transfer/file_answer.hpp"

namespace collet::file {
namespace {

Response download(const Host& host, const Request& request) {
  const auto conversation = conversation_of(request);
  std::unique_ptr<TrajectorySource> source;
  try {
    source = std::make_unique<TrajectorySource>(host, conversation);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) throw Refusal(404, "Conversation not found");
    throw;
  }
  const auto name = source->name() + ".zip";
  auto response = Response::source(std::move(source));
  response.headers.emplace_back("content-disposition", attachment(name));
  return response;
}

}  // namespace

void add_trajectory_routes(Setup& setup) {
  setup.get("/api/file/download-trajectory/{conversation_id}",
            answering([&host = setup.host()](const Request& request) { return download(host, request); }),
            operations::download_trajectory());
}

}  // namespace collet::file
