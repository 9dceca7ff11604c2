import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { Turns } from '../turns.ts';
import { PROTOCOL_VERSION, type AgentOperations, type Operation } from '../agent-wire/agent-protocol.ts';
import type { LabRecord } from '../agent-wire/lab-record.ts';
import { configureAlone, serveAlone } from './alone.ts';
import { sendAlone } from './alone-traffic.ts';
import { Connections } from './connections.ts';
import { realtimeNs } from '../agent-wire/host-clock.ts';
import { inject } from './inject.ts';
import { Lease } from './lease-clock.ts';
import { Node } from './node.ts';
import { relay } from './relay.ts';
import { tellLease, tellRecord } from './tell.ts';
import { SOCKET_PATH } from './socket-path.ts';

type Handlers = {
  readonly [Name in Operation]: (
    request: AgentOperations[Name]['request'],
    peer: object,
  ) => Promise<AgentOperations[Name]['reply']>;
};

/** The agent of one node: it is told what to be over its socket, and ends when nobody has spoken to it for long. */
function serve(): void {
  let record: LabRecord | null = null;
  const turns = new Turns();
  const connections = new Connections(
    ({ op, body }, peer) => {
      if (!Object.hasOwn(handlers, op)) return Promise.reject(new Error(`no operation ${op}`));
      if (!READING.has(op)) {
        if (op !== 'lease' && !lease.allows(peer))
          return Promise.reject(new Error('another controller holds the lab'));
        // Who only looks is no controller.
        lease.heard();
      }
      const handler = handlers[op] as (request: unknown, peer: object) => Promise<unknown>;
      // One after the other, but for what takes its time: two configurations must not interleave.
      return UNORDERED.has(op) ? handler(body, peer) : turns.next(() => handler(body, peer));
    },
    (peer) => lease.left(peer),
  );
  const node = new Node(
    (event) => {
      if (event.event === 'decision') connections.decision(event);
      else connections.event(event);
    },
    (message) => connections.frames(message),
  );
  const end = () => void node.stop().finally(() => process.exit(0));
  const lease = new Lease(end, Number(process.env['LB_LAB_SILENCE_SECONDS'] ?? 600));
  const handlers: Handlers = {
    attach: ({ setup }) => node.attach(setup),
    'warm-up': ({ setup }) => done(node.warmUp(setup)),
    configure: async ({ setup }) => ({ warnings: await node.configure(setup), timeNs: realtimeNs() }),
    begin: () => done(node.begin()),
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
    leave: () => done(node.leave()),
    unplug: async () => {
      await node.unplug();
      return { timeNs: realtimeNs() };
    },
    state: () => node.lookUp(),
    fetch: (asked) => node.fetch(asked),
    load: ({ entry }) => node.load(entry),
    forget: ({ neighbours }) => done(node.forget(neighbours)),
    'ask-again': ({ neighbours }) => done(node.askAgain(neighbours)),
    inject: ({ segment, frames }) => done(inject(node.deviceOf(segment), frames)),
    clock: () => Promise.resolve({ timeNs: realtimeNs() }),
    lease: ({ seconds, controller }, peer) =>
      Promise.resolve({ granted: lease.claim(controller, peer, seconds) }),
    remaining: () => Promise.resolve({ seconds: lease.remaining() }),
    keep: ({ record: kept }) => {
      record = kept;
      return Promise.resolve(null);
    },
    record: () => Promise.resolve(record),
    losses: async () => {
      connections.tellLosses();
      await node.tellLosses();
      return null;
    },
  };
  rmSync(SOCKET_PATH, { force: true });
  const greeting = { event: 'hello', version: PROTOCOL_VERSION } as const;
  createServer((socket) => connections.add(socket, socket, greeting)).listen(SOCKET_PATH);
  // Who started the container is connected already.
  connections.add(process.stdin, process.stdout, greeting);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

const UNORDERED = new Set<Operation>(['fetch', 'load', 'lease', 'remaining', 'record', 'clock']);
/** What changes nothing, so that anybody may ask. */
const READING = new Set<Operation>(['remaining', 'record', 'state', 'clock']);

async function done(work: Promise<unknown>): Promise<null> {
  await work;
  return null;
}

if (process.argv[2] === 'relay') void relay();
else if (process.argv[2] === 'lease') void tellLease();
else if (process.argv[2] === 'record') void tellRecord();
else if (process.argv[2] === 'alone') serveAlone();
else if (process.argv[2] === 'configure') void configureAlone();
else if (process.argv[2] === 'traffic') void sendAlone();
else serve();
