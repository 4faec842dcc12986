// Settings, secrets, profiles.
import {
  MODEL, skip, check, assert, eq, isStr, isNum, isArr, isObj, rejectsWith, LLM_URL, LLM_KEY, llm,
  RUN, S,
} from '../suite.mjs';

// ----------------------------------------------------------------- settings
await check('settings.getAgentSchema / getConversationSchema', async () => {
  for (const s of [await S.settings.getAgentSchema(), await S.settings.getConversationSchema()]) {
    isStr(s.model_name, 'model_name'); isArr(s.sections, 'sections'); assert(s.sections.length > 0, 'no sections');
    for (const sec of s.sections) { isStr(sec.key, 'section.key'); isStr(sec.label, 'section.label'); isArr(sec.fields, 'section.fields'); for (const f of sec.fields) { isStr(f.key, 'field.key'); isStr(f.value_type, 'field.value_type'); } }
  }
  assert((await S.settings.getAgentSchema()).sections.some((x) => x.key === 'llm'), 'no llm section');
});
await check('settings.updateSettings stores the LLM, redacted on read', async () => {
  const r = await S.settings.updateSettings({ agent_settings_diff: { llm: { model: MODEL, api_key: LLM_KEY, base_url: LLM_URL } } });
  eq(r.agent_settings.llm.model, MODEL, 'model'); eq(r.llm_api_key_is_set, true, 'llm_api_key_is_set');
  const g = await S.settings.getSettings();
  eq(g.agent_settings.llm.model, MODEL, 'model'); eq(g.agent_settings.llm.base_url, LLM_URL, 'base_url'); eq(g.agent_settings.llm.api_key, '**********', 'api_key');
  isObj(g.conversation_settings, 'conversation_settings'); assert('misc_settings' in g, 'misc_settings'); assert('active_profile' in g, 'active_profile');
});
await check('settings.getSettings exposeSecrets=plaintext', async () => eq((await S.settings.getSettings({ exposeSecrets: 'plaintext' })).agent_settings.llm.api_key, LLM_KEY, 'api_key'));
await check('settings.getSettings exposeSecrets=encrypted is a Fernet token', async () => {
  const k = (await S.settings.getSettings({ exposeSecrets: 'encrypted' })).agent_settings.llm.api_key;
  isStr(k, 'api_key'); assert(k.startsWith('gAAAAA'), `api_key ${k.slice(0, 12)} (start the server with OH_SECRET_KEY)`);
});
await check('settings.updateSettings merges (model kept), conversation and misc settings', async () => {
  const r = await S.settings.updateSettings({ agent_settings_diff: { llm: { temperature: 0.25 } }, conversation_settings_diff: { max_iterations: 77 }, misc_settings_diff: { app_preferences: { language: 'fr', disabled_skills: ['x'] } } });
  eq(r.agent_settings.llm.model, MODEL, 'model'); eq(r.agent_settings.llm.temperature, 0.25, 'temperature'); eq(r.conversation_settings.max_iterations, 77, 'max_iterations');
  const r2 = await S.settings.updateSettings({ misc_settings_diff: { app_preferences: { disabled_skills: ['y', 'z'] } } });
  eq(r2.misc_settings.app_preferences.language, 'fr', 'language'); eq(JSON.stringify(r2.misc_settings.app_preferences.disabled_skills), '["y","z"]', 'lists replace');
  await S.settings.updateSettings({ conversation_settings_diff: { max_iterations: 500 }, misc_settings_diff: { app_preferences: { language: 'en', disabled_skills: [] } } });
});
await check('settings.updateSettings errors: empty 400, invalid 422', async () => {
  await rejectsWith(400, () => S.settings.updateSettings({}), 'empty');
  await rejectsWith(422, () => S.settings.updateSettings({ conversation_settings_diff: { max_iterations: 'many' } }), 'invalid');
});
await check('settings MCP server create / duplicate / patch / delete / missing', async () => {
  const k = `e2e-${RUN}`;
  const r = await S.settings.createMcpServer(k, { transport: 'http', url: 'http://127.0.0.1:9/mcp', headers: { 'X-A': 'secret-a', 'X-B': 'secret-b' } });
  isObj(r.agent_settings.mcp_config[k], 'created');
  await rejectsWith(409, () => S.settings.createMcpServer(k, { transport: 'http', url: 'http://127.0.0.1:9/mcp' }), 'duplicate');
  const p = await S.settings.patchMcpServer(k, { url: 'http://127.0.0.1:10/mcp', headers: { 'X-B': null } });
  eq(p.agent_settings.mcp_config[k].url, 'http://127.0.0.1:10/mcp', 'patched url');
  const plain = (await S.settings.getSettings({ exposeSecrets: 'plaintext' })).agent_settings.mcp_config[k];
  eq(plain.headers['X-A'], 'secret-a', 'kept header'); assert(!('X-B' in plain.headers), 'X-B not removed');
  const d = await S.settings.deleteMcpServer(k);
  assert(!(d.agent_settings.mcp_config ?? {})[k], 'still there');
  await rejectsWith(404, () => S.settings.deleteMcpServer(k), 'missing delete');
  await rejectsWith(404, () => S.settings.patchMcpServer(k, { url: 'http://127.0.0.1:11' }), 'missing patch');
});

// ------------------------------------------------------------------ secrets
const SEC = `E2E_${RUN.toUpperCase()}`;
await check('secrets upsert / list without values / get text / overwrite / delete', async () => {
  const u = await S.settings.upsertSecret({ name: SEC, value: 'v-one', description: 'first' });
  eq(u.name, SEC, 'name'); eq(u.description, 'first', 'description');
  const l = await S.settings.listSecrets();
  const it = l.secrets.find((x) => x.name === SEC);
  isObj(it, 'listed'); eq(it.description, 'first', 'description'); assert(!JSON.stringify(l).includes('v-one'), 'the list shows values');
  eq(await S.settings.getSecret(SEC), 'v-one', 'value');
  await S.settings.upsertSecret({ name: SEC, value: 'v-two' });
  eq(await S.settings.getSecret(SEC), 'v-two', 'overwritten');
  eq((await S.settings.deleteSecret(SEC)).deleted, true, 'deleted');
  await rejectsWith(404, () => S.settings.getSecret(SEC), 'after delete');
  await rejectsWith(404, () => S.settings.deleteSecret(SEC), 'second delete');
});
await check('secrets reject bad names with 422', async () => {
  for (const name of ['123_invalid', 'invalid-name', '', 'a'.repeat(65)]) await rejectsWith(422, () => S.settings.upsertSecret({ name, value: 'x' }), name);
});

// ------------------------------------------------------------- LLM profiles
await check('agentProfiles list seeds one profile on first use', async () => { assert((await S.agentProfiles.listAgentProfiles()).profiles.length >= 1, 'no profile'); });
export const PROF = `e2e-${RUN}`;
await check('profiles save / list / get (redacted and plaintext)', async () => {
  const s = await S.profiles.saveProfile(PROF, { llm: llm(), include_secrets: true });
  eq(s.name, PROF, 'name'); isStr(s.message, 'message');
  const l = await S.profiles.listProfiles();
  assert('active_profile' in l, 'active_profile');
  const p = l.profiles.find((x) => x.name === PROF);
  eq(p?.model, MODEL, 'model'); eq(p.base_url, LLM_URL, 'base_url'); eq(p.api_key_set, true, 'api_key_set');
  const g = await S.profiles.getProfile(PROF);
  eq(g.name, PROF, 'name'); eq(g.config.model, MODEL, 'config.model'); eq(g.config.api_key, null, 'api_key'); eq(g.api_key_set, true, 'api_key_set');
  eq((await S.profiles.getProfile(PROF, { exposeSecrets: 'plaintext' })).config.api_key, LLM_KEY, 'plaintext api_key');
  assert(String((await S.profiles.getProfile(PROF, { exposeSecrets: 'encrypted' })).config.api_key).startsWith('gAAAAA'), 'encrypted api_key');
});
await check('profiles validate good and bad', async () => {
  eq((await S.profiles.validateProfile(PROF, { llm: llm() })).valid, true, 'valid');
  const b = await S.profiles.validateProfile(PROF, { llm: llm({ base_url: 'http://127.0.0.1:9/v1' }) });
  eq(b.valid, false, 'valid (bad)'); isStr(b.error?.type, 'error.type'); isStr(b.error?.message, 'error.message');
}, { timeout: 90000 });
await check('profiles rename / activate / settings follow / errors', async () => {
  const r = await S.profiles.renameProfile(PROF, `${PROF}-b`); eq(r.name, `${PROF}-b`, 'renamed');
  const a = await S.profiles.activateProfile(`${PROF}-b`); eq(a.llm_applied, true, 'llm_applied'); eq(a.name, `${PROF}-b`, 'name');
  const g = await S.settings.getSettings(); eq(g.active_profile, `${PROF}-b`, 'active_profile'); eq(g.agent_settings.llm.model, MODEL, 'model');
  await S.profiles.renameProfile(`${PROF}-b`, PROF);
  eq((await S.profiles.listProfiles()).active_profile, PROF, 'active follows rename');
  await rejectsWith(404, () => S.profiles.getProfile('no-such-profile'), 'get');
  await rejectsWith(404, () => S.profiles.renameProfile('no-such-profile', 'x'), 'rename');
  await rejectsWith(404, () => S.profiles.activateProfile('no-such-profile'), 'activate');
  await rejectsWith(422, () => S.profiles.saveProfile('bad name!', { llm: llm() }), 'bad name');
});
await check('settings client sees the same profiles', async () => {
  assert((await S.settings.listProfiles()).profiles.some((p) => p.name === PROF), 'not listed');
  eq((await S.settings.getProfile(PROF)).name, PROF, 'get');
  await S.settings.saveProfile(`${PROF}-c`, { llm: llm() });
  await S.settings.renameProfile(`${PROF}-c`, `${PROF}-d`);
  await S.settings.deleteProfile(`${PROF}-d`);
});

// ----------------------------------------------------------- agent profiles
export let agentProfileId;
await check('agentProfiles list (seeds one) / save / get / rename / materialize / activate', async () => {
  const l = await S.agentProfiles.listAgentProfiles();
  isArr(l.profiles, 'profiles'); assert('active_agent_profile_id' in l, 'active_agent_profile_id'); assert(l.profiles.length >= 1, 'no seeded profile');
  for (const k of ['id', 'name', 'agent_kind', 'revision', 'llm_profile_ref', 'mcp_server_refs']) assert(k in l.profiles[0], `summary lacks ${k}`);
  await S.agentProfiles.saveAgentProfile(`ap-${RUN}`, { agent_kind: 'openhands', llm_profile_ref: PROF });
  const g = await S.agentProfiles.getAgentProfile(`ap-${RUN}`);
  eq(g.profile.llm_profile_ref, PROF, 'llm_profile_ref'); eq(g.profile.agent_kind, 'openhands', 'agent_kind'); isStr(g.profile.id, 'id'); isNum(g.profile.revision, 'revision');
  agentProfileId = g.profile.id;
  await S.agentProfiles.renameAgentProfile(`ap-${RUN}`, `ap2-${RUN}`);
  const m = await S.agentProfiles.materializeAgentProfile(`ap2-${RUN}`);
  eq(m.valid, true, `valid ${m.errors}`); eq(m.llm_profile_resolved, true, 'llm_profile_resolved'); eq(m.llm_api_key_set, true, 'llm_api_key_set'); isArr(m.errors, 'errors');
  const a = await S.agentProfiles.activateAgentProfile(agentProfileId); eq(a.id, agentProfileId, 'activated');
  eq((await S.agentProfiles.listAgentProfiles()).active_agent_profile_id, agentProfileId, 'active pointer');
  await S.agentProfiles.saveAgentProfile(`dang-${RUN}`, { agent_kind: 'openhands', llm_profile_ref: 'not-there' });
  eq((await S.agentProfiles.materializeAgentProfile(`dang-${RUN}`)).valid, false, 'dangling is invalid, not an error');
  await S.agentProfiles.deleteAgentProfile(`dang-${RUN}`);
});
await check('agentProfiles errors: 404, 422; LLM profile in use cannot be deleted (409)', async () => {
  await rejectsWith(404, () => S.agentProfiles.getAgentProfile('no-such'), 'get');
  await rejectsWith(404, () => S.agentProfiles.materializeAgentProfile('no-such'), 'materialize');
  await rejectsWith(422, () => S.agentProfiles.saveAgentProfile('x', { agent_kind: 'openhands' }), 'no llm_profile_ref');
  await rejectsWith(409, () => S.profiles.deleteProfile(PROF), 'delete of a cited LLM profile');
});
await check('metaProfiles CRUD', async () => {
  try { await S.metaProfiles.listMetaProfiles(); } catch (e) { if (e.status === 404) skip('404: newer than the reference server'); throw e; }
  await S.metaProfiles.saveMetaProfile(`m-${RUN}`, { classifier_model: PROF, default_model: PROF, classes: [] });
  eq((await S.metaProfiles.getMetaProfile(`m-${RUN}`)).name, `m-${RUN}`, 'get');
  await S.metaProfiles.activateMetaProfile(`m-${RUN}`);
  await S.metaProfiles.deleteMetaProfile(`m-${RUN}`);
});
