#include "gateway_operations.hpp"

#include <string_view>

namespace collet::gateway::operations {
namespace {

constexpr std::string_view kModels =
    R"({"type":"object","required":["data"],"properties":{"object":{"type":"string","default":"list"},)"
    R"("data":{"type":"array","items":{"type":"object","required":["id","created","object","owned_by"],)"
    R"("properties":{"id":{"type":"string"},"created":{"type":"integer"},"object":{"type":"string"},)"
    R"("owned_by":{"type":"string"}}}}}})";
constexpr std::string_view kCompletion =
    R"({"type":"object","required":["id","choices","created","model","object"],"properties":{)"
    R"("id":{"type":"string"},"choices":{"type":"array","items":{"type":"object"}},)"
    R"("created":{"type":"integer"},"model":{"type":"string"},"object":{"type":"string"},)"
    R"("usage":{"type":"object"}}})";
constexpr std::string_view kRequest =
    R"({"type":"object","required":["model","messages"],"properties":{"model":{"type":"string"},)"
    R"("messages":{"type":"array","items":{"type":"object","required":["role"],"properties":{)"
    R"("role":{"type":"string","enum":["system","developer","user","assistant","tool"]},)"
    R"("content":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"object"}},{"type":"null"}]}}}},)"
    R"("stream":{"type":"boolean","default":false},"stream_options":{"anyOf":[{"type":"object",)"
    R"("properties":{"include_usage":{"type":"boolean","default":false}}},{"type":"null"}]}}})";

std::string header(std::string_view name, std::string_view format = {}) {
  return R"({"name":")" + std::string(name) +
         R"(","in":"header","required":false,"schema":{"type":"string")" + std::string(format) + "}}";
}

std::string content(std::string_view schema) {
  return R"("content":{"application/json":{"schema":)" + std::string(schema) + "}}";
}

}  // namespace

std::string models() {
  return R"({"tags":["OpenAI Compatibility"],"operationId":"get_openai_models_v1_models_get",)"
         R"("summary":"The LLM profiles, as models","responses":{"200":{)" +
         content(kModels) + "}}}";
}

std::string complete() {
  return R"({"tags":["OpenAI Compatibility"],)"
         R"("operationId":"create_chat_completion_v1_chat_completions_post",)"
         R"("summary":"Let an agent answer, in a conversation of its own or a given one","parameters":[)" +
         header("X-OpenHands-ServerConversation-ID", R"(,"format":"uuid")") + "," +
         header("X-OpenHands-Observability-Span-Name") + "," + header("X-OpenHands-Observability-Tags") +
         "," + header("X-OpenHands-Observability-Metadata") + R"(],"requestBody":{"required":true,)" +
         content(kRequest) + R"(},"responses":{"200":{)" + content(kCompletion) +
         R"(},"400":{},"404":{},"409":{},"422":{},"503":{},"504":{}}})";
}

}  // namespace collet::gateway::operations
