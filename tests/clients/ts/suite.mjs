// What all checks share: the options, the reporting, the clients, a mock LLM.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { startMockLlm } from './mock-llm.mjs';
import { SCRIPTS } from './scripts.mjs';

// The client looks for `window.WebSocket`, then for a CommonJS `require('ws')`.
// In an ES module neither exists, so give it the second.
globalThis.require ??= createRequire(import.meta.url);

const argv = process.argv.slice(2);
export const opt = (name, fallback = undefined) => {
  const i = argv.indexOf(`--${name}`);
  return i >= 0 ? argv[i + 1] : fallback;
};
export const BASE = (opt('base-url') ?? '').replace(/\/+$/, '');
if (!BASE) {
  console.error('usage: node e2e.mjs --base-url URL [--session-api-key K] [--workspace-dir DIR] [--only TEXT] [--json FILE]');
  process.exit(2);
}
export const KEY = opt('session-api-key', process.env.SESSION_API_KEY || undefined);
const ONLY = opt('only');
export const MODEL = 'openai/mock-test-model';

export const T = await import('@openhands/typescript-client');
export const C = await import('@openhands/typescript-client/clients');

// ---------------------------------------------------------------- reporting
export const totals = { passed: 0, failed: 0, skipped: 0 };
export const results = [];
class Skip extends Error {}
export const skip = (why) => { throw new Skip(why); };
const oneLine = (s) => String(s).replace(/\s+/g, ' ').slice(0, 400);
export async function check(name, fn, { timeout = 60000 } = {}) {
  if (ONLY && !name.includes(ONLY)) return undefined;
  let timer;
  try {
    const value = await Promise.race([
      Promise.resolve().then(fn),
      new Promise((_, rej) => { timer = setTimeout(() => rej(new Error(`no result after ${timeout} ms`)), timeout); }),
    ]);
    totals.passed += 1;
    results.push({ name, ok: true });
    console.log(`ok ${name}`);
    return value;
  } catch (e) {
    if (e instanceof Skip) {
      totals.skipped += 1;
      results.push({ name, ok: true, skip: e.message });
      console.log(`ok ${name} # SKIP ${oneLine(e.message)}`);
      return undefined;
    }
    totals.failed += 1;
    results.push({ name, ok: false, why: oneLine(e?.message ?? e) });
    console.log(`not ok ${name} — ${oneLine(e?.message ?? e)}`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
export const assert = (cond, msg) => { if (!cond) throw new Error(msg); };
export const eq = (a, b, what) => assert(a === b, `${what}: expected ${JSON.stringify(b)}, got ${JSON.stringify(a)}`);
export const isStr = (v, what) => assert(typeof v === 'string', `${what}: expected a string, got ${JSON.stringify(v)}`);
export const isNum = (v, what) => assert(typeof v === 'number', `${what}: expected a number, got ${JSON.stringify(v)}`);
export const isArr = (v, what) => assert(Array.isArray(v), `${what}: expected an array, got ${JSON.stringify(v)?.slice(0, 120)}`);
export const isObj = (v, what) => assert(v && typeof v === 'object' && !Array.isArray(v), `${what}: expected an object, got ${JSON.stringify(v)?.slice(0, 120)}`);
export async function rejectsWith(status, fn, what) {
  const want = Array.isArray(status) ? status : [status];
  try {
    await fn();
  } catch (e) {
    // RemoteWorkspace wraps HttpError in `cause`
    const got = e?.status ?? e?.cause?.status;
    assert(want.includes(got), `${what}: expected HTTP ${want.join('/')}, got ${got ?? e?.message}`);
    return e;
  }
  throw new Error(`${what}: expected HTTP ${want.join('/')}, but it succeeded`);
}
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
export async function until(fn, what, timeout = 45000, step = 150) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    last = await fn();
    if (last) return last;
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await sleep(step);
  }
}
// ------------------------------------------------------------------- set-up
export const mock = await startMockLlm({ scripts: SCRIPTS });
export const LLM_URL = mock.url;
export const define = (name, turns) => { SCRIPTS[name] = turns; mock.set(name, turns); };
export const LLM_KEY = 'sk-e2e-mock-key-0123456789';
export const llm = (extra = {}) => ({ model: MODEL, api_key: LLM_KEY, base_url: LLM_URL, usage_id: 'agent', num_retries: 0, ...extra });
export const agent = (extra = {}) => new T.Agent({ kind: 'Agent', llm: llm(), tools: [{ name: 'terminal' }, { name: 'file_editor' }], ...extra });
export const WS = opt('workspace-dir') ?? fs.mkdtempSync(path.join(os.tmpdir(), 'ts-e2e-'));
fs.mkdirSync(WS, { recursive: true });
export const RUN = randomUUID().slice(0, 8);
export const o = { host: BASE, ...(KEY ? { apiKey: KEY } : {}) };
export const S = new C.AgentServerClient(o);
export const M = new T.ConversationManager(o);
export const W = new T.RemoteWorkspace({ ...o, workingDir: WS });
export const made = new Set();

console.log(`# base-url ${BASE}, workspace ${WS}, llm ${LLM_URL}`);
