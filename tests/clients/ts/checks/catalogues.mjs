// What there is to choose from: skills, agents, plugins, MCP servers, models.
import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import {
  BASE, skip, check, assert, eq, isStr, isArr, isObj, rejectsWith, WS, RUN, S, W,
} from '../suite.mjs';

// -------------------------------------------------- skills, agents, plugins
const PROJ = path.join(WS, 'proj');
fs.mkdirSync(path.join(PROJ, '.agents/skills/e2e-skill'), { recursive: true });
fs.writeFileSync(path.join(PROJ, '.agents/skills/e2e-skill/SKILL.md'), '---\nname: e2e-skill\ndescription: a skill of the test\ntriggers:\n- e2etrigger\n---\nSay E2E.\n');
fs.mkdirSync(path.join(PROJ, '.agents/agents'), { recursive: true });
fs.writeFileSync(path.join(PROJ, '.agents/agents/e2e-agent.md'), '---\nname: e2e-agent\ndescription: an agent of the test\ntools:\n- terminal\n---\nYou are E2E.\n');
await check('skills.getSkills finds a project skill', async () => {
  const r = await S.skills.getSkills({ load_public: false, load_user: false, load_project: true, load_org: false, project_dir: PROJ });
  isObj(r.sources, 'sources'); isArr(r.skills, 'skills');
  const s = r.skills.find((x) => x.name === 'e2e-skill');
  isObj(s, `e2e-skill in ${r.skills.map((x) => x.name)}`); assert(['repo', 'knowledge', 'agentskills'].includes(s.type), `type ${s.type}`); assert(s.content.includes('Say E2E'), 'content'); eq(JSON.stringify(s.triggers), '["e2etrigger"]', 'triggers'); eq(s.description, 'a skill of the test', 'description');
});
await check('skills install from a local path / list / toggle / uninstall', async () => {
  const src = path.join(WS, 'skillsrc', `loc-${RUN}`); fs.mkdirSync(src, { recursive: true });
  fs.writeFileSync(path.join(src, 'SKILL.md'), `---\nname: loc-${RUN}\ndescription: local\n---\nLocal.\n`);
  const i = await S.skills.installSkill({ source: src });
  eq(i.name, `loc-${RUN}`, 'name'); eq(i.enabled, true, 'enabled'); isStr(i.install_path, 'install_path');
  await rejectsWith(409, () => S.skills.installSkill({ source: src }), 'again');
  assert((await S.skills.listInstalledSkills()).skills.some((x) => x.name === i.name), 'listed');
  eq((await S.skills.getInstalledSkill(i.name)).name, i.name, 'get');
  eq((await S.skills.toggleSkill(i.name, false)).enabled, false, 'toggled');
  isStr((await S.skills.uninstallSkill(i.name)).message, 'message');
  await rejectsWith(404, () => S.skills.getInstalledSkill(i.name), 'after uninstall');
  await rejectsWith(404, () => S.skills.toggleSkill(i.name, true), 'toggle missing');
  await rejectsWith(404, () => S.skills.refreshSkill(i.name), 'refresh missing');
});
await check('subAgents lists built-in and project agents', async () => {
  const r = await S.subAgents.getSubAgents({ load_user: false, load_project: true, load_builtin: true, project_dir: PROJ });
  isArr(r.agents, 'agents');
  const a = r.agents.find((x) => x.name === 'e2e-agent');
  isObj(a, 'e2e-agent'); eq(a.level, 'project', 'level'); eq(a.is_builtin, false, 'is_builtin'); assert(a.system_prompt.includes('You are E2E'), 'system_prompt'); assert(a.tools.includes('terminal'), 'tools');
  assert(r.agents.some((x) => x.is_builtin === true && x.level === 'builtin'), 'no built-in agent');
});
await check('plugins: project scan, install from a local path / toggle / uninstall', async () => {
  isArr((await S.plugins.getPlugins({ load_user: false, load_project: true, project_dir: PROJ })).plugins, 'plugins');
  const src = path.join(WS, 'plugsrc', `plug-${RUN}`); fs.mkdirSync(path.join(src, '.plugin'), { recursive: true });
  fs.writeFileSync(path.join(src, '.plugin', 'plugin.json'), JSON.stringify({ name: `plug-${RUN}`, version: '0.1.0', description: 'p' }));
  const i = await S.plugins.installPlugin({ source: src });
  eq(i.name, `plug-${RUN}`, 'name'); eq(i.version, '0.1.0', 'version');
  assert((await S.plugins.listInstalledPlugins()).plugins.some((x) => x.name === i.name), 'listed');
  eq((await S.plugins.getInstalledPlugin(i.name)).name, i.name, 'get');
  eq((await S.plugins.setPluginEnabled(i.name, false)).enabled, false, 'disabled');
  isStr((await S.plugins.uninstallPlugin(i.name)).message, 'message');
  await rejectsWith(404, () => S.plugins.getInstalledPlugin(i.name), 'after uninstall');
});
await check('hooks.loadHooks: none, then .openhands/hooks.json', async () => {
  eq((await S.hooks.loadHooks({ project_dir: PROJ })).hook_config ?? null, null, 'none');
  fs.mkdirSync(path.join(PROJ, '.openhands'), { recursive: true });
  fs.writeFileSync(path.join(PROJ, '.openhands', 'hooks.json'), JSON.stringify({ hooks: { PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command: 'true', timeout: 5 }] }] } }));
  const h = (await S.hooks.loadHooks({ project_dir: PROJ })).hook_config;
  isObj(h, 'hook_config'); assert(JSON.stringify(h).includes('"true"'), 'the hook command is missing');
});

// ---------------------------------------------------------------------- MCP
// A stdio MCP server in whichever of node / python3 the server's machine has.
const MCPJS = path.join(WS, 'mcp-echo.mjs');
fs.writeFileSync(MCPJS, `import readline from 'node:readline';
const out = (m) => process.stdout.write(JSON.stringify(m) + '\\n');
readline.createInterface({ input: process.stdin }).on('line', (l) => { const m = JSON.parse(l); if (m.id === undefined) return;
  if (m.method === 'initialize') return out({ jsonrpc: '2.0', id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } } });
  if (m.method === 'tools/list') return out({ jsonrpc: '2.0', id: m.id, result: { tools: [{ name: 'echo_tool', description: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } }] } });
  if (m.method === 'tools/call') return out({ jsonrpc: '2.0', id: m.id, result: { content: [{ type: 'text', text: 'echo:' + m.params.arguments.text }], isError: false } });
  out({ jsonrpc: '2.0', id: m.id, result: {} }); });
`);
const MCPPY = path.join(WS, 'mcp_echo.py');
fs.writeFileSync(MCPPY, `import sys, json
def out(i, r): print(json.dumps({"jsonrpc": "2.0", "id": i, "result": r}), flush=True)
for l in sys.stdin:
    m = json.loads(l)
    if "id" not in m: continue
    k = m.get("method")
    if k == "initialize": out(m["id"], {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "echo", "version": "1"}})
    elif k == "tools/list": out(m["id"], {"tools": [{"name": "echo_tool", "description": "echo", "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}]})
    elif k == "tools/call": out(m["id"], {"content": [{"type": "text", "text": "echo:" + m["params"]["arguments"]["text"]}], "isError": False})
    else: out(m["id"], {})
`);
let mcpCmd = { command: 'node', args: [MCPJS] };
try { if ((await W.executeCommand('command -v node >/dev/null')).exit_code !== 0) mcpCmd = { command: 'python3', args: ['-u', MCPPY] }; } catch { /* reported elsewhere */ }
export const mcpServer = { transport: 'stdio', ...mcpCmd };
await check('mcp.testServer stdio: tools and a tool call', async () => {
  const r = await S.mcp.testServer({ server: { type: 'stdio', ...mcpCmd }, timeout: 20, tool_call: { name: 'echo_tool', arguments: { text: 'hi' } } });
  eq(r.ok, true, `ok (${r.error})`); assert(r.tools.includes('echo_tool'), `tools ${r.tools}`); eq(r.tool_result?.is_error, false, 'is_error'); eq(r.tool_result?.text, 'echo:hi', 'text');
});
await check('mcp.testServer failure is 200 with ok:false', async () => {
  const r = await S.mcp.testServer({ server: { type: 'stdio', command: 'no-such-command-xyz', args: [] }, timeout: 5 });
  eq(r.ok, false, 'ok'); isStr(r.error, 'error'); assert(['timeout', 'connection', 'unknown'].includes(r.error_kind), `error_kind ${r.error_kind}`);
});
await check('mcp OAuth: start without oauth2 -> 4xx, unknown job -> 404', async () => {
  await rejectsWith([400, 422], () => S.mcp.startOAuth({ server: { type: 'http', url: 'http://127.0.0.1:9/mcp' }, timeout: 3 }), 'start');
  await rejectsWith(404, () => S.mcp.getOAuthStatus('no-such-job'), 'status');
});

// -------------------------------------------------- LLM metadata, misc urls
await check('llm.getProviders / getModels / getVerifiedModels', async () => {
  const p = await S.llm.getProviders(); isArr(p, 'providers'); assert(p.includes('openai') && p.includes('anthropic'), 'openai/anthropic');
  const m = await S.llm.getModels(); isArr(m, 'models'); assert(m.length > 50, `only ${m.length} models`);
  const mo = await S.llm.getModels('openai'); isArr(mo, 'models(openai)'); assert(mo.length > 0 && mo.length < m.length, `filter ${mo.length} of ${m.length}`);
  const v = await S.llm.getVerifiedModels(); isObj(v, 'verified'); isArr(v.anthropic, 'verified.anthropic'); assert(v.anthropic.length > 0, 'empty');
});
await check('llm OpenAI subscription models / status', async () => {
  isArr(await S.llm.getOpenAISubscriptionModels(), 'models');
  const s = await S.llm.getOpenAISubscriptionStatus(); eq(s.connected, false, 'connected'); isStr(s.vendor, 'vendor');
});
await check('llm subscription: unknown device code -> 404', async () => rejectsWith(404, () => S.llm.pollOpenAISubscriptionDeviceLogin('nope'), 'poll'));
await check('vscode status, and url (or 503 when off)', async () => {
  const s = await S.vscode.getStatus(); assert(typeof s.running === 'boolean' && typeof s.enabled === 'boolean', JSON.stringify(s));
  if (s.enabled) { const u = await S.vscode.getUrl({ baseUrl: BASE, workspaceDir: WS }); assert(u === null || typeof u === 'string', `url ${u}`); } else await rejectsWith(503, () => S.vscode.getUrl(), 'url');
});
await check('desktop url, or 503 when off', async () => { try { const u = await S.desktop.getUrl(); assert(u === null || typeof u === 'string', `url ${u}`); } catch (e) { eq(e.status, 503, 'status'); } });
await check('workspaces list / add (dedup) / delete / parents', async () => {
  const p = path.join(WS, 'wsp');
  const a = await S.workspaces.addWorkspaces([{ id: p, name: 'wsp', path: p, parentPath: WS }, { id: p, name: 'wsp', path: p }]);
  eq(a.workspaces.filter((w) => w.path === p).length, 1, 'dedup'); eq(a.workspaces.find((w) => w.path === p).parentPath, WS, 'parentPath');
  const q = await S.workspaces.addWorkspaceParents([{ id: WS, name: 'root', path: WS }]);
  isArr(q.workspaceParents, 'workspaceParents (camelCase)'); assert(q.workspaceParents.some((w) => w.path === WS), 'parent');
  const l = await S.workspaces.listWorkspaces(); assert(l.workspaces.some((w) => w.path === p), 'listed');
  eq((await S.workspaces.deleteWorkspace(p)).deleted, true, 'deleted'); eq((await S.workspaces.deleteWorkspaceParent(WS)).deleted, true, 'parent deleted');
  await rejectsWith(404, () => S.workspaces.deleteWorkspace(p), 'again'); await rejectsWith(404, () => S.workspaces.deleteWorkspaceParent(WS), 'parent again');
});
await check('shared conversations (hosted product only)', async () => { try { isArr(await S.shared.getSharedConversations([randomUUID()]), 'list'); } catch (e) { if (e.status === 404) skip('404 on an agent-server'); throw e; } });
