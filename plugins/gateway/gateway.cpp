#include "gateway.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "chat_stream.hpp"
#include "ids.hpp"
#include "llm_profiles.hpp"
#include "team_state.hpp"

namespace collet::gateway {
namespace {

constexpr const char* kHeader = "X-OpenHands-ServerConversation-ID";

json::Document profiles_of(const Host& host) {
  return profiles::TeamState::parse(
      host.management().shared_document(profiles::kPluginName, profiles::kStateKey));
}

std::optional<std::int64_t> last_seq(const Host& host, const std::string& conversation) {
  try {
    return host.events().last_seq(conversation);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) return std::nullopt;
    throw;
  }
}

void append_system_text(json::Value& agent, const std::string& text, json::Allocator& allocator) {
  if (text.empty()) return;
  auto* context = json::find(agent, "agent_context");
  if (context == nullptr || !context->IsObject()) {
    json::set(agent, "agent_context", json::Value(rapidjson::kObjectType), allocator);
    context = json::find(agent, "agent_context");
  }
  const auto before = json::string_or(*context, "system_message_suffix");
  json::set(*context, "system_message_suffix", before + (before.empty() ? "" : "\n\n") + text, allocator);
}

// Sums up what a conversation's document says of its models.
void count_tokens(const json::Document& document, Completion& completion) {
  const auto* all = json::at(document, {"stats", "usage_to_metrics"});
  if (all == nullptr || !all->IsObject()) return;
  for (const auto& usage : all->GetObject()) {
    const auto* tokens = json::find(usage.value, "accumulated_token_usage");
    if (tokens == nullptr) continue;
    completion.prompt_tokens += json::int_at(*tokens, "prompt_tokens").value_or(0);
    completion.completion_tokens += json::int_at(*tokens, "completion_tokens").value_or(0);
  }
}

// The error that stands right behind the status in the log, if there is one.
std::string failure_behind(const Host& host, const std::string& conversation, std::int64_t seq) {
  constexpr int kFew = 10;
  ChatProgress progress;
  for (const auto& event : host.events().read(conversation, seq, kFew)) progress.take(event.text);
  return progress.failure();
}

Completion begun(const std::string& model) {
  Completion completion;
  completion.id = "chatcmpl-" + profiles::without_dashes(profiles::new_uuid());
  completion.model = model;
  completion.created =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  return completion;
}

struct Failure {
  int status = 500;
  std::string detail;
};

Failure failure_of(const Host& host, const std::string& conversation, const RunEnd& end) {
  if (end.why == RunEnd::Why::kTooLate) return {504, "Agent run timed out"};
  if (end.why == RunEnd::Why::kGone) return {503, "The conversation is gone, or the server is stopping"};
  std::string detail = "Agent run ended with status: " + end.status;
  const std::string why = end.failure.empty() ? failure_behind(host, conversation, end.seq) : end.failure;
  if (!why.empty()) detail += " (" + why + ")";
  return {end.status == "error" || end.status == "stuck" ? 500 : 409, detail};
}

// Nothing: `completion` is complete.
std::optional<Failure> fill(Completion& completion, const Host& host, const std::string& conversation,
                            const RunEnd& end) {
  try {
    if (end.why != RunEnd::Why::kStatus || (end.status != "finished" && end.status != "idle"))
      return failure_of(host, conversation, end);
    completion.text = end.text;
    if (const auto document = json::parse(host.conversations().get(conversation)))
      count_tokens(*document, completion);
    return std::nullopt;
  } catch (const HostError& error) {
    return Failure{503, error.what()};
  } catch (const std::exception&) {
    return Failure{500, "Internal server error"};
  }
}

// One that is sent in frames.
struct Streamed {
  explicit Streamed(Completion answer) : completion(std::move(answer)) {}

  // Any thread.
  void say(const std::string& text) {
    stream.add(text_frames(completion, (has_text.exchange(true) ? "\n\n" : "") + text));
  }

  const Completion completion;
  std::atomic<bool> has_text{false};
  ChatStream stream;
};

}  // namespace

std::string Gateway::models() const {
  const auto state = profiles_of(host_);
  json::Writer w;
  w.object().member("object", "list").key("data").array();
  for (const auto& name : profiles::sorted_keys(profiles::part(state, profiles::kLlmProfiles))) {
    w.object().member("id", std::string(kModelPrefix) + name).member("created", 0);
    w.member("object", "model").member("owned_by", "openhands").member("shutdown_date", nullptr).end();
  }
  return w.end().end().take();
}

std::string Gateway::start_body(const ChatRequest& chat, const json::Value& llm,
                                const std::string& message) const {
  const auto settings = json::parse(host_.management().settings());
  json::Document body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  json::Value agent = json::copy(*json::find(*settings, "agent_settings"), allocator);
  json::set(agent, "llm", json::copy(llm, allocator), allocator);
  append_system_text(agent, system_text(chat), allocator);
  json::set(body, "agent_settings", std::move(agent), allocator);

  const auto& conversation = *json::find(static_cast<const json::Value&>(*settings), "conversation_settings");
  if (const auto* most = json::find(conversation, "max_iterations"); most != nullptr)
    json::set(body, "max_iterations", json::copy(*most, allocator), allocator);
  const bool asks = json::bool_at(conversation, "confirmation_mode").value_or(false);
  json::Writer rest;
  rest.object().key("workspace").object().member("kind", "LocalWorkspace");
  rest.member("working_dir", workspace_).end();
  rest.key("confirmation_policy").object();
  rest.member("kind", asks ? "AlwaysConfirm" : "NeverConfirm").end();
  rest.key("initial_message").object().member("role", "user").raw_member("content", message);
  rest.member("run", true).end().member("autotitle", false);
  rest.member("conversation_id", chat.conversation.value_or(profiles::new_uuid())).end();
  json::deep_merge(body, *json::parse(rest.take()), allocator, false);
  return json::dump(body);
}

Gateway::Place Gateway::begin(const Request& request, const ChatRequest& chat) {
  const auto profile = profile_of(chat.model);
  if (!profile) throw Refusal(404, "Unknown OpenHands model '" + chat.model + "'. Use GET /v1/models.");
  const auto llm = profiles::resolved_llm(profiles_of(host_), *profile);
  const std::string message = last_user_message(chat);
  if (chat.conversation) {
    if (const auto seq = last_seq(host_, *chat.conversation)) {
      host_.conversations().send_message(*chat.conversation,
                                         R"({"role":"user","content":)" + message + R"(,"run":true})");
      return {*chat.conversation, *seq};
    }
  }
  std::filesystem::create_directories(workspace_);
  const auto started = host_.management().start_conversation(start_body(chat, llm, message),
                                                             request.header("host").value_or(""));
  if (started.status != 200 && started.status != 201) throw Refusal(started);
  const auto document = json::parse(started.body);
  return {document ? json::string_or(*document, "id") : std::string(), 0};
}

void Gateway::answer_whole(Completion completion, const Place& place, Reply& reply) {
  const auto shared = std::make_shared<Reply>(std::move(reply));
  try {
    runs_.wait(place.conversation, place.after_seq,
               [this, completion = std::move(completion), shared,
                conversation = place.conversation](const RunEnd& end) {
                 auto filled = completion;
                 const auto failure = fill(filled, host_, conversation, end);
                 auto response = failure ? Response::error(failure->status, failure->detail)
                                         : Response::json(whole(filled));
                 response.headers.emplace_back(kHeader, conversation);
                 shared->send(response);
               });
  } catch (...) {
    reply = std::move(*shared);
    throw;
  }
}

void Gateway::answer_in_frames(Completion completion, bool include_usage, const Place& place, Reply& reply) {
  const auto answer = std::make_shared<Streamed>(std::move(completion));
  answer->stream.add({first_frame(answer->completion)});
  const auto done = [this, answer, include_usage, conversation = place.conversation](const RunEnd& end) {
    auto filled = answer->completion;
    if (const auto failure = fill(filled, host_, conversation, end))
      return answer->stream.end({error_frame(failure->status, failure->detail)});
    if (!answer->has_text) answer->say(filled.text);
    answer->stream.end(last_frames(filled, include_usage));
  };
  const auto ticket = runs_.wait(place.conversation, place.after_seq, done,
                                 {.said = [answer](const std::string& text) { answer->say(text); },
                                  .beat = [answer] { answer->stream.beat(); }});
  auto response =
      Response::source(std::make_unique<ChatSource>(std::shared_ptr<ChatStream>(answer, &answer->stream),
                                                    [this, ticket] { runs_.leave(ticket); }),
                       "text/event-stream; charset=utf-8");
  // The last one: proxies of the kind of nginx pass each frame on as it comes.
  response.headers = {
      {kHeader, place.conversation}, {"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
  reply.send(response);
}

void Gateway::complete(const Request& request, Reply& reply) {
  const auto chat = read_chat(request);
  const Place place = begin(request, chat);
  if (chat.stream) return answer_in_frames(begun(chat.model), chat.include_usage, place, reply);
  answer_whole(begun(chat.model), place, reply);
}

}  // namespace collet::gateway
