// usage: node events.mjs SERVER_URL MODEL_URL MODEL FOLDER TOOL…
// Runs one conversation through the published TypeScript client, and prints the events that its socket and its event
// list deliver, as one line of JSON: {"socket": […], "list": […]}.
import { createRequire } from 'node:module';

// The client looks for `window.WebSocket`, then for a CommonJS require('ws'); an ES module has neither.
globalThis.require ??= createRequire(import.meta.url);
const { Agent, RemoteConversation, RemoteEventsList, RemoteWorkspace } = await import('@openhands/typescript-client');

const [host, modelUrl, model, workingDir, ...tools] = process.argv.slice(2);
const until = async (what, condition) => {
  for (const end = Date.now() + 60000; Date.now() < end; await new Promise((next) => setTimeout(next, 50)))
    if (await condition()) return;
  throw new Error(`waited in vain for ${what}`);
};

const llm = { model, api_key: 'sk-test', base_url: modelUrl, usage_id: 'agent', num_retries: 0 };
const agent = new Agent({ kind: 'Agent', llm, tools: tools.map((name) => ({ name })) });
const socket = [];
const failures = [];
const conversation = new RemoteConversation(agent, new RemoteWorkspace({ host, workingDir }), {
  callback: (event) => socket.push(event),
  onError: (error) => failures.push(error),
});
await conversation.start();
await conversation.startWebSocketClient();
await until('the first event', () => socket.length > 0 || failures.length > 0);
await conversation.sendMessage('Use the tools.');
await conversation.run();
await until('the end', () => failures.length > 0 || socket.some((e) => e.key === 'execution_status' && e.value === 'finished'));
if (failures.length > 0) throw failures[0];
const list = await new RemoteEventsList({ baseUrl: host }, conversation.id).getEvents();
await conversation.close();
console.log(JSON.stringify({ socket, list }));
process.exit(0);
