// Checks an agent-server through the published TypeScript client.
//
//   node e2e.mjs --base-url http://127.0.0.1:PORT [--session-api-key K] [--workspace-dir DIR]
//                [--only SUBSTRING] [--json FILE]
//
// Output: TAP-like lines `ok NAME`, `not ok NAME — why`, `ok NAME # SKIP why`; last line `N passed, M failed`. Exit code 1
// when anything failed. Every check is independent: a missing endpoint is one failed line.
import fs from 'node:fs';
import { RUN, S, M, W, WS, check, eq, made, mock, opt, totals, results } from './suite.mjs';

// One after another: modules that are imported side by side would run side by side.
await import('./checks/server.mjs');
await import('./checks/files.mjs');
const { PROF } = await import('./checks/settings.mjs');
await import('./checks/catalogues.mjs');
const { conv, haveConv } = await import('./checks/conversations.mjs');

await check('cleanup: profiles and agent profiles delete (idempotent)', async () => {
  await S.agentProfiles.deleteAgentProfile(`ap2-${RUN}`); await S.agentProfiles.deleteAgentProfile(`ap2-${RUN}`);
  await S.profiles.deleteProfile(PROF); await S.profiles.deleteProfile(PROF);
  eq((await S.settings.getSettings()).active_profile, null, 'active_profile cleared');
});
for (const id of made) await S.conversations.deleteConversation(id).catch(() => {});
if (haveConv) await conv.close().catch(() => {});
M.close(); S.close(); W.close();
await mock.close();
if (!opt('workspace-dir')) fs.rmSync(WS, { recursive: true, force: true });
if (opt('json')) fs.writeFileSync(opt('json'), JSON.stringify({ ...totals, results }, null, 1));
if (totals.skipped) console.log(`# ${totals.skipped} skipped`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed ? 1 : 0);
