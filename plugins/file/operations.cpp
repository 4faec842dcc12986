#include "operations.hpp"

#include <string_view>

namespace collet::file::operations {
namespace {

constexpr std::string_view kFiles = "Files", kWorkspace = "Workspace";
constexpr std::string_view kBytes =
    R"({"application/octet-stream":{"schema":{"type":"string","format":"binary"}}})";
constexpr std::string_view kAnyType = R"({"*/*":{"schema":{"type":"string","format":"binary"}}})";
constexpr std::string_view kSuccess =
    R"({"application/json":{"schema":{"type":"object","required":["success"],"properties":{"success":{"type":"boolean"}}}}})";
constexpr std::string_view kForm = R"("multipart/form-data":{"schema":{"type":"object","required":["file"],)"
                                   R"("properties":{"file":{"type":"string","format":"binary"}}}})";
constexpr std::string_view kRaw =
    R"("application/octet-stream":{"schema":{"type":"string","format":"binary"}})";
constexpr std::string_view kConversation =
    R"({"name":"conversation_id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}})";

// One parameter; `schema` without its braces.
std::string parameter(std::string_view name, std::string_view in, bool required, std::string_view schema,
                      std::string_view about = {}) {
  std::string text = R"({"name":")" + std::string(name) + R"(","in":")" + std::string(in) +
                     R"(","required":)" + (required ? "true" : "false");
  if (!about.empty()) text.append(R"(,"description":")").append(about).append("\"");
  return text + R"(,"schema":{)" + std::string(schema) + "}}";
}

std::string path_in_query(std::string_view about) {
  return parameter("path", "query", true, R"("type":"string")", about);
}

struct Description {
  std::string_view tag, id, summary;
  std::string parameters;     ///< separated by commas
  std::string_view body;      ///< members of "content"; empty: none
  std::string_view content;   ///< of the answer
  std::string_view failures;  ///< members of "responses"
  std::string_view more;      ///< answers besides 200
};

std::string describe(const Description& from) {
  std::string text = R"({"tags":[")" + std::string(from.tag) + R"("],"operationId":")" +
                     std::string(from.id) + R"(","summary":")" + std::string(from.summary) +
                     R"(","parameters":[)" + from.parameters + "]";
  if (!from.body.empty())
    text.append(R"(,"requestBody":{"required":true,"content":{)").append(from.body).append("}}");
  text.append(R"(,"responses":{"200":{"description":"Done","content":)").append(from.content).append("}");
  text.append(from.more).append(from.failures);
  return text + "}}";
}

constexpr std::string_view kPartial =
    R"(,"206":{"description":"The ranges that were asked for","content":{"*/*":{}}},)"
    R"("304":{"description":"What the client has is still good"},)"
    R"("412":{"description":"It is another file by now"},"416":{"description":"There is no such range"})";
constexpr std::string_view kWorkspaceFailures =
    R"(,"400":{"description":"It leads out of the workspace"},"404":{"description":"Not found"},"422":{})";
constexpr std::string_view kDownloadFailures =
    R"(,"400":{"description":"The path is not absolute, or no file"},"403":{},"404":{"description":"Not found"},"422":{})";
constexpr std::string_view kUploadFailures =
    R"(,"400":{"description":"The path is not absolute, or a folder; the form is malformed"},"403":{},"413":{},"422":{},)"
    R"("507":{"description":"No space left"})";

std::string upload_like(std::string_view id, std::string parameters, std::string_view body) {
  return describe({kFiles,
                   id,
                   "Store a file, replacing an old one as a whole",
                   std::move(parameters),
                   body,
                   kSuccess,
                   kUploadFailures,
                   {}});
}

std::string download_like(std::string_view id, std::string_view summary, std::string parameters) {
  return describe({kFiles, id, summary, std::move(parameters), {}, kBytes, kDownloadFailures, kPartial});
}

std::string workspace_like(std::string_view id, std::string_view summary, const std::string& more = {}) {
  return describe({kWorkspace,
                   id,
                   summary,
                   std::string(kConversation) + more,
                   {},
                   kAnyType,
                   kWorkspaceFailures,
                   kPartial});
}

constexpr std::string_view kUploadAbout = "Absolute; missing folders are made";
constexpr std::string_view kFilePath =
    R"({"name":"file_path","in":"path","required":true,"schema":{"type":"string"}})";
constexpr std::string_view kPathPath =
    R"({"name":"path","in":"path","required":true,"description":"An absolute path","schema":{"type":"string"}})";
constexpr std::string_view kEntry =
    R"({"type":"object","required":["label","path"],"properties":{"label":{"type":"string"},"path":{"type":"string"}}})";
constexpr std::string_view kFolder =
    R"({"type":"object","required":["name","path"],"properties":{"name":{"type":"string"},"path":{"type":"string"}}})";

}  // namespace

std::string upload() {
  return upload_like("upload_file_query_api_file_upload_post", path_in_query(kUploadAbout), kForm);
}

std::string upload_to_path() {
  return upload_like("upload_file_path_api_file_upload__path__post", std::string(kPathPath),
                     std::string(kForm) + "," + std::string(kRaw));
}

std::string download() {
  return download_like("download_file_query_api_file_download_get", "The bytes of a file",
                       path_in_query("Absolute"));
}

std::string download_head() {
  return download_like("download_file_query_api_file_download_head", "The size and state of a file",
                       path_in_query("Absolute"));
}

std::string download_from_path() {
  return download_like("download_file_path_api_file_download__path__get", "The bytes of a file",
                       std::string(kPathPath));
}

std::string download_from_path_head() {
  return download_like("download_file_path_api_file_download__path__head", "The size and state of a file",
                       std::string(kPathPath));
}

std::string create_directory() {
  return describe(
      {kFiles,
       "create_directory_api_file_create_directory_post",
       "Make a folder, and those above it, unless it is there",
       path_in_query("Absolute"),
       {},
       kSuccess,
       R"(,"400":{"description":"The path is not absolute, or there is a file"},"403":{},"422":{},"507":{})",
       {}});
}

std::string home() {
  const std::string list = R"({"type":"array","items":)" + std::string(kEntry) + "}";
  const std::string content =
      R"({"application/json":{"schema":{"type":"object","required":["home"],"properties":{"home":{"type":"string"},)"
      R"("favorites":)" +
      list + R"(,"locations":)" + list + "}}}}";
  return describe({kFiles,
                   "get_home_directory_api_file_home_get",
                   "The home folder, and where to begin to browse",
                   parameter("include_hidden", "query", false, R"("type":"boolean","default":false)"),
                   {},
                   content,
                   R"(,"422":{})",
                   {}});
}

std::string search_subdirs() {
  const std::string content =
      R"({"application/json":{"schema":{"type":"object","required":["items"],"properties":{"items":{"type":"array",)"
      R"("items":)" +
      std::string(kFolder) + R"(},"next_page_id":{"anyOf":[{"type":"string"},{"type":"null"}]}}}}})";
  return describe(
      {kFiles,
       "search_subdirs_api_file_search_subdirs_get",
       "The folders in a folder",
       path_in_query("Absolute") + "," +
           parameter("page_id", "query", false, R"("type":"string")", "next_page_id of the page before") +
           "," +
           parameter("limit", "query", false,
                     R"("type":"integer","exclusiveMinimum":0,"maximum":100,"default":100)") +
           "," + parameter("include_hidden", "query", false, R"("type":"boolean","default":false)"),
       {},
       content,
       R"(,"400":{},"403":{},"404":{},"422":{})",
       {}});
}

std::string archive() {
  constexpr std::string_view kContent =
      R"({"application/gzip":{"schema":{"type":"string","format":"binary"}},"text/x-patch":{"schema":{"type":"string"}}})";
  return describe(
      {kFiles,
       "archive_directory_api_file_archive_get",
       "A folder as an archive, or its changes as a patch",
       path_in_query("An absolute path of a folder") + "," +
           parameter("format", "query", false,
                     R"("type":"string","enum":["git-delta","tar.gz"],"default":"git-delta")") +
           "," +
           parameter("base_ref", "query", false, R"("type":"string")",
                     "What git-delta compares with; without it what origin has") +
           "," +
           parameter("use_default_excludes", "query", false, R"("type":"boolean","default":true)",
                     "Leave out dependencies, caches and what builds make") +
           "," +
           parameter("exclude", "query", false, R"("type":"array","items":{"type":"string"})",
                     "More patterns to leave out"),
       {},
       kContent,
       R"(,"400":{"description":"The path is not absolute, or no folder; it is no git repository"},"403":{},"404":{},)"
       R"("413":{},"422":{},"503":{},"507":{})",
       {}});
}

std::string download_trajectory() {
  return describe({kFiles,
                   "download_trajectory_api_file_download_trajectory__conversation_id__get",
                   "A conversation with its events as a zip file, without secrets",
                   std::string(kConversation),
                   {},
                   kBytes,
                   R"(,"404":{"description":"No such conversation"},"422":{})",
                   {}});
}

std::string workspace_root() {
  return workspace_like("serve_workspace_root_api_conversations__conversation_id__workspace_get",
                        "index.html of a conversation's workspace");
}

std::string workspace_root_head() {
  return workspace_like("serve_workspace_root_api_conversations__conversation_id__workspace_head",
                        "The size and state of a workspace's index.html");
}

std::string workspace_file() {
  return workspace_like("serve_workspace_file_api_conversations__conversation_id__workspace__file_path__get",
                        "A file of a conversation's workspace; of a folder its index.html",
                        "," + std::string(kFilePath));
}

std::string workspace_file_head() {
  return workspace_like("serve_workspace_file_api_conversations__conversation_id__workspace__file_path__head",
                        "The size and state of a file of a workspace", "," + std::string(kFilePath));
}

}  // namespace collet::file::operations
