// Files and git.
import fs from 'node:fs';
import path from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import {
  check, assert, eq, isStr, isArr, rejectsWith, WS, S, W,
} from '../suite.mjs';

// -------------------------------------------------------------------- files
await check('files.getHome', async () => { const h = await S.files.getHome(); isStr(h.home, 'home'); assert(h.home.startsWith('/'), 'home is not absolute'); isArr(h.favorites, 'favorites'); isArr(h.locations, 'locations'); });
await check('files.searchSubdirectories pages, and hides dot directories', async () => {
  for (const d of ['sub-a', 'sub-b', '.sub-hidden']) fs.mkdirSync(path.join(WS, 'dirs', d), { recursive: true });
  fs.writeFileSync(path.join(WS, 'dirs', 'not-a-dir'), '');
  const p1 = await S.files.searchSubdirectories(path.join(WS, 'dirs'), { limit: 1 });
  eq(p1.items.length, 1, 'items'); eq(p1.items[0].name, 'sub-a', 'name'); eq(p1.items[0].path, path.join(WS, 'dirs', 'sub-a'), 'path'); isStr(p1.next_page_id, 'next_page_id');
  const p2 = await S.files.searchSubdirectories(path.join(WS, 'dirs'), { limit: 1, pageId: p1.next_page_id });
  eq(p2.items[0].name, 'sub-b', 'second'); eq(p2.next_page_id, null, 'last next_page_id');
  const h = await S.files.searchSubdirectories(path.join(WS, 'dirs'), { includeHidden: true });
  assert(h.items.some((x) => x.name === '.sub-hidden'), 'hidden not shown when asked');
});
await check('files.searchSubdirectories errors: relative 400, missing 404', async () => {
  await rejectsWith(400, () => S.files.searchSubdirectories('relative'), 'relative');
  await rejectsWith(404, () => S.files.searchSubdirectories(path.join(WS, 'nope')), 'missing');
});
const blob = randomBytes(70000);
await check('files upload and download round-trip binary', async () => {
  const dest = path.join(WS, 'deep', 'er', 'bin.dat');
  const r = await S.files.uploadFile(new Blob([blob]), dest, 'bin.dat');
  eq(r.success, true, 'success');
  assert(fs.readFileSync(dest).equals(blob), 'bytes on disk differ');
  const back = Buffer.from(await S.files.downloadFile(dest));
  eq(createHash('sha256').update(back).digest('hex'), createHash('sha256').update(blob).digest('hex'), 'sha256');
});
await check('files.uploadTextFile / downloadTextFile (UTF-8)', async () => {
  const dest = path.join(WS, 'tëxt ünd "quotes".txt');
  await S.files.uploadTextFile('grüße ✓\n', dest);
  eq(await S.files.downloadTextFile(dest), 'grüße ✓\n', 'text');
});
await check('files errors: missing 404, relative 400, directory 400', async () => {
  await rejectsWith(404, () => S.files.downloadFile(path.join(WS, 'nope')), 'missing');
  await rejectsWith(400, () => S.files.downloadFile('relative.txt'), 'relative');
  await rejectsWith(400, () => S.files.downloadFile(WS), 'directory');
  await rejectsWith(400, () => S.files.uploadTextFile('x', 'relative.txt'), 'relative upload');
});
await check('workspace.fileUpload / fileDownload / downloadAsText / downloadAsBlob', async () => {
  const dest = path.join(WS, 'up.json');
  const r = await W.fileUpload('{"a": [1,  2]}', dest, 'up.json');
  eq(r.success, true, 'success'); eq(r.destination_path, dest, 'destination_path');
  // the client re-serialises anything sent as application/json, so the server must not label downloads so
  eq(await W.downloadAsText(dest), '{"a": [1,  2]}', 'text of a .json file');
  eq(await (await W.downloadAsBlob(dest)).text(), '{"a": [1,  2]}', 'blob');
  eq((await W.uploadText('t', path.join(WS, 'u.txt'))).success, true, 'uploadText');
});

// ---------------------------------------------------------------------- git
const REPO = path.join(WS, 'repo');
await check('git.changes: modified, added, deleted, untracked', async () => {
  const r = await W.executeCommand(`set -e; mkdir -p '${REPO}'; cd '${REPO}'; git init -q -b main; git config user.email a@b.c; git config user.name n; echo one > keep.txt; echo gone > gone.txt; mkdir d; echo x > d/in.txt; git add -A; git commit -qm first; echo two >> keep.txt; rm gone.txt; echo new > d/new.txt`);
  eq(r.exit_code, 0, `setup ${r.stderr}`);
  const ch = await W.gitChanges(REPO);
  isArr(ch, 'changes');
  const by = Object.fromEntries(ch.map((c) => [c.path, c.status]));
  const norm = (s) => String(s ?? '').toUpperCase();
  assert(['UPDATED', 'M', 'MODIFIED'].includes(norm(by['keep.txt'])), `keep.txt: ${by['keep.txt']} in ${JSON.stringify(ch)}`);
  assert(['DELETED', 'D'].includes(norm(by['gone.txt'])), `gone.txt: ${by['gone.txt']}`);
  assert(['ADDED', 'A'].includes(norm(by['d/new.txt'])), `d/new.txt: ${by['d/new.txt']}`);
});
await check('git.diff original and modified', async () => {
  const d = await W.gitDiff(path.join(REPO, 'keep.txt'));
  eq((d.original ?? '').trimEnd(), 'one', 'original'); eq((d.modified ?? '').trimEnd(), 'one\ntwo', 'modified');
  const n = await W.gitDiff(path.join(REPO, 'd/new.txt'));
  eq((n.modified ?? '').trimEnd(), 'new', 'new modified'); assert(!n.original, `new original: ${n.original}`);
});
await check('git.changes / diff with ref=HEAD', async () => {
  const ch = await W.gitChanges(REPO, { ref: 'HEAD' });
  assert(ch.some((c) => c.path === 'keep.txt'), 'keep.txt missing');
  const d = await W.gitDiff(path.join(REPO, 'keep.txt'), { ref: 'HEAD' });
  eq((d.original ?? '').trimEnd(), 'one', 'original');
});
await check('git.commits, commit changes, commit diff (raw paths, as the GUI calls them)', async () => {
  const p = await S.get('/api/git/commits', { params: { path: REPO, limit: '50' } });
  isArr(p.commits, 'commits'); assert('has_more' in p, 'has_more');
  assert(p.commits.length >= 1, 'no commits');
  for (const k of ['sha', 'short_sha', 'subject', 'author', 'timestamp']) isStr(p.commits[0][k], k);
  const ch = await S.get(`/api/git/commits/${p.commits[0].sha}/changes`, { params: { path: REPO } });
  assert(ch.some((c) => c.path === 'keep.txt'), 'commit changes lack keep.txt');
  const d = await S.get('/api/git/diff', { params: { path: path.join(REPO, 'keep.txt'), commit: p.commits[0].sha } });
  eq((d.modified ?? '').trimEnd(), 'one', 'commit diff');
});
await check('git on a folder that is not a repository: no changes, empty diff, no commits', async () => {
  const d = fs.mkdtempSync(path.join(WS, 'norepo-')); fs.writeFileSync(path.join(d, 'f.txt'), 'x');
  eq((await W.gitChanges(d)).length, 0, 'changes');
  const df = await W.gitDiff(path.join(d, 'f.txt')); assert(!df.original && !df.modified, `diff ${JSON.stringify(df)}`);
  eq((await S.get('/api/git/commits', { params: { path: d } })).commits.length, 0, 'commits');
});
await check('git bad ref, ref with commit: 400', async () => {
  await rejectsWith(400, () => W.gitChanges(REPO, { ref: 'no-such-ref-xyz' }), 'unknown ref');
  await rejectsWith(400, () => S.get('/api/git/diff', { params: { path: path.join(REPO, 'keep.txt'), ref: 'HEAD', commit: 'abcdef1' } }), 'both');
});
