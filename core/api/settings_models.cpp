#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "api/models.hpp"
#include "settings/field_schema.hpp"
#include "settings/settings_fields.hpp"

namespace collet::api {

// Constants of this file: those that models.hpp declares have external linkage.

constexpr Schema kAnything = anything();
constexpr Schema kText = text();
constexpr Schema kMaybeText = maybe(text());
constexpr Schema kYesNo = yes_no();
constexpr Schema kNumber = number();
constexpr Schema kObject{.form = Form::kMap, .items = &kAnything};
constexpr Schema kTextMap = map_of(kText);
constexpr Schema kTexts = list_of(kText);

// ---- the document
constexpr Member kSettingsUpdate[] = {
    {"agent_settings_diff", maybe(kObject)},    {"conversation_settings_diff", maybe(kObject)},
    {"misc_settings_diff", maybe(kObject)},     {"active_profile", maybe(text())},
    {"active_agent_profile_id", maybe(text())},
};
constexpr Schema kSettingsUpdateRequest = object("SettingsUpdateRequest", kSettingsUpdate);
constexpr Schema kOpenHandsAgentSettings{.form = Form::kMap,
                                         .name = "OpenHandsAgentSettings",
                                         .items = &kAnything,
                                         .described_by = [](json::Writer& writer) {
                                           settings::describe(*settings::agent_shape("openhands"), writer);
                                         }};
constexpr Schema kAcpAgentSettings{
    .form = Form::kMap,
    .name = "ACPAgentSettings",
    .items = &kAnything,
    .described_by = [](json::Writer& writer) { settings::describe(*settings::agent_shape("acp"), writer); }};
constexpr Schema kConversationSettings{
    .form = Form::kMap,
    .name = "ConversationSettings",
    .items = &kAnything,
    .described_by = [](json::Writer& writer) { settings::describe(settings::conversation_shape(), writer); }};
constexpr const Schema* kAgentSettingsForms[] = {&kOpenHandsAgentSettings, &kAcpAgentSettings};
constexpr Member kSettings[] = {
    {"agent_settings", either(kAgentSettingsForms), true},
    {"conversation_settings", kConversationSettings, true},
    {"llm_api_key_is_set", yes_no(), true},
    {"active_profile", maybe(text())},
    {"active_agent_profile_id", maybe(text())},
    {"misc_settings", kObject},
};
constexpr Schema kSettingsResponse = object("SettingsResponse", kSettings);

// ---- MCP servers
constexpr Member kCredentialMembers[] = {
    {"strategy", choice("none|api_key|bearer|basic|header|oauth2"), true},
    {"value", maybe(text("The key or the token"))},
    {"header_name", maybe(text("Where the key goes"))},
    {"username", text()},
    {"password", maybe(text())},
    {"headers", kTextMap},
    {"authentication", maybe(kObject)},
    {"state", maybe(kObject)},
};
constexpr Schema kCredential =
    object("MCPAuthCredential", kCredentialMembers, "What it has depends on the strategy");
constexpr std::string_view kTransports = "stdio|http|streamable-http|sse";

constexpr Member kServerMembers[] = {
    {"url", maybe(at_least(1, text("Of a server that is reached over the network")))},
    {"transport", maybe(choice(kTransports))},
    {"command", maybe(at_least(1, text("Starts a server that speaks on its standard streams")))},
    {"args", maybe(kTexts)},
    {"env", maybe(map_of(kText, "Secret"))},
    {"cwd", maybe(text())},
    {"description", maybe(text())},
    {"icon", maybe(text())},
    {"timeout", maybe(number("Seconds"))},
    {"sse_read_timeout", maybe(number("Seconds"))},
    {"keep_alive", maybe(yes_no())},
    {"headers", maybe(map_of(kText, "Secret"))},
    {"auth", maybe(kCredential)},
    {"enabled", initially("true", yes_no())},
};
constexpr Schema kMcpServer = closed(object("MCPServer-Input", kServerMembers));
constexpr std::size_t kServerMemberCount = std::size(kServerMembers);

// The same members, but that null deletes each, and one in a map.
constexpr std::array<Member, kServerMemberCount> made_optional() {
  std::array<Member, kServerMemberCount> members{};
  std::copy(std::begin(kServerMembers), std::end(kServerMembers), members.begin());
  for (auto& member : members) {
    member.schema.nullable = true;
    member.schema.initial = {};
    if (member.schema.items == &kText && member.schema.form == Form::kMap) member.schema.items = &kMaybeText;
  }
  return members;
}
constexpr auto kServerPatchMembers = made_optional();
constexpr Schema kMcpServerPatch{.form = Form::kObject,
                                 .name = "MCPServerPatch",
                                 .about = "A null deletes: the member, or an entry of env and headers",
                                 .members = kServerPatchMembers.data(),
                                 .member_count = kServerPatchMembers.size(),
                                 .closed = true};

// ---- how clients show the settings
constexpr const Schema* kChoiceForms[] = {&kYesNo, &kNumber, &kText};
constexpr Member kChoiceMembers[] = {
    {"value", either(kChoiceForms), true},
    {"label", text(), true},
};
constexpr Schema kSettingsChoice = object("SettingsChoice", kChoiceMembers);
constexpr Member kFieldMembers[] = {
    {"key", text("The path of the member in the settings"), true},
    {"label", text(), true},
    {"description", maybe(text())},
    {"section", text(), true},
    {"section_label", text(), true},
    {"value_type", choice("string|integer|number|boolean|array|object"), true},
    {"default", anything()},
    {"prominence", initially(R"("minor")", choice("critical|major|minor"))},
    {"depends_on", list_of(kText, "Keys of settings without which this one has no effect")},
    {"secret", initially("false", yes_no())},
    {"choices", list_of(kSettingsChoice, "Empty: any value of the type")},
    {"variant", maybe(text("The agent_kind that has it; null: any"))},
};
constexpr Schema kSettingsField = object("SettingsFieldSchema", kFieldMembers);
constexpr Member kSectionMembers[] = {
    {"key", text(), true},
    {"label", text(), true},
    {"fields", list_of(kSettingsField), true},
    {"variant", maybe(text("The agent_kind that has it; null: any"))},
};
constexpr Schema kSettingsSection = object("SettingsSectionSchema", kSectionMembers);
constexpr Member kSettingsSchemaMembers[] = {
    {"model_name", text(), true},
    {"sections", list_of(kSettingsSection), true},
};
constexpr Schema kSettingsSchema = object("SettingsSchema", kSettingsSchemaMembers);

// ---- secrets
constexpr Member kSecretCreate[] = {
    {"name", text("A letter, then letters, digits and underscores; at most 64"), true},
    {"value", text(), true},
    {"description", maybe(text())},
};
constexpr Schema kSecretCreateRequest = object("SecretCreateRequest", kSecretCreate);
constexpr Member kSecretItem[] = {
    {"name", text(), true},
    {"description", maybe(text())},
};
constexpr Schema kSecretItemResponse = object("SecretItemResponse", kSecretItem);
constexpr Member kSecretsList[] = {{"secrets", list_of(kSecretItemResponse), true}};
constexpr Schema kSecretsListResponse = object("SecretsListResponse", kSecretsList);
constexpr Schema kDeleted = map_of(kYesNo);

constexpr const Schema* kNamed[] = {&kSettingsUpdateRequest,
                                    &kSettingsResponse,
                                    &kOpenHandsAgentSettings,
                                    &kAcpAgentSettings,
                                    &kConversationSettings,
                                    &kCredential,
                                    &kMcpServer,
                                    &kMcpServerPatch,
                                    &kSettingsChoice,
                                    &kSettingsField,
                                    &kSettingsSection,
                                    &kSettingsSchema,
                                    &kSecretCreateRequest,
                                    &kSecretItemResponse,
                                    &kSecretsListResponse};

std::span<const Schema* const> named_settings_models() { return kNamed; }

}  // namespace collet::api
