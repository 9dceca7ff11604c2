import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent } from '../src/lab/events.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { Plan } from '../src/lab/topology/plan.ts';
import type { Ipv4 } from '../src/packet/address.ts';
import { hex, readTcpFrame, type WireTcpFrame } from './support/wire.ts';

/**
 * What every header must be on every segment, written down per example, and compared field by field with what the
 * capture points saw. A row reads `SEGMENT FROM>TO SOURCE>DESTINATION TTL`, `[SOURCE>DESTINATION TTL]` the outer packet.
 * `=` repeats the addresses of the row above. C is the client of the flow, S its server.
 */
interface Table {
  /** Addresses that the rows name; CIP, RIP, cp and dp are the flow's own. */
  readonly names: Readonly<Record<string, string>>;
  readonly ports: { readonly vp: number; readonly rp: number };
  readonly request: readonly string[];
  readonly reply: readonly string[];
}

const front = { VIP: '10.0.2.100' };
const tables: Readonly<Record<string, Table>> = {
  dr: {
    names: front,
    ports: { vp: 80, rp: 80 },
    request: ['outside C>router CIP:cp>VIP:vp 64', 'inside router>director = 63', 'inside director>S = 62'],
    reply: ['inside S>router VIP:vp>CIP:cp 64', 'outside router>C = 63'],
  },
  dnat: {
    names: { ...front, DIP: '10.0.3.2' },
    ports: { vp: 80, rp: 8080 },
    request: [
      'outside C>router CIP:cp>VIP:vp 64',
      'front router>director = 63',
      'inside director>S DIP:dp>RIP:rp 62',
    ],
    reply: [
      'inside S>director RIP:rp>DIP:dp 64',
      'front director>router VIP:vp>CIP:cp 63',
      'outside router>C = 62',
    ],
  },
  'dnat-plain': {
    names: front,
    ports: { vp: 80, rp: 8080 },
    request: [
      'outside C>router CIP:cp>VIP:vp 64',
      'front router>director = 63',
      'inside director>S CIP:cp>RIP:rp 62',
    ],
    reply: [
      'inside S>director RIP:rp>CIP:cp 64',
      'front director>router VIP:vp>CIP:cp 63',
      'outside router>C = 62',
    ],
  },
  tun: {
    names: { ...front, DIP: '10.0.2.2' },
    ports: { vp: 80, rp: 80 },
    request: [
      'outside C>router CIP:cp>VIP:vp 64',
      'front router>director = 63',
      'front director>core [DIP>RIP 62] = 62',
      'SITE core>S [DIP>RIP 61] = 62',
    ],
    reply: ['SITE S>core VIP:vp>CIP:cp 64', 'front core>router = 63', 'outside router>C = 62'],
  },
  nat: {
    names: { EXT: '203.0.113.2' },
    ports: { vp: 80, rp: 80 },
    request: ['inside C>router CIP:cp>RIP:rp 64', 'outside router>S EXT:dp>RIP:rp 63'],
    reply: ['outside S>router RIP:rp>EXT:dp 64', 'inside router>C RIP:rp>CIP:cp 63'],
  },
};

interface Seen extends WireTcpFrame {
  readonly event: FrameEvent;
}

async function capture(plan: Plan): Promise<FrameEvent[]> {
  const frames: FrameEvent[] = [];
  const engine = new EmbeddedEngine(plan, (events) => {
    frames.push(...events.filter((event) => event.kind === 'frame'));
  });
  await engine.start();
  await engine.settled(60e9);
  await engine.stop();
  return frames;
}

const text = (address: Ipv4) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
const macs = (plan: Plan) =>
  new Map(
    plan.nodes.flatMap(({ name, interfaces }) =>
      interfaces.map(
        (one) =>
          [
            `${name}.${one.segment}`,
            one.mac
              .toString(16)
              .padStart(12, '0')
              .replace(/(..)(?!$)/g, '$1:'),
          ] as const,
      ),
    ),
  );

/** The frames that senders put on the wire, packet by packet: what no hop may change identifies the packet. */
function packets(frames: readonly FrameEvent[]): Seen[][] {
  const groups = new Map<string, Seen[]>();
  for (const event of frames) {
    const wire = event.direction === 'out' ? readTcpFrame(event.bytes) : undefined;
    if (!wire) continue;
    const key = `${wire.ip.id} ${wire.untouched}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...wire, event }]);
  }
  return [...groups.values()];
}

describe('every header on every segment', () => {
  for (const [example, table] of Object.entries(tables)) {
    describe(example, () => {
      const source = readFileSync(new URL(`../examples/${example}.lblab.yaml`, import.meta.url), 'utf8');
      const { plan } = loadTopology(source, `${example}.lblab.yaml`);
      const macOf = macs(plan!);
      const addresses = new Map(
        plan!.nodes.map(({ name, interfaces }) => [name, text(interfaces[0]!.address)]),
      );
      const isClient = (name: string) =>
        plan!.nodes.some((node) => node.name === name && node.role === 'client');
      const nodeWith = (mac: string) => [...macOf].find(([, one]) => one === mac)![0].split('.')[0]!;
      let frames: FrameEvent[] = [];
      let seen: Seen[][] = [];

      before(async () => {
        frames = await capture(plan!);
        seen = packets(frames);
      });

      it('the run is a whole one: handshakes, requests, responses and ends in every flow', () => {
        const requests = plan!.traffic.reduce((sum, { count }) => sum + count, 0);
        const first = (flags: number) => seen.filter(([one]) => one!.flags === flags).length;
        assert.equal(first(0x02), requests, 'SYN');
        assert.equal(first(0x12), requests, 'SYN-ACK');
        assert.equal(seen.filter(([one]) => one!.flags & 1).length, 2 * requests, 'FIN');
        assert.equal(seen.length, 10 * requests, 'packets');
        assert.equal(first(0x04), 0, 'RST');
      });

      it('is what the table says, field by field', () => {
        /** The port that the director or router took for a client's flow. */
        const taken = new Map<string, number>();
        let rows = 0;
        for (const packet of seen) {
          const [first] = packet;
          const last = packet.at(-1)!;
          const request = isClient(first!.event.node);
          const client = request ? first!.event.node : nodeWith(last.destinationMac);
          const server = request ? nodeWith(last.destinationMac) : first!.event.node;
          const clientEnd = request ? first! : last;
          const cp = request ? clientEnd.sourcePort : clientEnd.destinationPort;
          const flow = `${client}:${cp}`;
          const pooled = packet.find(
            ({ event }) =>
              event.node === (example === 'nat' ? 'router' : 'director') || event.node === server,
          )!;
          const dp = request
            ? last.sourcePort
            : pooled.sourcePort === table.ports.rp
              ? pooled.destinationPort
              : pooled.sourcePort;
          if (!taken.has(flow)) taken.set(flow, dp);
          const values: Record<string, string> = {
            ...table.names,
            CIP: addresses.get(client)!,
            RIP: addresses.get(server)!,
            cp: String(cp),
            dp: String(taken.get(flow)),
            vp: String(table.ports.vp),
            rp: String(table.ports.rp),
            C: client,
            S: server,
            SITE: server === 'rs1' ? 'east' : 'west',
          };
          const wanted = request ? table.request : table.reply;
          assert.deepEqual(packet.map(describeHop), expandRows(wanted, values), `packet ${first!.untouched}`);
          packet.forEach((hop, index) => {
            rows++;
            checkMacs(hop, nodeOf(wanted[index]!, values), macOf);
            checkUntouched(hop, packet[0]!, packet[index - 1]);
          });
        }
        assert.ok(rows > 100);
        const pool = [...taken.values()];
        if (example === 'dnat' || example === 'nat')
          assert.ok(
            pool.every((port) => port >= 40000 && port <= 40999),
            String(pool),
          );
      });

      it('arrives as it was sent, and nowhere else', () => {
        const arrived = frames.filter(({ direction }) => direction === 'in');
        for (const hop of seen.flat()) {
          const to = nodeWith(hop.destinationMac);
          const here = arrived.filter(
            ({ node, segment, bytes }) =>
              node === to && segment === hop.event.segment && hex(bytes) === hex(hop.event.bytes),
          );
          assert.equal(here.length, 1);
          assert.ok(here[0]!.timeNs > hop.event.timeNs);
        }
      });
    });
  }
});

function describeHop({ event, outer, ip, sourcePort, destinationPort }: Seen): string {
  const wrapper = outer ? `[${outer.source}>${outer.destination} ${outer.ttl}] ` : '';
  return `${event.segment} ${wrapper}${ip.source}:${sourcePort}>${ip.destination}:${destinationPort} ${ip.ttl}`;
}

const nodeOf = (row: string, values: Readonly<Record<string, string>>): string[] =>
  row
    .split(' ')[1]!
    .split('>')
    .map((name) => values[name] ?? name);

function expandRows(rows: readonly string[], values: Readonly<Record<string, string>>): string[] {
  let addresses = '';
  return rows.map((row) => {
    const [segment, , ...rest] = row.split(' ');
    const words = rest.map((word) => (word === '=' ? addresses : word));
    addresses = words.find((word) => word.includes(':')) ?? addresses;
    const filled = words.join(' ').replace(/[A-Za-z]+/g, (name) => values[name] ?? name);
    return `${values[segment!] ?? segment} ${filled}`;
  });
}

function checkMacs(hop: Seen, [from, to]: string[], macOf: ReadonlyMap<string, string>): void {
  assert.equal(hop.event.node, from);
  assert.equal(hop.sourceMac, macOf.get(`${from}.${hop.event.segment}`));
  assert.equal(hop.destinationMac, macOf.get(`${to}.${hop.event.segment}`));
}

/** Everything that the tables say no hop changes, and what is true of every checksum. */
function checkUntouched(hop: Seen, first: Seen, before: Seen | undefined): void {
  assert.ok(hop.ip.checksumValid && hop.tcpChecksumValid);
  const { id, tos, fragment, length, options } = hop.ip;
  assert.deepEqual(
    { id, tos, fragment, length, options },
    {
      id: first.ip.id,
      tos: first.ip.tos,
      fragment: first.ip.fragment,
      length: first.ip.length,
      options: first.ip.options,
    },
  );
  assert.equal(hop.untouched, first.untouched);
  const ends = ({ ip, sourcePort, destinationPort }: Seen) =>
    [ip.source, ip.destination, sourcePort, destinationPort].join();
  if (before && ends(before) === ends(hop)) assert.equal(hop.tcpChecksum, before.tcpChecksum);
  if (hop.outer) {
    assert.ok(hop.outer.checksumValid);
    assert.equal(hop.outer.protocol, 4);
    assert.equal(hop.outer.length, hop.ip.length + 20);
    assert.equal(hop.outer.tos, hop.ip.tos);
    assert.equal(hop.outer.fragment & 0x4000, hop.ip.fragment & 0x4000, 'DF');
  }
}
