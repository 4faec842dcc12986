// Conversations, from their start to their end.
import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { AUX_REPLY } from '../mock-llm.mjs';
import {
  BASE, KEY, MODEL, T, check, assert, eq, isStr, isNum, isArr, isObj, rejectsWith, sleep, until,
  define, LLM_KEY, llm, agent, WS, RUN, o, S, M, made,
} from '../suite.mjs';
import { mcpServer } from './catalogues.mjs';
import { PROF, agentProfileId } from './settings.mjs';

// ------------------------------------------------------------ conversations
const convDir = path.join(WS, 'conv'); fs.mkdirSync(convDir, { recursive: true });
const convWs = () => new T.RemoteWorkspace({ ...o, workingDir: convDir });
const TERMINAL = ['finished', 'error', 'stuck', 'paused', 'waiting_for_confirmation'];
const info1 = (id) => S.conversations.getConversation(id);
const settle = (id, want = TERMINAL, t = 45000) => until(async () => { const c = await info1(id); return want.includes(c.execution_status) && c; }, `status ${want.join('/')}`, t);
const allEvents = async (id) => { const l = new T.RemoteEventsList({ baseUrl: BASE, apiKey: KEY }, id); return l.getEvents(); };

const events = []; const wsErrors = [];
export const conv = new T.RemoteConversation(agent(), convWs(), { callback: (e) => events.push(e), onError: (e) => wsErrors.push(e) });
await check('conversation.start creates it', async () => { await conv.start({ maxIterations: 30 }); isStr(conv.id, 'id'); made.add(conv.id); });
export const haveConv = (() => { try { return !!conv.id; } catch { return false; } })();
const withConv = (name, fn, opts) => check(name, async () => { if (!haveConv) throw new Error('no conversation (conversation.start failed)'); return fn(); }, opts);

await withConv('conversation info has what the client reads', async () => {
  const c = await info1(conv.id);
  eq(c.id, conv.id, 'id'); eq(c.execution_status, 'idle', 'execution_status'); isObj(c.agent, 'agent'); eq(c.agent.llm.model, MODEL, 'agent.llm.model'); isObj(c.workspace, 'workspace'); eq(c.workspace.working_dir, convDir, 'working_dir');
  isObj(c.confirmation_policy, 'confirmation_policy'); eq(c.confirmation_policy.kind, 'NeverConfirm', 'policy'); isStr(c.persistence_dir, 'persistence_dir'); isArr(c.activated_knowledge_skills, 'activated_knowledge_skills');
  eq(c.max_iterations, 30, 'max_iterations'); eq(c.stuck_detection, true, 'stuck_detection'); isStr(c.created_at, 'created_at'); isStr(c.updated_at, 'updated_at'); isObj(c.tags, 'tags'); isObj(c.stats, 'stats'); assert(!JSON.stringify(c).includes(LLM_KEY), 'the API key leaks');
});
await withConv('websocket connects and its first event is a full state', async () => {
  await conv.startWebSocketClient();
  await until(() => wsErrors.length || events.length, 'the first event', 15000);
  assert(!wsErrors.length, wsErrors[0]?.message);
  const e = events[0];
  eq(e.kind, 'ConversationStateUpdateEvent', 'kind'); eq(e.key, 'full_state', 'key'); isObj(e.value, 'value'); eq(e.value.execution_status, 'idle', 'value.execution_status'); isStr(e.id, 'id'); isStr(e.timestamp, 'timestamp');
});
await withConv('sendMessage does not run; run() does; agent uses the terminal and finishes', async () => {
  await conv.sendMessage('Please run it [[script:terminal]]');
  await sleep(500);
  eq((await info1(conv.id)).execution_status, 'idle', 'status before run');
  await conv.run();
  const c = await settle(conv.id);
  eq(c.execution_status, 'finished', 'execution_status');
}, { timeout: 90000 });
await withConv('websocket delivered user message, action, observation, agent reply, status updates', async () => {
  await until(() => events.some((e) => e.kind === 'MessageEvent' && e.source === 'agent'), 'the agent message', 10000);
  const um = events.find((e) => e.kind === 'MessageEvent' && e.source === 'user');
  isObj(um, 'user MessageEvent'); eq(um.llm_message.role, 'user', 'role'); eq(um.llm_message.content[0].type, 'text', 'content type');
  const ac = events.find((e) => e.kind === 'ActionEvent');
  isObj(ac, 'ActionEvent'); eq(ac.tool_name, 'terminal', 'tool_name'); eq(ac.action.kind, 'TerminalAction', 'action.kind'); isStr(ac.action.command, 'action.command'); isStr(ac.tool_call_id, 'tool_call_id'); eq(ac.source, 'agent', 'source');
  const ob = events.find((e) => e.kind === 'ObservationEvent');
  isObj(ob, 'ObservationEvent'); eq(ob.observation.kind, 'TerminalObservation', 'observation.kind'); eq(ob.action_id, ac.id, 'action_id'); eq(ob.tool_call_id, ac.tool_call_id, 'tool_call_id'); eq(ob.observation.exit_code, 0, 'exit_code'); assert(JSON.stringify(ob.observation.content).includes('E2E_TERMINAL_OK'), 'the command output is missing');
  const am = events.find((e) => e.kind === 'MessageEvent' && e.source === 'agent');
  assert(am.llm_message.content[0].text.includes('E2E_DONE'), 'agent text');
  const st = events.filter((e) => e.kind === 'ConversationStateUpdateEvent').map((e) => (e.key === 'execution_status' ? e.value : null)).filter(Boolean);
  assert(st.includes('running') && st.includes('finished'), `execution_status updates: ${st}`);
  eq(new Set(events.map((e) => e.id)).size, events.length, 'no duplicate ids');
});
await withConv('state: execution status, agent, policy, workspace, persistence dir, skills', async () => {
  await conv.state.refresh();
  eq(await conv.state.getExecutionStatus(), 'finished', 'status'); eq((await conv.state.getAgent()).kind, 'Agent', 'agent.kind'); eq((await conv.state.getConfirmationPolicy()).kind, 'NeverConfirm', 'policy'); isStr(await conv.state.getPersistenceDir(), 'persistence_dir'); isArr(await conv.state.getActivatedKnowledgeSkills(), 'skills'); eq((await conv.state.getWorkspace()).working_dir, convDir, 'workspace');
});
await withConv('conversationStats has usage_to_metrics with accumulated_cost and tokens', async () => {
  const s = await conv.conversationStats(); isObj(s.usage_to_metrics, 'usage_to_metrics');
  const m = s.usage_to_metrics.agent ?? Object.values(s.usage_to_metrics)[0]; isObj(m, 'metrics'); isNum(m.accumulated_cost, 'accumulated_cost'); isObj(m.accumulated_token_usage, 'accumulated_token_usage'); assert(m.accumulated_token_usage.prompt_tokens >= 11, `prompt_tokens ${m.accumulated_token_usage.prompt_tokens}`);
});
await withConv('getAgentFinalResponse', async () => { const r = await conv.getAgentFinalResponse(); assert(r.includes('E2E_DONE'), `response ${r}`); });
await withConv('events: search paging, order, filters, count, by id', async () => {
  const ev = conv.state.events;
  const all = await ev.getEvents(); assert(all.length >= 5, `only ${all.length}`);
  assert(all.some((e) => e.kind === 'SystemPromptEvent'), 'no SystemPromptEvent');
  let id; const ids = []; do { const p = await ev.search({ limit: 2, ...(id ? { page_id: id } : {}) }); assert(p.items.length <= 2, 'limit'); ids.push(...p.items.map((e) => e.id)); id = p.next_page_id; } while (id);
  const stored = await ev.count(); isNum(stored, 'count'); eq(ids.length, stored, 'paged ids'); eq(new Set(ids).size, ids.length, 'distinct');
  const desc = (await ev.search({ sort_order: 'TIMESTAMP_DESC', limit: 100 })).items.map((e) => e.id); eq(desc[0], ids[ids.length - 1], 'newest first');
  const src = await ev.search({ source: 'user' }); assert(src.items.length >= 1 && src.items.every((e) => e.source === 'user'), 'source filter');
  const body = await ev.search({ body: 'e2e_done' }); assert(body.items.length >= 1, 'body filter');
  const one = all.find((e) => e.kind === 'ActionEvent'); eq((await ev.getEventById(one.id)).id, one.id, 'by id');
  const [x] = await ev.getEventsById([one.id]); eq(x.id, one.id, 'batch');
  const cut = one.timestamp; const after = await ev.count({ timestamp__gte: cut }); const before = await ev.count({ timestamp__lt: cut }); eq(after + before, stored, 'timestamp split');
  // the reference server answers 500 for an unknown event id (and so breaks the client's own batch get); 404 is what it documents
  await rejectsWith([404, 500], () => ev.getEventById(randomUUID()), 'missing event');
  await rejectsWith([400, 422, 500], () => ev.search({ limit: 1000 }), 'limit over 100'); // the reference server answers 500
});
await withConv('events: kind filter', async () => {
  const ev = conv.state.events;
  const k = await ev.search({ kind: 'ActionEvent' });
  const k2 = k.items.length ? k : await ev.search({ kind: 'openhands.sdk.event.llm_convertible.action.ActionEvent' });
  assert(k2.items.length >= 1 && k2.items.every((e) => e.kind === 'ActionEvent'), `kind filter: ${k2.items.map((e) => e.kind)}`);
});
await withConv('setTitle and tags', async () => {
  await conv.setTitle('E2E title'); eq((await info1(conv.id)).title, 'E2E title', 'title');
  await M.updateConversation(conv.id, { tags: { team: 'blue' } }); eq((await info1(conv.id)).tags.team, 'blue', 'tag');
  await rejectsWith(422, () => M.updateConversation(conv.id, { tags: { 'Bad-Key': 'x' } }), 'bad tag key');
});
await withConv('a second turn in the same conversation (sendEvent run:true)', async () => {
  const n = events.length;
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: 'again [[script:second]]' }] }, { run: true });
  await until(() => events.slice(n).some((e) => e.kind === 'MessageEvent' && e.source === 'agent' && JSON.stringify(e.llm_message).includes('E2E_SECOND')), 'the second reply');
  await settle(conv.id, ['finished']);
});
await withConv('updateSecrets puts the value in the terminal environment, and output is masked', async () => {
  const secret = `s3cr3t-${RUN}-value`;
  await conv.updateSecrets({ E2E_TOKEN: secret, LAZY: () => 'lazy-value' });
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: 'secret [[script:secret]]' }] }, { run: true });
  await sleep(300); await settle(conv.id, ['finished']);
  const evs = await allEvents(conv.id); const obs = evs.filter((e) => e.kind === 'ObservationEvent').map((e) => JSON.stringify(e.observation));
  assert(obs.some((t) => t.includes(`LEN=${secret.length}`)), `no LEN=${secret.length} in ${obs.slice(-2)}`);
  assert(!obs.join('').includes(secret), 'the secret is shown');
});
await withConv('file_editor: create, and the file is on disk', async () => {
  const f = path.join(convDir, 'made.txt');
  define(`edit-${RUN}`, [{ tool: 'file_editor', args: { command: 'create', path: f, file_text: 'from the agent\n' } }, { text: 'E2E_EDITED' }]);
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: `write [[script:edit-${RUN}]]` }] }, { run: true });
  await until(async () => (await allEvents(conv.id)).some((e) => e.kind === 'MessageEvent' && JSON.stringify(e).includes('E2E_EDITED')), 'the reply');
  eq(fs.readFileSync(f, 'utf8'), 'from the agent\n', 'file');
  const ob = (await allEvents(conv.id)).find((e) => e.observation?.kind === 'FileEditorObservation'); isObj(ob, 'FileEditorObservation'); eq(ob.observation.path, f, 'path'); eq(ob.observation.command, 'create', 'command');
  await settle(conv.id, ['finished']);
});
await withConv('confirmation: AlwaysConfirm waits, reject, then accept', async () => {
  await conv.setConfirmationPolicy({ kind: 'AlwaysConfirm' });
  eq((await info1(conv.id)).confirmation_policy.kind, 'AlwaysConfirm', 'policy');
  const post = (s) => S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: `[[script:${s}]]` }] }, { run: true });
  await post('confirm-a'); await settle(conv.id, ['waiting_for_confirmation']);
  await conv.sendConfirmationResponse(false, 'not now please');
  await until(async () => (await allEvents(conv.id)).some((e) => e.kind === 'UserRejectObservation' && e.rejection_reason === 'not now please'), 'UserRejectObservation');
  const after = await settle(conv.id, ['idle', 'finished', 'paused', 'waiting_for_confirmation', 'running']);
  if (after.execution_status === 'waiting_for_confirmation') await conv.sendConfirmationResponse(false, 'still no');
  await sleep(500);
  await post('confirm-b'); await settle(conv.id, ['waiting_for_confirmation']);
  await conv.sendConfirmationResponse(true);
  await until(async () => (await allEvents(conv.id)).some((e) => e.kind === 'ObservationEvent' && JSON.stringify(e.observation).includes('E2E_CONFIRMED')), 'the confirmed command');
  await until(async () => { const c = await info1(conv.id); if (c.execution_status === 'waiting_for_confirmation') await conv.sendConfirmationResponse(true); return c.execution_status === 'finished'; }, 'finished');
  await conv.setConfirmationPolicy({ kind: 'NeverConfirm' });
}, { timeout: 120000 });
await withConv('pause while running, run again to the end', async () => {
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: '[[script:slow]]' }] }, { run: true });
  await settle(conv.id, ['running']); await sleep(600);
  await conv.pause();
  await settle(conv.id, ['paused']);
  assert((await allEvents(conv.id)).some((e) => e.kind === 'PauseEvent'), 'no PauseEvent');
  await conv.run(); await settle(conv.id, ['finished'], 60000);
}, { timeout: 120000 });
await withConv('run while running is 409; interrupt stops it', async () => {
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: '[[script:slow]]' }] }, { run: true });
  await settle(conv.id, ['running']);
  await rejectsWith(409, () => conv.run(), 'second run');
  eq((await S.conversations.interruptConversation(conv.id)).success, true, 'success');
  await settle(conv.id, ['paused', 'idle'], 20000);
}, { timeout: 90000 });
await withConv('askAgent', async () => { const a = await conv.askAgent('what did you do? [[script:aux]]'); isStr(a, 'response'); assert(a.length > 0, 'empty'); eq(a, AUX_REPLY, 'reply'); });
await withConv('setSecurityAnalyzer on and off', async () => { await conv.setSecurityAnalyzer({ kind: 'LLMSecurityAnalyzer' }); eq((await info1(conv.id)).security_analyzer?.kind, 'LLMSecurityAnalyzer', 'analyzer'); await conv.setSecurityAnalyzer(null); eq((await info1(conv.id)).security_analyzer ?? null, null, 'off'); });
await withConv('condense without a condenser is an error', async () => { await rejectsWith([400, 409, 422, 500], () => conv.condense(), 'condense'); });
await check('condense with an LLMSummarizingCondenser leaves a Condensation event', async () => {
  const c = await S.conversations.createConversation({ agent: { kind: 'Agent', llm: llm(), tools: [{ name: 'terminal' }], condenser: { kind: 'LLMSummarizingCondenser', llm: llm({ usage_id: 'condenser' }), max_size: 80, keep_first: 2 } }, workspace: { working_dir: convDir }, initial_message: { role: 'user', content: [{ type: 'text', text: '[[script:slow]]' }], run: true } });
  made.add(c.id); await settle(c.id, ['finished'], 60000);
  await S.conversations.condenseConversation(c.id);
  await until(async () => (await allEvents(c.id)).some((e) => e.kind === 'Condensation'), 'the Condensation event', 15000);
  const e = (await allEvents(c.id)).find((x) => x.kind === 'Condensation'); isArr(e.forgotten_event_ids, 'forgotten_event_ids'); isStr(e.summary, 'summary');
  await S.conversations.deleteConversation(c.id); made.delete(c.id);
}, { timeout: 90000 });
await withConv('switchProfile / switchLlm, unknown profile 404, switchAcpModel on a non-ACP agent 400', async () => {
  await conv.switchProfile(PROF); assert(String((await info1(conv.id)).agent.llm.usage_id ?? '').includes(PROF), `usage_id ${(await info1(conv.id)).agent.llm.usage_id}`);
  await conv.switchLlm({ ...llm(), usage_id: `switch-${RUN}` }); eq((await info1(conv.id)).agent.llm.usage_id, `switch-${RUN}`, 'usage_id');
  await rejectsWith(404, () => conv.switchProfile('no-such-profile'), 'unknown profile');
  await rejectsWith([400, 422], () => conv.switchAcpModel('x'), 'acp');
});
await withConv('still works after the switch', async () => {
  const n = events.length;
  await S.conversations.sendEvent(conv.id, { role: 'user', content: [{ type: 'text', text: 'again [[script:second]]' }] }, { run: true });
  await until(() => events.slice(n).some((e) => e.kind === 'MessageEvent' && e.source === 'agent' && JSON.stringify(e.llm_message).includes('E2E_SECOND')), 'the reply');
  await settle(conv.id, ['finished']);
});
await withConv('goal: empty objective rejected, stop is idempotent, resume without one is 400', async () => {
  await rejectsWith([400, 422], () => conv.startGoal(''), 'empty objective');
  await conv.stopGoal();
  await rejectsWith(400, () => conv.resumeGoal(), 'resume');
});
await withConv('getHookConfig / loadHooks of a conversation', async () => { eq(await conv.getHookConfig(), null, 'hook_config'); eq((await conv.loadHooks(convDir)) ?? null, null, 'loadHooks'); });
await withConv('fork copies the events, navigateTo moves the head', async () => {
  const f = await conv.fork({ title: 'forked', tags: { from: 'e2e' } }); made.add(f.id);
  assert(f.id !== conv.id, 'same id');
  const fi = await info1(f.id); eq(fi.title, 'forked', 'title'); eq(fi.tags.from, 'e2e', 'tag');
  const a = (await allEvents(f.id)).filter((e) => e.kind === 'MessageEvent'); assert(a.length >= 4, `only ${a.length} messages in the fork`);
  const target = a[1]; await f.navigateTo(target.id); eq((await info1(f.id)).leaf_event_id, target.id, 'leaf_event_id');
  await rejectsWith(404, () => f.navigateTo('no-such-event'), 'unknown event');
  await S.conversations.deleteConversation(f.id); made.delete(f.id);
});
await withConv('downloadTrajectory is a ZIP', async () => { const b = Buffer.from(await (await conv.downloadTrajectory()).arrayBuffer()); eq(b.subarray(0, 2).toString('latin1'), 'PK', 'magic'); assert(b.length > 500, 'too small'); });
await withConv('workspace session cookie and static files', async () => {
  fs.writeFileSync(path.join(convDir, 'index.html'), '<h1>static</h1>');
  const url = await convWs().startWorkspaceSession(conv.id);
  assert(url.endsWith(`/api/conversations/${conv.id}/workspace/`), url);
  assert((await S.get(`/api/conversations/${conv.id}/workspace/index.html`, { responseType: 'text' })).includes('static'), 'index.html');
  if (KEY) {
    const res = await fetch(`${BASE}/api/auth/workspace-session`, { method: 'POST', headers: { 'X-Session-API-Key': KEY } });
    const cookie = res.headers.get('set-cookie') ?? ''; assert(/oh_workspace_session_key=/.test(cookie) && /HttpOnly/i.test(cookie) && /Path=\/api\/conversations/i.test(cookie), `cookie ${cookie.replace(KEY, 'K')}`);
    eq((await fetch(`${url}index.html`, { headers: { cookie: cookie.split(';')[0] } })).status, 200, 'with the cookie'); eq((await fetch(`${url}index.html`)).status, 401, 'without');
  }
  await rejectsWith(404, () => S.get(`/api/conversations/${conv.id}/workspace/nope.txt`), 'missing');
  await convWs().deleteWorkspaceSession();
});
await withConv('search / count / getAll / batch get', async () => {
  const p = await M.searchConversations({ limit: 1, sort_order: 'UPDATED_AT_DESC' }); eq(p.items.length, 1, 'limit'); assert('next_page_id' in p, 'next_page_id');
  isNum(await M.countConversations(), 'count'); assert((await M.countConversations({ status: 'finished' })) >= 1, 'count finished');
  assert((await M.getAllConversations()).some((c) => c.id === conv.id), 'getAll');
  const [a, b] = await M.getConversations([conv.id, randomUUID()]); eq(a.id, conv.id, 'batch hit'); eq(b, null, 'batch miss');
  assert((await M.acp.searchConversations({ limit: 5 })).items.length >= 1, 'acp search');
});
await withConv('manager.loadConversation attaches to an existing one', async () => { const c = await M.loadConversation(conv.id, convDir); eq(c.id, conv.id, 'id'); assert((await c.getAgentFinalResponse()).length > 0, 'final response'); await c.close(); });
await check('manager.createConversation with an initial message', async () => {
  const c = await M.createConversation(agent(), { workingDir: convDir, initialMessage: 'hi [[script:second]]' }); made.add(c.id);
  const um = await until(async () => (await allEvents(c.id)).find((e) => e.kind === 'MessageEvent' && e.source === 'user'), 'the user message'); assert(JSON.stringify(um).includes('script:second'), 'text');
  await c.run().catch((e) => { if (!String(e.message).includes('409')) throw e; });
  await settle(c.id, ['finished']); await M.deleteConversation(c.id); made.delete(c.id);
});
await check('create: client-chosen conversation_id, run:true, autotitle, tags, max_iterations, LookupSecret', async () => {
  const id = randomUUID(); const name = `LOOK_${RUN.toUpperCase()}`;
  await S.settings.upsertSecret({ name, value: 'looked-up-value' });
  const c = await S.conversations.createConversation({ conversation_id: id, agent: { kind: 'Agent', llm: llm(), tools: [{ name: 'terminal', params: {} }] }, workspace: { kind: 'LocalWorkspace', working_dir: convDir }, confirmation_policy: { kind: 'NeverConfirm' }, max_iterations: 20, stuck_detection: true, autotitle: true, worktree: false, tags: { clientsource: 'e2e' }, client_tools: [], secrets: { [name]: { kind: 'LookupSecret', url: `${BASE}/api/settings/secrets/${name}`, ...(KEY ? { headers: { 'X-Session-API-Key': KEY } } : {}) } }, initial_message: { role: 'user', content: [{ type: 'text', text: 'go [[script:terminal]]' }], run: true } });
  made.add(c.id); eq(c.id.replace(/-/g, ''), id.replace(/-/g, ''), 'id'); eq(c.tags.clientsource, 'e2e', 'tags');
  const d = await settle(c.id, ['finished', 'error']); eq(d.execution_status, 'finished', 'status');
  await until(async () => (await info1(c.id)).title, 'an automatic title', 20000);
  // creating it again with the same id attaches instead of making another
  const again = await S.conversations.createConversation({ conversation_id: id, agent: { kind: 'Agent', llm: llm(), tools: [] }, workspace: { working_dir: convDir } }); eq(again.id, c.id, 'attached');
  await S.conversations.deleteConversation(c.id); made.delete(c.id); await S.settings.deleteSecret(name);
}, { timeout: 90000 });
await check('create from agent_settings with encrypted secrets (as the GUI does), streaming deltas on the socket', async () => {
  const st = await S.settings.getSettings({ exposeSecrets: 'encrypted' });
  const c = await S.conversations.createConversation({ agent_settings: { ...st.agent_settings, llm: { ...st.agent_settings.llm, stream: true }, tools: [{ name: 'terminal', params: {} }, { name: 'file_editor', params: {} }, { name: 'task_tracker', params: {} }], agent_context: { skills: [], load_public_skills: false, load_user_skills: false, load_project_skills: true } }, secrets_encrypted: true, workspace: { kind: 'LocalWorkspace', working_dir: convDir }, confirmation_policy: { kind: 'NeverConfirm' }, max_iterations: 20, stuck_detection: true, autotitle: false, worktree: false, client_tools: [], tags: {} });
  made.add(c.id);
  const got = []; const ws = new T.WebSocketCallbackClient({ ...o, conversationId: c.id, callback: (e) => got.push(e) }); ws.start();
  try {
    await until(() => got.length, 'the socket', 15000);
    await S.conversations.sendEvent(c.id, { role: 'user', content: [{ type: 'text', text: 'stream [[script:stream]]' }] }, { run: true });
    const d = await settle(c.id, ['finished', 'error']); eq(d.execution_status, 'finished', 'status');
    await until(() => got.some((e) => e.kind === 'MessageEvent' && e.source === 'agent'), 'the agent message', 10000);
    const deltas = got.filter((e) => e.kind === 'StreamingDeltaEvent'); assert(deltas.length >= 2, `only ${deltas.length} StreamingDeltaEvent`);
    assert(deltas.map((e) => e.content ?? '').join('').includes('E2E_STREAM'), `deltas: ${deltas.map((e) => e.content).join('|').slice(0, 100)}`);
    const stored = await allEvents(c.id); assert(!stored.some((e) => e.kind === 'StreamingDeltaEvent'), 'deltas are stored');
  } finally { ws.stop(); }
  await S.conversations.deleteConversation(c.id); made.delete(c.id);
}, { timeout: 90000 });
await check('create from agent_profile_id', async () => {
  if (!agentProfileId) throw new Error('no agent profile was made');
  const c = await S.conversations.createConversation({ agent_profile_id: agentProfileId, workspace: { kind: 'LocalWorkspace', working_dir: convDir }, initial_message: { role: 'user', content: [{ type: 'text', text: '[[script:second]]' }], run: true } });
  made.add(c.id); const d = await settle(c.id, ['finished', 'error']); eq(d.execution_status, 'finished', 'status'); eq(d.launched_agent_profile?.agent_profile_id, agentProfileId, 'launched_agent_profile'); eq(d.agent.llm.model, MODEL, 'model');
  await S.conversations.deleteConversation(c.id); made.delete(c.id);
}, { timeout: 60000 });
await check('agent with an MCP server calls its tool', async () => {
  const c = await S.conversations.createConversation({ agent: { kind: 'Agent', llm: llm(), tools: [], mcp_config: { echo: mcpServer } }, workspace: { working_dir: convDir }, initial_message: { role: 'user', content: [{ type: 'text', text: '[[script:mcp]]' }], run: true } });
  made.add(c.id); const d = await settle(c.id, ['finished', 'error']); eq(d.execution_status, 'finished', 'status');
  const ob = (await allEvents(c.id)).find((e) => e.observation?.kind === 'MCPToolObservation'); isObj(ob, 'MCPToolObservation'); assert(JSON.stringify(ob).includes('echo:from-agent'), 'the tool text');
  await S.conversations.deleteConversation(c.id); made.delete(c.id);
}, { timeout: 60000 });
await check('LLM failure -> status error and a ConversationErrorEvent', async () => {
  const c = await S.conversations.createConversation({ agent: { kind: 'Agent', llm: llm(), tools: [] }, workspace: { working_dir: convDir }, initial_message: { role: 'user', content: [{ type: 'text', text: '[[script:llm-error]]' }], run: true } });
  made.add(c.id); await settle(c.id, ['error']);
  const ev = (await allEvents(c.id)).find((e) => e.kind === 'ConversationErrorEvent'); isObj(ev, 'ConversationErrorEvent'); isStr(ev.code, 'code'); isStr(ev.detail, 'detail');
  await S.conversations.deleteConversation(c.id); made.delete(c.id);
}, { timeout: 90000 });
await check('create: bad bodies are 422', async () => {
  await rejectsWith(422, () => S.conversations.createConversation({ agent: { kind: 'NoSuchAgent' }, workspace: { working_dir: convDir } }), 'unknown agent kind');
  await rejectsWith(422, () => S.conversations.createConversation({ agent: { kind: 'Agent', llm: llm(), tools: [] } }), 'no workspace');
});
await check('unknown conversation: 404 / 400 / empty', async () => {
  const id = randomUUID();
  await rejectsWith(404, () => S.conversations.getConversation(id), 'get'); await rejectsWith(404, () => S.conversations.runConversation(id), 'run'); await rejectsWith(404, () => S.conversations.searchEvents(id), 'events'); await rejectsWith(404, () => S.conversations.getAgentFinalResponse(id), 'final'); await rejectsWith(400, () => S.conversations.pauseConversation(id), 'pause'); await rejectsWith(400, () => S.conversations.deleteConversation(id), 'delete'); await rejectsWith(422, () => S.conversations.getConversation('not-a-uuid'), 'not a uuid'); await rejectsWith(404, () => S.files.downloadTrajectory(id), 'trajectory'); await rejectsWith(404, () => S.conversations.forkConversation(id), 'fork');
});
await check('websocket with a wrong key or unknown conversation delivers nothing', async () => {
  const got = []; const a = new T.WebSocketCallbackClient({ host: BASE, apiKey: KEY, conversationId: randomUUID(), callback: (e) => got.push(e) }); a.start();
  const b = KEY && haveConv ? new T.WebSocketCallbackClient({ host: BASE, apiKey: 'wrong', conversationId: conv.id, callback: (e) => got.push(e) }) : null; b?.start();
  await sleep(1500); a.stop(); b?.stop(); eq(got.length, 0, 'events');
});
await withConv('delete: gone afterwards, socket closes', async () => {
  await S.conversations.deleteConversation(conv.id); made.delete(conv.id);
  await rejectsWith(404, () => S.conversations.getConversation(conv.id), 'get');
  assert(!(await M.getAllConversations()).some((c) => c.id === conv.id), 'still listed');
  await conv.close();
});
