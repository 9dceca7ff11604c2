/**
 * A port in a process of its own, for a test to drive over lines: it has to be in another network namespace, `cap` works
 * on the main thread only, and it may take the process with it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { HEADROOM, makeFrame } from '../../../src/forwarder/frame.ts';
import { isProblem, type PortName } from '../../../src/forwarder/ports/network-port.ts';
import { openPort } from '../../../src/lab/agent/open-port.ts';

export interface Heard {
  readonly port: number;
  readonly hex: string;
  readonly partialChecksum: boolean;
  /** Kernel time and time of the call, nanoseconds since 1970. */
  readonly timeNs: string;
  readonly nowNs: string;
  readonly headroom: number;
}

export type Order =
  | { readonly do: 'transmit'; readonly port: number; readonly hex: string }
  /** Whatever comes in by one port from now on goes out by the other, in its own slot, with two bytes put in front. */
  | { readonly do: 'reflect' }
  | { readonly do: 'counts' }
  | { readonly do: 'resources' }
  | { readonly do: 'close' };

const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const [name, ...devices] = process.argv.slice(2);
let reflecting = false;
const resourcesBefore = resources();
const opened = await openPort(
  name as PortName,
  { devices },
  {
    receive: (frame, seconds, nanoseconds) => {
      const { port, start, end, partialChecksum } = frame;
      const hex = Buffer.from(frame.bytes.subarray(start, end)).toString('hex');
      const timeNs = (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)).toString();
      const nowNs = isProblem(opened) ? '0' : opened.realtime().toString();
      say({ heard: { port, hex, partialChecksum, timeNs, nowNs, headroom: start } satisfies Heard });
      if (!reflecting || isProblem(opened)) return;
      frame.start -= 2;
      frame.bytes.copyWithin(frame.start, frame.start + 2, frame.start + 14);
      frame.bytes.set([0xab, 0xcd], frame.start + 12);
      frame.port = 1 - port;
      opened.transmit(frame);
    },
    problem: (problem) => say({ problem }),
  },
);
if (isProblem(opened)) {
  say({ problem: opened });
} else {
  say({ ready: opened.name });
  const frame = makeFrame(4000);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const order = JSON.parse(line) as Order;
    switch (order.do) {
      case 'transmit': {
        const bytes = Buffer.from(order.hex, 'hex');
        frame.bytes.set(bytes, HEADROOM);
        frame.start = HEADROOM;
        frame.end = HEADROOM + bytes.length;
        frame.port = order.port;
        opened.transmit(frame);
        // The bytes were taken: what is done to the frame now does not matter.
        frame.bytes.fill(0xee);
        opened.flush();
        break;
      }
      case 'reflect':
        reflecting = true;
        say({ reflecting });
        break;
      case 'counts':
        say({ counts: opened.counts() });
        break;
      case 'resources':
        say({ resources: { before: resourcesBefore, now: resources() } });
        break;
      case 'close':
        opened.close();
        opened.close();
        say({ closed: true });
        break;
    }
  });
}

/** Sockets and shared rings this process has. */
function resources() {
  const sockets = readFileSync('/proc/net/packet', 'latin1').trim().split('\n').length - 1;
  const rings = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter((line) => line.includes('socket:')).length;
  return { sockets, rings, descriptors: readdirSync('/proc/self/fd').length };
}
