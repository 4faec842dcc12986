#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <string>

#include "testing/plugin_test.hpp"
#include "trajectory/redaction.hpp"

namespace collet::file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

std::string unmasked(std::string_view text) { return std::string(text); }

TEST(Redaction, hides_keys_and_sealed_values) {
  const std::string sealed = "gAAAA" + std::string(100, 'x');
  EXPECT_EQ(
      redacted(R"({"llm":{"api_key":"k","model":"m"},"l":[{"aws_session_token":"t"},")" + sealed + R"("]})",
               unmasked),
      R"({"llm":{"api_key":"**********","model":"m"},"l":[{"aws_session_token":"**********"},"**********"]})");
}

TEST(Redaction, leaves_the_rest_as_it_is) {
  const std::string text =
      R"({ "api_key": null, "a" : 1.50, "api_key_set": true, "note": "gAAAA is a beginning", "e": "" })";
  EXPECT_EQ(redacted(text, unmasked), text);
}

TEST(Redaction, masks_texts_never_the_json_itself) {
  const auto mask = [](std::string_view text) {
    return text == "null" ? std::string("<secret-hidden>") : std::string(text);
  };
  EXPECT_EQ(redacted(R"({"null":null,"a":"null"})", mask), R"({"null":null,"a":"<secret-hidden>"})");
  EXPECT_EQ(redacted("null and void", [](std::string_view) { return std::string("masked"); }), "masked");
}

class Trajectory : public testing::PluginTest {
 protected:
  std::map<std::string, std::string> unpacked(const std::string& bytes) const {
    std::map<std::string, std::string> found;
    struct archive* open = ::archive_read_new();
    ::archive_read_support_format_zip_seekable(open);
    EXPECT_EQ(::archive_read_open_memory(open, bytes.data(), bytes.size()), ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (::archive_read_next_header(open, &entry) == ARCHIVE_OK) {
      std::string content(static_cast<std::size_t>(::archive_entry_size(entry)), '\0');
      EXPECT_EQ(::archive_read_data(open, content.data(), content.size()),
                static_cast<la_ssize_t>(content.size()));
      found[::archive_entry_pathname(entry)] = content;
    }
    ::archive_read_free(open);
    return found;
  }
  Response get(const std::string& id) { return plugin_.get("/api/file/download-trajectory/" + id); }
  static constexpr const char* kName = "339b7dede3904f7bb0fef51d3a663b4f";
};

TEST_F(Trajectory, has_the_state_and_all_events_without_secrets) {
  host_.add_secret("TOKEN", "hunter2hunter2");
  host_.add_conversation(
      kConversation, R"({"title":"T","agent":{"llm":{"api_key":"k-1"}},"workspace":{"working_dir":"/w"}})");
  for (int i = 0; i < 45; ++i)
    host_.add_event(kConversation, R"({"id":"e)" + std::to_string(i) + R"(","text":"it is hunter2hunter2"})");
  const auto answer = get(kConversation);
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_EQ(header(answer, "content-disposition"), "attachment; filename=\"" + std::string(kName) + ".zip\"");
  const auto found = unpacked(answer.body);
  const std::string top = std::string(kName) + "/";
  EXPECT_EQ(found.size(), 47U);
  EXPECT_EQ(found.at(top + "meta.json"),
            R"({"id":"339b7dede3904f7bb0fef51d3a663b4f","workspace":{"working_dir":"/w"},"title":"T"})");
  EXPECT_THAT(found.at(top + "base_state.json"), HasSubstr(R"("api_key":"**********")"));
  EXPECT_THAT(found.at(top + "events/event-00044-e44.json"), HasSubstr("it is "));
  for (const auto& [name, text] : found) EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << name;
}

TEST_F(Trajectory, takes_ids_in_both_forms) {
  host_.add_conversation(kConversation);
  EXPECT_THAT(unpacked(get(kName).body), ElementsAre(Key(std::string(kName) + "/base_state.json"),
                                                     Key(std::string(kName) + "/meta.json")));
}

TEST_F(Trajectory, says_that_there_is_none) {
  EXPECT_EQ(get("6bd5b0c4-5a83-47b9-b2eb-cabb8cef0c37").body, R"({"detail":"Conversation not found"})");
  EXPECT_EQ(get("zzz").status, 422);
  EXPECT_EQ(get("6bd5b0c45a83-47b9-b2eb-cabb8cef0c37").status, 422);
}

}  // namespace
}  // namespace collet::file
