import type { Decision } from '../../src/forwarder/verdict.ts';
import type { DecisionEvent, FrameEvent, LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { type Ipv4, type Mac, NO_MAC } from '../../src/packet/address.ts';
import { buildArp, buildIcmpError, buildTcp, wrapIpip } from '../../src/packet/build.ts';
import { frameHash } from '../../src/packet/hash.ts';
import { ip, macOf } from './plans.ts';

/**
 * Plays the conversation of one HTTP request hop by hop, as the truth tables have it, with captures at both ends of
 * every link and the forwarder's decisions: what journeys must be made from, written without the forwarder.
 */

/** One row of a truth table. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly segment: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly ttl: number;
  /** tun: the wrapper. */
  readonly outer?: { readonly source: string; readonly destination: string; readonly ttl: number };
}

export interface Table {
  readonly director: string;
  readonly server: string;
  readonly request: readonly Leg[];
  readonly reply: readonly Leg[];
}

const [cip, vip] = ['10.0.1.10', '10.0.2.100'];

function legs(
  rows: readonly (readonly [from: string, to: string, segment: string, flow: string, ttl: number])[],
): Leg[] {
  return rows.map(([from, to, segment, flow, ttl]) => {
    const [source, sourcePort, destination, destinationPort] = flow.split(/[: ]+/);
    return {
      from,
      to,
      segment,
      ttl,
      source: source!,
      sourcePort: Number(sourcePort),
      destination: destination!,
      destinationPort: Number(destinationPort),
    };
  });
}

export function drTable(server = 'rs1', port = 40001): Table {
  const there = `${cip}:${port} ${vip}:80`;
  const back = `${vip}:80 ${cip}:${port}`;
  return {
    director: 'director',
    server,
    request: legs([
      ['client', 'router', 'outside', there, 64],
      ['router', 'director', 'inside', there, 63],
      ['director', server, 'inside', there, 62],
    ]),
    reply: legs([
      [server, 'router', 'inside', back, 64],
      ['router', 'client', 'outside', back, 63],
    ]),
  };
}

export function tunTable(server = 'rs1', port = 40001): Table {
  const there = `${cip}:${port} ${vip}:80`;
  const back = `${vip}:80 ${cip}:${port}`;
  const rip = server === 'rs1' ? '10.0.3.11' : '10.0.3.12';
  const [first, second, ...wrapped] = legs([
    ['client', 'router', 'outside', there, 64],
    ['router', 'director', 'front', there, 63],
    ['director', 'router', 'front', there, 62],
    ['router', server, 'back', there, 62],
  ]);
  const outer = (ttl: number) => ({ source: '10.0.2.2', destination: rip, ttl });
  return {
    director: 'director',
    server,
    request: [first!, second!, { ...wrapped[0]!, outer: outer(62) }, { ...wrapped[1]!, outer: outer(61) }],
    reply: legs([
      [server, 'router', 'back', back, 64],
      ['router', 'client', 'outside', back, 63],
    ]),
  };
}

export function dnatTable(snat = true, server = 'rs1', port = 40001, directorPort = 50001): Table {
  const rip = `${server === 'rs1' ? '10.0.3.11' : '10.0.3.12'}:8080`;
  const near = snat ? `10.0.3.2:${directorPort}` : `${cip}:${port}`;
  return {
    director: 'director',
    server,
    request: legs([
      ['client', 'router', 'outside', `${cip}:${port} ${vip}:80`, 64],
      ['router', 'director', 'middle', `${cip}:${port} ${vip}:80`, 63],
      ['director', server, 'inside', `${near} ${rip}`, 62],
    ]),
    reply: legs([
      [server, 'director', 'inside', `${rip} ${near}`, 64],
      ['director', 'router', 'middle', `${vip}:80 ${cip}:${port}`, 63],
      ['router', 'client', 'outside', `${vip}:80 ${cip}:${port}`, 62],
    ]),
  };
}

export function natTable(host: 'pc1' | 'pc2' = 'pc1', port = 50000, outsidePort = 40001): Table {
  const own = `${host === 'pc1' ? '192.168.1.10' : '192.168.1.11'}:${port}`;
  const ext = `203.0.113.1:${outsidePort}`;
  const web = '203.0.113.80:80';
  return {
    director: 'nat',
    server: 'web',
    request: legs([
      [host, 'nat', 'home', `${own} ${web}`, 64],
      ['nat', 'web', 'outside', `${ext} ${web}`, 63],
    ]),
    reply: legs([
      ['web', 'nat', 'outside', `${web} ${ext}`, 64],
      ['nat', host, 'home', `${web} ${own}`, 63],
    ]),
  };
}

export type PacketName =
  'syn' | 'syn-ack' | 'ack' | 'get' | 'ack-get' | 'ok' | 'ack-ok' | 'fin' | 'fin-ack' | 'last-ack' | 'rst';

interface PacketSpec {
  readonly direction: 'request' | 'reply';
  readonly flags: number;
  /** Relative to the initial sequence numbers. */
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: string;
}

const GET = 'GET / HTTP/1.1\r\nHost: 10.0.2.100\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrs1\n';
const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16] as const;

const packets: Readonly<Record<PacketName, PacketSpec>> = {
  syn: { direction: 'request', flags: SYN, sequence: 0, acknowledgement: -1, payload: '' },
  'syn-ack': { direction: 'reply', flags: SYN | ACK, sequence: 0, acknowledgement: 1, payload: '' },
  ack: { direction: 'request', flags: ACK, sequence: 1, acknowledgement: 1, payload: '' },
  get: { direction: 'request', flags: PSH | ACK, sequence: 1, acknowledgement: 1, payload: GET },
  'ack-get': { direction: 'reply', flags: ACK, sequence: 1, acknowledgement: 1 + GET.length, payload: '' },
  ok: { direction: 'reply', flags: PSH | ACK, sequence: 1, acknowledgement: 1 + GET.length, payload: OK },
  'ack-ok': {
    direction: 'request',
    flags: ACK,
    sequence: 1 + GET.length,
    acknowledgement: 1 + OK.length,
    payload: '',
  },
  fin: {
    direction: 'request',
    flags: FIN | ACK,
    sequence: 1 + GET.length,
    acknowledgement: 1 + OK.length,
    payload: '',
  },
  'fin-ack': {
    direction: 'reply',
    flags: FIN | ACK,
    sequence: 1 + OK.length,
    acknowledgement: 2 + GET.length,
    payload: '',
  },
  'last-ack': {
    direction: 'request',
    flags: ACK,
    sequence: 2 + GET.length,
    acknowledgement: 2 + OK.length,
    payload: '',
  },
  rst: { direction: 'reply', flags: RST | ACK, sequence: 0, acknowledgement: 1, payload: '' },
};

export const whole: readonly PacketName[] = [
  'syn',
  'syn-ack',
  'ack',
  'get',
  'ack-get',
  'ok',
  'ack-ok',
  'fin',
  'fin-ack',
  'last-ack',
];

/** One frame before it is built: a test may change anything in it. */
export interface Step {
  readonly name: PacketName;
  readonly direction: 'request' | 'reply';
  /** Which leg of its table, from 0. */
  readonly leg: number;
  readonly from: string;
  to: string;
  segment: string;
  etherSource: Mac;
  etherDestination: Mac;
  source: Ipv4;
  destination: Ipv4;
  sourcePort: number;
  destinationPort: number;
  ttl: number;
  sequence: number;
  acknowledgement: number;
  flags: number;
  payload: string;
  outer: { source: Ipv4; destination: Ipv4; ttl: number } | undefined;
  /** Sent and never received. */
  lost: boolean;
  /** The packet goes no further than where this frame arrives. */
  ends: boolean;
  /** What the forwarder said of the frame it took in here. */
  decision: Partial<Decision>;
  /** Changes the finished frame: for what the fields above do not cover. */
  spoil?: (bytes: Uint8Array) => void;
}

export type Tamper = (step: Step) => void;

/** A story: its events in order, and the clock they were told by. */
export class Story {
  readonly events: LabEvent[] = [];
  readonly plan: Plan;
  /** For each frame event, in order, which packet it is of: the truth that joining must find. */
  readonly packetOf: number[] = [];
  nowNs = 1e6;
  #id = 1;
  #connection = 0;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** Plays packets of one connection along a table. */
  talk(
    table: Table,
    names: readonly PacketName[] = whole,
    tamper: Tamper = () => undefined,
    isn = 1000,
  ): this {
    const connection = ++this.#connection;
    for (const name of names) this.#packet(table, name, tamper, isn, connection);
    return this;
  }

  /** A question to everyone on a segment, and the answers of those named. */
  arp(
    segment: string,
    asker: string,
    askerIp: string,
    target: string,
    ...answerers: readonly string[]
  ): this {
    const senderMac = macOf(this.plan, asker, segment);
    const [senderIp, targetIp] = [ip(askerIp), ip(target)];
    const request = buildArp({ arp: { operation: 1, senderMac, senderIp, targetMac: NO_MAC, targetIp } });
    this.#capture(asker, segment, 'out', request);
    for (const { name, interfaces } of this.plan.nodes) {
      if (name !== asker && interfaces.some((port) => port.segment === segment))
        this.#capture(name, segment, 'in', request);
    }
    for (const answerer of answerers) {
      const mac = macOf(this.plan, answerer, segment);
      const reply = buildArp({
        arp: { operation: 2, senderMac: mac, senderIp: targetIp, targetMac: senderMac, targetIp: senderIp },
      });
      this.frame(answerer, asker, segment, reply);
    }
    return this;
  }

  /** An ICMP error from one node to another about the last frame with an IPv4 packet. */
  icmpError(
    from: string,
    to: string,
    segment: string,
    source: string,
    destination: string,
    type: number,
    code: number,
    rest = 0,
  ): this {
    const about = this.events.findLast(
      (event): event is FrameEvent =>
        event.kind === 'frame' && event.bytes[12] === 8 && event.bytes[13] === 0,
    )!;
    const bytes = buildIcmpError({
      ethernet: { source: macOf(this.plan, from, segment), destination: macOf(this.plan, to, segment) },
      ip: { source: ip(source), destination: ip(destination), ttl: 64, id: this.#id++ },
      icmp: { type, code, rest },
      quoted: about.bytes.slice(14),
    });
    this.frame(from, to, segment, bytes);
    return this;
  }

  /** A frame captured at both ends of a link. */
  frame(from: string, to: string, segment: string, bytes: Uint8Array): void {
    this.#capture(from, segment, 'out', bytes);
    this.#capture(to, segment, 'in', bytes);
  }

  decide(node: string, decision: Partial<Decision>): void {
    const full: DecisionEvent = {
      kind: 'decision',
      node,
      timeNs: this.nowNs,
      framesIn: [],
      framesOut: [],
      relation: 'forwarded',
      rule: 'established',
      ...decision,
    };
    this.events.push(full);
  }

  #packet(table: Table, name: PacketName, tamper: Tamper, isn: number, connection: number): void {
    const { direction } = packets[name];
    const id = ++this.#id;
    let before: Uint8Array | undefined;
    for (const [leg, row] of table[direction].entries()) {
      const step = this.#step(row, leg, name, isn);
      tamper(step);
      const bytes = build(step, id);
      if (before && row.from === table.director) {
        this.decide(row.from, {
          framesIn: [frameHash(before, 0, before.length)],
          framesOut: [frameHash(bytes, 0, bytes.length)],
          rule: name === 'syn' ? 'schedule' : direction === 'reply' ? 'reply' : 'established',
          server: table.server,
          connection,
        });
      }
      this.#capture(row.from, step.segment, 'out', bytes);
      if (step.lost) break;
      this.#capture(step.to, step.segment, 'in', bytes);
      if (step.ends) {
        if (Object.keys(step.decision).length > 0) {
          this.decide(step.to, { framesIn: [frameHash(bytes, 0, bytes.length)], ...step.decision });
        }
        break;
      }
      before = bytes;
    }
    this.nowNs += 1e6;
  }

  #step(row: Leg, leg: number, name: PacketName, isn: number): Step {
    const spec = packets[name];
    const [own, other] = spec.direction === 'request' ? [isn, isn + 7000] : [isn + 7000, isn];
    return {
      name,
      leg,
      direction: spec.direction,
      from: row.from,
      to: row.to,
      segment: row.segment,
      etherSource: macOf(this.plan, row.from, row.segment),
      etherDestination: macOf(this.plan, row.to, row.segment),
      source: ip(row.source),
      destination: ip(row.destination),
      sourcePort: row.sourcePort,
      destinationPort: row.destinationPort,
      ttl: row.ttl,
      flags: spec.flags,
      sequence: own + spec.sequence,
      acknowledgement: spec.acknowledgement < 0 ? 0 : other + spec.acknowledgement,
      payload: spec.payload,
      outer: row.outer && {
        source: ip(row.outer.source),
        destination: ip(row.outer.destination),
        ttl: row.outer.ttl,
      },
      lost: false,
      ends: false,
      decision: {},
    };
  }

  #capture(node: string, segment: string, direction: 'in' | 'out', bytes: Uint8Array): void {
    this.packetOf.push(this.#id);
    this.nowNs += direction === 'out' ? 5_000 : 50_000;
    this.events.push({
      kind: 'frame',
      timeNs: this.nowNs,
      node,
      segment,
      direction,
      bytes: bytes.slice(),
      originalLength: bytes.length,
    });
  }
}

function build(step: Step, id: number): Uint8Array {
  const ethernet = { source: step.etherSource, destination: step.etherDestination };
  const inner = buildTcp({
    ethernet,
    ip: { source: step.source, destination: step.destination, ttl: step.ttl, id, dontFragment: true },
    tcp: {
      sourcePort: step.sourcePort,
      destinationPort: step.destinationPort,
      sequence: step.sequence,
      acknowledgement: step.acknowledgement,
      flags: step.flags,
    },
    payload: new TextEncoder().encode(step.payload),
  });
  const bytes = step.outer ? wrapIpip({ ethernet, ip: { ...step.outer, id: 0 }, inner }) : inner;
  step.spoil?.(bytes);
  return bytes;
}
