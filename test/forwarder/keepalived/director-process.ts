/**
 * Virtual routers of ours, one on each interface, in a process of its own for a test to drive over lines: it has to be in
 * another network namespace. Its arguments are lines of JSON: `Ours`.
 */
import { createInterface } from 'node:readline';
import { HEADROOM, makeFrame } from '../../../src/forwarder/frame.ts';
import { isProblem } from '../../../src/forwarder/ports/network-port.ts';
import { Speaker, type RedundancyConfig } from '../../../src/forwarder/vrrp/speaker.ts';
import type { ForwarderInterface } from '../../../src/forwarder/config.ts';
import { openPort } from '../../../src/lab/agent/open-port.ts';

export interface Ours {
  readonly device: string;
  readonly interface: ForwarderInterface;
  readonly redundancy: RedundancyConfig;
}

/** `silence`: it is gone, and has told nobody. */
export interface Order {
  readonly do: 'start' | 'stop' | 'silence';
  readonly port: number;
}

export type Said =
  | { readonly ready: true }
  | { readonly port: number; readonly holds: boolean }
  /** Milliseconds for which this process did not get its turn. */
  | { readonly stalled: number };

const say = (said: Said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const routers = process.argv.slice(2).map((text) => JSON.parse(text) as Ours);
const interfaces = routers.map((router) => router.interface);
const now = () => performance.now();

const speakers: (Speaker | undefined)[] = [];
const port = await openPort(
  'packet',
  { devices: routers.map(({ device }) => device) },
  {
    receive: ({ port: at, bytes, start, end }) => {
      speakers[at]?.receive(at, bytes, start, end, now());
      rearm(at);
    },
    problem: (problem) => {
      throw new Error(JSON.stringify(problem));
    },
  },
);
if (isProblem(port)) throw new Error(JSON.stringify(port));

const frame = makeFrame(2000);
const timers: (NodeJS.Timeout | undefined)[] = [];

function speakerOf(at: number): Speaker {
  return new Speaker(routers[at]!.redundancy, interfaces, {
    send: (to, bytes) => {
      if (isProblem(port)) return;
      frame.bytes.set(bytes, HEADROOM);
      frame.start = HEADROOM;
      frame.end = HEADROOM + bytes.length;
      frame.port = to;
      port.transmit(frame);
      port.flush();
    },
    hold: (holds) => say({ port: at, holds }),
  });
}

function rearm(at: number): void {
  clearTimeout(timers[at]);
  const due = speakers[at]?.nextTimer() ?? Infinity;
  if (due === Infinity) return;
  timers[at] = setTimeout(
    () => {
      speakers[at]?.advance(now());
      rearm(at);
    },
    Math.max(0, Math.ceil(due - now())),
  );
}

const WATCH_MS = 10;
let last = now();
setInterval(() => {
  const late = now() - last - WATCH_MS;
  last = now();
  if (late > 30) say({ stalled: late });
}, WATCH_MS);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { do: what, port: at } = JSON.parse(line) as Order;
  if (what === 'start') (speakers[at] = speakerOf(at)).start(now());
  else if (what === 'stop') speakers[at]?.stop(now());
  else speakers[at] = undefined;
  rearm(at);
});
process.stdin.on('close', () => process.exit());
say({ ready: true });
