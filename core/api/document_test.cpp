#include "api/document.hpp"

#include <gtest/gtest.h>

#include "api/docs_page.hpp"
#include "collet/json.hpp"

namespace collet::api {
namespace {

class Document : public ::testing::Test {
 protected:
  void add(std::string method, std::string pattern, std::string operation = "",
           http::Access access = http::Access::kSession, const std::string& when = "") {
    http::Route route;
    if (!when.empty()) route.when = *http::BodyRule::parse(when);
    route.method = std::move(method);
    route.pattern = std::move(pattern);
    route.owner = "weather";
    route.access = access;
    route.handler = [](const http::Request&, const http::Reply&) {};
    route.operation = std::move(operation);
    ASSERT_TRUE(router_.add(std::move(route)).ok());
  }
  json::Document made() const { return std::move(*json::parse(make_document(router_, "1.43.1", "0.1.0"))); }
  // The operation as JSON text.
  std::string operation(std::string_view path, std::string_view method) const {
    const auto document = made();
    const json::Value* found = json::at(document, {"paths", path, method});
    return found == nullptr ? "" : json::dump(*found);
  }

  http::Router router_;
};

TEST_F(Document, SilentRoute_IsThereWithWhatFollowsFromIt) {
  add("GET", "/api/files/{folder}/{path...}");
  EXPECT_EQ(
      operation("/api/files/{folder}/{path}", "get"),
      R"({"tags":["weather"],"operationId":"get_api_files__folder__path","parameters":[)"
      R"({"name":"folder","in":"path","required":true,"schema":{"type":"string"}},)"
      R"({"name":"path","in":"path","required":true,"schema":{"type":"string"}}],)"
      R"("responses":{"200":{"description":"Done"},)"
      R"("401":{"description":"No session key, or a wrong one","content":{"application/json":{"schema":)"
      R"({"type":"object","required":["detail"],"properties":{"detail":{}}}}}}},)"
      R"("security":[{"APIKeyHeader":[]}]})");
}

TEST_F(Document, PublicRoute_NeedsNoKey) {
  add("GET", "/open", R"({"tags":["T"],"responses":{"204":{}}})", http::Access::kPublic);
  EXPECT_EQ(
      operation("/open", "get"),
      R"({"tags":["T"],"responses":{"204":{"description":"Done, there is nothing to say"}},"operationId":"get_open"})");
}

TEST_F(Document, OperationIdThatIsTaken_IsReplaced) {
  add("GET", "/a", R"({"operationId":"it"})");
  add("GET", "/b", R"({"operationId":"it"})");
  EXPECT_NE(operation("/a", "get").find(R"("operationId":"it")"), std::string::npos);
  EXPECT_NE(operation("/b", "get").find(R"("operationId":"get_b")"), std::string::npos);
}

TEST_F(Document, PathsThatDifferInNamesOnly_AreOne) {
  add("GET", "/a/{b}/{c}");
  add("PUT", "/a/{x}/{y...}", R"({"parameters":[{"name":"y","in":"path","schema":{"type":"integer"}}]})");
  const std::string put = operation("/a/{b}/{c}", "put");
  EXPECT_NE(put.find(R"({"name":"c","in":"path","schema":{"type":"integer"},"required":true})"),
            std::string::npos);
  EXPECT_NE(put.find(R"({"name":"b","in":"path","required":true,"schema":{"type":"string"}})"),
            std::string::npos);
  EXPECT_EQ(operation("/a/{x}/{y}", "put"), "");
}

TEST_F(Document, Bodies_MayBeRefused) {
  const std::string json = R"({"requestBody":{"content":{"application/json":{}}}})";
  const std::string form = R"({"requestBody":{"content":{"multipart/form-data":{}}}})";
  add("POST", "/json", json, http::Access::kPublic);
  add("POST", "/form", form, http::Access::kPublic);
  const auto has = [&](std::string_view path, std::string_view status) {
    return json::at(*json::parse(operation(path, "post")), {"responses", status}) != nullptr;
  };
  for (const auto* status : {"200", "413", "415", "422"}) EXPECT_TRUE(has("/json", status)) << status;
  EXPECT_TRUE(has("/form", "413"));
  EXPECT_FALSE(has("/form", "415"));
  EXPECT_NE(operation("/json", "post").find("#/components/schemas/HTTPValidationError"), std::string::npos);
}

TEST_F(Document, RouteChosenByTheBody_IsPartOfTheOther) {
  add("POST", "/a", R"({"requestBody":{"content":{"application/json":{"schema":{"type":"array"}}}}})");
  add("POST", "/a", R"({"responses":{"404":{}}})", http::Access::kSession, R"({"has":["old"]})");
  add("POST", "/a", "", http::Access::kSession, R"({"any":["older"]})");
  const std::string post = operation("/a", "post");
  EXPECT_NE(post.find(R"("schema":{"anyOf":[{"type":"array"},{"type":"object","properties":{"older":{}}}]})"),
            std::string::npos)
      << post;
  EXPECT_NE(post.find(R"("404":{"description":"There is no such thing")"), std::string::npos) << post;
  EXPECT_NE(post.find(R"("200":)"), std::string::npos) << post;
}

TEST_F(Document, Schemas_AreThoseThatAreReferredTo) {
  add("GET", "/a",
      R"({"responses":{"200":{"content":{"application/json":{"schema":)"
      R"({"$ref":"#/components/schemas/ConversationPage"}}}}}})");
  const auto document = made();
  const json::Value* schemas = json::at(document, {"components", "schemas"});
  for (const auto* name : {"ConversationPage", "ConversationInfo", "Agent", "LLM"})
    EXPECT_NE(json::find(*schemas, name), nullptr) << name;
  EXPECT_EQ(json::find(*schemas, "Event"), nullptr);
}

TEST_F(Document, Sockets_AreNamed) {
  for (const auto* pattern : {"/sockets/a", "/sockets/{b}"}) {
    http::SocketRoute socket;
    socket.pattern = pattern;
    socket.on_open = [](const std::shared_ptr<http::WebSocket>&, const http::Request&) {};
    ASSERT_TRUE(router_.add(std::move(socket)).ok());
  }
  EXPECT_TRUE(json::string_or(*json::at(made(), {"info"}), "description")
                  .starts_with("Collet 0.1.0, an agent server. WebSockets: /sockets/a, /sockets/{b}. "));
}

TEST_F(Document, Page_EscapesWhatPluginsSay) {
  add("GET", "/a", R"({"summary":"<script>alert(1)</script>","tags":["<b>"]})");
  const std::string page = make_docs_page(make_document(router_, "1", "2"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(page.find("<h2>&lt;b&gt;</h2>"), std::string::npos);
}

}  // namespace
}  // namespace collet::api
