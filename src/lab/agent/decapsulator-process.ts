/**
 * Takes the outer header off IP-in-IP packets for this node where its kernel cannot: a process that is told what to do in
 * lines of JSON on standard input and answers on standard output. It ends when its input does.
 */
import { readFileSync } from 'node:fs';
import { macHead, macTail } from '../../forwarder/port.ts';
import { isProblem, type NetworkPort } from '../../forwarder/ports/network-port.ts';
import { type Mac, parseMac } from '../../packet/address.ts';
import type { FromDecapsulator, ToDecapsulator } from './decapsulator-messages.ts';
import { isDropped } from './dropped.ts';
import { LineWriter, readLines } from './lines.ts';
import { describe, openPort } from './open-port.ts';
import { unwrap } from './unwrap.ts';

/** The Ethernet header and a VLAN tag. */
const BEYOND_MTU = 18;

const writer = new LineWriter(process.stdout);
const say = (message: FromDecapsulator) => writer.write(message);
let port: NetworkPort | undefined;
let before = Promise.resolve();

async function configure({ addresses, interfaces, inner, outer }: ToDecapsulator): Promise<void> {
  port?.close();
  port = undefined;
  const own = new Set(addresses);
  const devices = interfaces.map(({ name }) => name);
  const macs = devices.map((name) => {
    const mac = macOf(name);
    return { macHead: macHead(mac), macTail: macTail(mac) };
  });
  const link = { source: macOf(inner), destination: macOf(outer) };
  const into = devices.length;
  const opened = await openPort(
    'packet',
    { devices: [...devices, inner], longestFrame: Math.max(...devices.map(mtuOf)) + BEYOND_MTU },
    {
      receive: (frame) => {
        const mac = macs[frame.port];
        if (mac === undefined || isDropped(frame, interfaces[frame.port]?.drop ?? [])) return;
        if (!unwrap(frame, mac, own, link)) return;
        frame.port = into;
        port?.transmit(frame);
      },
      problem: (problem) => say({ type: 'error', message: describe(problem) }),
    },
  );
  if (isProblem(opened)) throw new Error(describe(opened));
  port = opened;
  say({ type: 'ready' });
}

function mtuOf(device: string): number {
  return Number(readFileSync(`/sys/class/net/${device}/mtu`, 'latin1'));
}

function macOf(device: string): Mac {
  const mac = parseMac(readFileSync(`/sys/class/net/${device}/address`, 'latin1').trim());
  if (mac === undefined) throw new Error(`${device}: no MAC address`);
  return mac;
}

readLines(process.stdin, {
  line: (message) => {
    before = before
      .then(() => configure(message as ToDecapsulator))
      .catch((error: unknown) => {
        say({ type: 'error', message: error instanceof Error ? error.message : String(error) });
      });
  },
  bad: (text) => say({ type: 'error', message: `not a message: ${text.slice(0, 80)}` }),
  end: () => {
    port?.close();
    writer.end(() => process.exit(0));
  },
});
