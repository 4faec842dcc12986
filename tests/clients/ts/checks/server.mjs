// The server, its keys, commands.
import { randomUUID } from 'node:crypto';
import {
  BASE, KEY, T, C, skip, check, assert, eq, isStr, isNum, isArr, isObj, rejectsWith, sleep, until,
  WS, o, S, W,
} from '../suite.mjs';

// ------------------------------------------------------------------- server
const info = await check('server.info has a semver version, uptime, idle_time, usable_tools', async () => {
  const i = await S.server.getServerInfo();
  isNum(i.uptime, 'uptime'); isNum(i.idle_time, 'idle_time');
  assert(T.compareAgentServerVersions(String(i.version), '1.28.0') !== null, `version ${i.version} is not MAJOR.MINOR.PATCH`);
  assert(T.compareAgentServerVersions(i.version, '1.31.0') >= 0, `version ${i.version} is older than the clients need (1.31.0)`);
  isArr(i.usable_tools, 'usable_tools');
  for (const t of ['terminal', 'file_editor', 'task_tracker']) assert(i.usable_tools.includes(t), `usable_tools lacks ${t}`);
  isStr(i.sdk_version, 'sdk_version');
  return i;
});
if (info) console.log(`# server version ${info.version}`);
await check('server.alive', async () => eq((await S.server.getAlive()).status, 'ok', 'status'));
await check('server.health', async () => eq((await S.server.getHealth()).status, 'ok', 'status'));
await check('server.ready', async () => eq((await until(async () => { const r = await S.server.getReady(); return r.status === 'ready' && r; }, 'ready')).status, 'ready', 'status'));
await check('server.root answers 2xx (after redirects)', async () => { await S.server.getRoot(); });
await check('server.feature gates (workspaces, hooks, mcp-test, mcp-oauth) pass', async () => {
  const hc = new T.HttpClient({ baseUrl: BASE, apiKey: KEY });
  for (const f of Object.values(T.AgentServerFeatureRequirements)) await T.assertAgentServerSupports(hc, f);
});
await check('tools.list has terminal and file_editor', async () => {
  const t = await S.tools.listTools();
  isArr(t, 'tools');
  for (const n of ['terminal', 'file_editor', 'task_tracker']) assert(t.includes(n), `no ${n} in ${t}`);
});
await check('unknown /api path is 404 JSON', async () => {
  const e = await rejectsWith(404, () => S.get('/api/there-is-no-such-thing'), 'GET');
  isObj(e.response, 'body');
  assert('detail' in e.response, 'no detail in the 404 body');
});

// --------------------------------------------------------------------- auth
await check('auth: without the key -> 401, with it -> 200', async () => {
  if (!KEY) skip('server runs without a session key');
  const bare = new C.AgentServerClient({ host: BASE });
  await rejectsWith(401, () => bare.settings.getSettings(), 'no key');
  await rejectsWith(401, () => new C.AgentServerClient({ host: BASE, apiKey: 'wrong' }).conversations.countConversations(), 'wrong key');
  await bare.server.getServerInfo();
  await bare.server.getAlive();
  await S.settings.getSettings();
});

// --------------------------------------------------------------------- bash
await check('workspace.executeCommand stdout and exit code', async () => {
  const r = await W.executeCommand('echo hello-$((40+2)); echo err >&2; exit 7');
  eq(r.exit_code, 7, 'exit_code'); assert(r.stdout.includes('hello-42'), `stdout ${r.stdout}`); assert((r.stderr + r.stdout).includes('err'), `stderr ${r.stderr}`);
});
await check('workspace.executeCommand honours cwd', async () => {
  const r = await W.executeCommand('pwd -P', WS);
  eq(r.stdout.trim(), (await W.executeCommand(`cd '${WS}' && pwd -P`)).stdout.trim(), 'pwd');
});
await check('bash.executeCommand output is a BashOutput', async () => {
  const r = await S.bash.executeCommand({ command: 'printf out', cwd: WS, timeout: 10 });
  isStr(r.id, 'id'); isStr(r.timestamp, 'timestamp'); isStr(r.command_id, 'command_id'); eq(r.exit_code, 0, 'exit_code'); eq(r.stdout, 'out', 'stdout'); isNum(r.order, 'order'); eq(r.kind, 'BashOutput', 'kind');
});
await check('bash.executeCommand timeout stops the command', async () => {
  const t0 = Date.now();
  const r = await S.bash.executeCommand('sleep 20', WS, 1);
  assert(Date.now() - t0 < 12000, 'did not stop');
  assert(r.exit_code !== 0, `exit_code ${r.exit_code}`);
}, { timeout: 30000 });
const cmd = await check('bash.startCommand returns a BashCommand', async () => {
  const c = await S.bash.startCommand('for i in 1 2 3; do echo line$i; sleep 0.2; done', WS, 20);
  isStr(c.id, 'id'); eq(c.kind, 'BashCommand', 'kind'); isStr(c.command, 'command'); isStr(c.timestamp, 'timestamp');
  return c;
});
await check('bash.searchEvents by command_id / kind / order until exit_code', async () => {
  let last = -1; let out = ''; const seen = new Set();
  await until(async () => {
    const page = await S.bash.searchEvents({ command_id__eq: cmd.id, kind__eq: 'BashOutput', sort_order: 'TIMESTAMP', limit: 100, ...(last >= 0 ? { order__gt: last } : {}) });
    isArr(page.items, 'items'); assert('next_page_id' in page, 'no next_page_id');
    let done = false;
    for (const e of page.items) {
      eq(e.kind, 'BashOutput', 'kind'); eq(e.command_id, cmd.id, 'command_id'); assert(!seen.has(e.id), 'duplicate event'); seen.add(e.id);
      last = Math.max(last, e.order); out += e.stdout ?? ''; if (e.exit_code !== null && e.exit_code !== undefined) done = true;
    }
    return done;
  }, 'exit_code');
  eq(out.replace(/\r/g, ''), 'line1\nline2\nline3\n', 'joined stdout');
});
await check('bash.getEvent / getEvents with a missing id', async () => {
  eq((await S.bash.getEvent(cmd.id)).id, cmd.id, 'id');
  const [a, b] = await S.bash.getEvents([cmd.id, randomUUID()]);
  eq(a.id, cmd.id, 'first'); eq(b, null, 'second');
});
await check('bash.batchGetEvents (GET with a JSON body)', async () => {
  const [a, b] = await S.bash.batchGetEvents([cmd.id, randomUUID()]);
  eq(a.id, cmd.id, 'first'); eq(b, null, 'second');
});
await check('bash websocket streams command and output', async () => {
  const got = []; const errors = [];
  const ws = new T.BashWebSocketClient({ ...o, callback: (e) => got.push(e), onError: (e) => errors.push(e) });
  ws.start();
  try {
    await sleep(700);
    assert(!errors.length, errors[0]?.message);
    const c = await S.bash.startCommand('echo over-the-socket', WS, 10);
    await until(() => got.some((e) => e.kind === 'BashOutput' && e.command_id === c.id && (e.stdout ?? '').includes('over-the-socket')), 'the output event', 15000);
    assert(got.some((e) => e.kind === 'BashCommand' && e.id === c.id), 'no BashCommand event');
  } finally { ws.stop(); }
});
await check('bash websocket resend_mode=all replays', async () => {
  const got = [];
  const ws = new T.BashWebSocketClient({ ...o, resendMode: 'all', callback: (e) => got.push(e) });
  ws.start();
  try { await until(() => got.some((e) => e.id === cmd.id), 'the replayed command', 15000); } finally { ws.stop(); }
});
await check('bash.clearEvents', async () => {
  const r = await S.bash.clearEvents(); isNum(r.cleared_count, 'cleared_count'); assert(r.cleared_count >= 1, 'nothing cleared');
  eq((await S.bash.searchEvents({ limit: 5 })).items.length, 0, 'left');
});
