import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { PROTOCOL_VERSION, type AgentOperations, type Operation } from '../agent-protocol.ts';
import { Connections } from './connections.ts';
import { realtimeNs } from '../host-clock.ts';
import { inject } from './inject.ts';
import { Lease } from './lease-clock.ts';
import { Node } from './node.ts';
import { relay } from './relay.ts';
import { runWrk } from './run-wrk.ts';
import { tellLease } from './tell-lease.ts';
import { SOCKET_PATH } from './socket-path.ts';

type Handlers = {
  readonly [Name in Operation]: (
    request: AgentOperations[Name]['request'],
  ) => Promise<AgentOperations[Name]['reply']>;
};

/** The agent of one node: it is told what to be over its socket, and ends when nobody has spoken to it for long. */
function serve(): void {
  const connections = new Connections(({ op, body }) => {
    // A sweep that looks at the lease is no controller.
    if (op !== 'remaining') lease.heard();
    if (!Object.hasOwn(handlers, op)) return Promise.reject(new Error(`no operation ${op}`));
    const handler = handlers[op] as (request: unknown) => Promise<unknown>;
    // One after the other, but for what takes its time: two configurations must not interleave.
    return UNORDERED.has(op) ? handler(body) : inTurn(() => handler(body));
  });
  const node = new Node(
    (event) => connections.event(event),
    (message) => connections.frames(message),
  );
  const end = () => void node.stop().finally(() => process.exit(0));
  const lease = new Lease(end);
  const handlers: Handlers = {
    attach: ({ setup }) => node.attach(setup),
    configure: async ({ setup }) => ({ warnings: await node.configure(setup), timeNs: realtimeNs() }),
    reconfigure: async ({ setup }) => {
      await node.reconfigure(setup);
      return { timeNs: realtimeNs() };
    },
    pause: () => {
      node.pause();
      return Promise.resolve({ timeNs: realtimeNs() });
    },
    resume: async () => {
      const timeNs = realtimeNs();
      return { warnings: await node.resume(), timeNs };
    },
    unplug: async () => {
      await node.unplug();
      return { timeNs: realtimeNs() };
    },
    state: () => node.lookUp(),
    fetch: async ({ entry, protocol }) => ({ outcome: await node.fetch(entry, protocol) }),
    load: async ({ entry }) => {
      const result = await runWrk(entry);
      return result ? { result } : {};
    },
    forget: ({ neighbours }) => done(node.forget(neighbours)),
    inject: ({ segment, frames }) => done(inject(node.deviceOf(segment), frames)),
    clock: () => Promise.resolve({ timeNs: realtimeNs() }),
    lease: ({ seconds }) => {
      lease.renew(seconds);
      return Promise.resolve(null);
    },
    remaining: () => Promise.resolve({ seconds: lease.remaining() }),
    losses: () => done(node.tellLosses()),
  };
  rmSync(SOCKET_PATH, { force: true });
  createServer((socket) => {
    connections.add(socket, { event: 'hello', version: PROTOCOL_VERSION });
  }).listen(SOCKET_PATH);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

const UNORDERED: ReadonlySet<Operation> = new Set<Operation>([
  'fetch',
  'load',
  'lease',
  'remaining',
  'clock',
]);

let turn: Promise<unknown> = Promise.resolve();

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

async function done(work: Promise<unknown>): Promise<null> {
  await work;
  return null;
}

if (process.argv[2] === 'relay') void relay();
else if (process.argv[2] === 'lease') tellLease();
else serve();
