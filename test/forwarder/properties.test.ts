import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { formatMac, type Ipv4, type Mac } from '../../src/packet/address.ts';
import { buildTcp } from '../../src/packet/build.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { describeWithVectors, fromHex, vectors } from '../packet/vectors.ts';
import {
  CIP,
  directorConfig,
  hex,
  HOST,
  ip,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_OUTSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  Rig,
  RIP,
  ROUTER,
  SYN,
  UPSTREAM,
  VIP,
} from './rig.ts';

/** What must hold for every packet, whatever is in it. */

interface Setup {
  readonly name: string;
  readonly config: ForwarderConfig;
  readonly translates: boolean;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** Port and MAC addresses of a request, and of the reply. */
  readonly request: { port: number; from: Mac; to: Mac };
  readonly reply: { port: number; from: Mac; to: Mac };
}

const BESIDE = { port: 0, from: M_ROUTER, to: M_DIRECTOR };
const FROM_SERVER = { port: 0, from: M_SERVER, to: M_DIRECTOR };
const director = { source: CIP, destination: VIP, request: BESIDE, reply: FROM_SERVER };
const SERVERS = [{ name: 'rs1', address: RIP, port: 8080, weight: 1 }];

const SETUPS: readonly Setup[] = [
  {
    name: 'dnat with snat',
    translates: true,
    config: directorConfig({ model: 'dnat', snat: true, servers: SERVERS }),
    ...director,
  },
  {
    name: 'dnat without snat',
    translates: true,
    config: directorConfig({ model: 'dnat', servers: SERVERS }),
    ...director,
  },
  {
    name: 'nat',
    translates: true,
    config: natConfig(),
    source: HOST,
    destination: ip('198.51.100.80'),
    request: { port: 0, from: M_HOST, to: M_INSIDE },
    reply: { port: 1, from: M_UPSTREAM, to: M_OUTSIDE },
  },
  { name: 'dr', translates: false, config: directorConfig({ model: 'dr' }), ...director },
  { name: 'tun', translates: false, config: directorConfig({ model: 'tun' }), ...director },
];

function start(config: ForwarderConfig): Rig {
  const rig = new Rig(config);
  if (config.nat === undefined) return rig.learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
  return rig.learn(HOST, M_HOST, 0).learn(UPSTREAM, M_UPSTREAM, 1);
}

const options = (multiple: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength: 10 }).map((bytes) => new Uint8Array(bytes.length * multiple).fill(1));

const fields = fc.record({
  ip: fc.record({
    id: fc.nat(65535),
    trafficClass: fc.nat(255),
    ttl: fc.integer({ min: 2, max: 255 }),
    dontFragment: fc.boolean(),
    options: options(4),
  }),
  tcp: fc.record({
    sourcePort: fc.nat(65535),
    destinationPort: fc.constant(80),
    sequence: fc.nat(0xffffffff),
    acknowledgement: fc.nat(0xffffffff),
    flags: fc.nat(255),
    window: fc.nat(65535),
    urgent: fc.nat(65535),
    options: options(4),
  }),
  payload: fc.uint8Array({ maxLength: 200 }),
});

/** Nothing but TTL, IP header checksum and MAC addresses. */
function masked(frame: Uint8Array): string {
  const copy = frame.slice();
  copy.fill(0, 0, 12);
  copy[22] = copy[24] = copy[25] = 0;
  return hex(copy);
}

/** Source and destination change places: what was sent comes back. */
function turned(frame: Uint8Array, from: Mac, to: Mac): Uint8Array {
  const copy = frame.slice();
  copy.set(fromHex(formatMac(to).replaceAll(':', '') + formatMac(from).replaceAll(':', '')));
  copy.copyWithin(26, 30, 34);
  copy.set(frame.slice(26, 30), 30);
  const ports = 14 + ipv4.headerLengthOf(frame, 14);
  copy.copyWithin(ports, ports + 2, ports + 4);
  copy.set(frame.slice(ports, ports + 2), ports + 2);
  return copy;
}

const isValid = (frame: Uint8Array): boolean =>
  ipv4.headerChecksumOk(frame, 14) && l4ChecksumOk(frame, 14, frame.length) === true;

describe('properties', () => {
  for (const { name, config, translates, source, destination, request, reply } of SETUPS) {
    const ethernet = { source: request.from, destination: request.to };

    it(`${name}: there and back is the identity, valid checksums stay valid, bad ones bad`, () => {
      fc.assert(
        fc.property(fields, fc.nat(0xffff), (packet, damage) => {
          const rig = start(config);
          const addresses = { source, destination };
          const syn = buildTcp({
            ethernet,
            ip: { ...packet.ip, ...addresses },
            tcp: { ...packet.tcp, flags: SYN },
            payload: packet.payload,
          });
          const [first] = rig.give(syn, request.port).sent;
          assert.ok(first !== undefined);
          const given = buildTcp({
            ethernet,
            ip: { ...packet.ip, ...addresses },
            tcp: packet.tcp,
            payload: packet.payload,
          });
          const sent = rig.give(given, request.port).sent;
          // A SYN alone that follows a SYN belongs to it; whatever the flags, the entry is there.
          assert.equal(sent.length, 1);
          let forwarded = sent[0]!.bytes;
          if (name === 'tun') {
            assert.ok(ipv4.headerChecksumOk(forwarded, 14));
            forwarded = Uint8Array.from([...forwarded.slice(0, 14), ...forwarded.slice(34)]);
          }
          assert.ok(isValid(forwarded));
          assert.equal(ipv4.ttlOf(forwarded, 14), packet.ip.ttl - 1);
          if (!translates) {
            assert.equal(masked(forwarded), masked(given));
          } else if (packet.ip.ttl > 2) {
            const back = rig.give(turned(forwarded, reply.from, reply.to), reply.port).sent;
            assert.equal(back.length, 1);
            assert.ok(isValid(back[0]!.bytes));
            assert.equal(masked(back[0]!.bytes), masked(turned(given, request.from, request.to)));
          }
          const damaged = given.slice();
          const field = 14 + ipv4.headerLengthOf(given, 14) + 16;
          if (damage === ((given[field]! << 8) | given[field + 1]!)) return;
          damaged[field] = damage >>> 8;
          damaged[field + 1] = damage & 255;
          if (l4ChecksumOk(damaged, 14, damaged.length) === true) return;
          const bad = rig.give(damaged, request.port).sent;
          assert.equal(bad.length, translates ? 0 : 1);
          if (name === 'dr') assert.equal(masked(bad[0]!.bytes), masked(damaged));
        }),
        { numRuns: 150 },
      );
    });

    it(`${name}: hostile frames never throw, and nothing malformed leaves`, () => {
      const template = buildTcp({
        ethernet,
        ip: { source, destination },
        tcp: { sourcePort: 9, destinationPort: 80, flags: SYN },
        payload: new Uint8Array(20),
      });
      const rig = start(config);
      const flip = fc.tuple(fc.nat(template.length - 1), fc.nat(255));
      const mutated = fc.tuple(fc.array(flip, { maxLength: 6 }), fc.nat(template.length), fc.boolean());
      fc.assert(
        fc.property(mutated, fc.uint8Array({ maxLength: 60 }), ([flips, length, fixed], tail) => {
          const frame = Uint8Array.from([...template.slice(0, length), ...tail]);
          for (const [offset, value] of flips) if (offset < frame.length) frame[offset] = value;
          if (fixed && frame.length >= 74) ipv4.fillHeaderChecksum(frame, 14);
          const isSane =
            ipv4.check(frame, 14, frame.length) === undefined && ipv4.headerChecksumOk(frame, 14);
          const { sent } = rig.give(frame, request.port);
          const isArp = frame[12] === 8 && frame[13] === 6;
          if (!isSane && !isArp)
            assert.deepEqual(
              sent.filter(({ bytes }) => bytes[12] === 8 && bytes[13] === 0),
              [],
            );
        }),
        { numRuns: 2000 },
      );
    });
  }
});

interface Corpus {
  readonly frames: readonly { readonly name: string; readonly hex: string }[];
}

describeWithVectors('frames of other projects', () => {
  it('valid TCP and UDP frames: forwarding keeps their checksums valid and is undone by the reply', () => {
    const tried = { tcp: 0, udp: 0 };
    for (const { name, hex: text } of (vectors('frames-corpus.json') as Corpus).frames) {
      const original = fromHex(text);
      if (!isPlain(original)) continue;
      const protocol = ipv4.protocolOf(original, 14) === ipv4.PROTOCOL_TCP ? 'tcp' : 'udp';
      for (const setup of SETUPS) {
        // The client's, the server's addresses and the director's MAC are put in; the rest is the frame's own.
        const given = addressed(original, setup);
        const services = setup.config.services.map((service) => ({ ...service, protocol }) as const);
        const rig = start({ ...setup.config, services });
        if (protocol === 'tcp') {
          const opening = given.slice();
          const flags = 14 + ipv4.headerLengthOf(given, 14) + 13;
          opening[flags] = SYN;
          rig.give(valid(opening), setup.request.port);
        }
        const { sent } = rig.give(given, setup.request.port);
        assert.equal(sent.length, 1, `${name} ${setup.name}`);
        const bytes =
          setup.name === 'tun'
            ? Uint8Array.from([...sent[0]!.bytes.slice(0, 14), ...sent[0]!.bytes.slice(34)])
            : sent[0]!.bytes;
        assert.ok(isValid(bytes), `${name} ${setup.name}`);
        tried[protocol]++;
        if (!setup.translates) {
          assert.equal(masked(bytes), masked(given), name);
          continue;
        }
        const back = rig.give(turned(bytes, setup.reply.from, setup.reply.to), setup.reply.port).sent;
        assert.equal(
          masked(back[0]!.bytes),
          masked(turned(given, setup.request.from, setup.request.to)),
          name,
        );
      }
    }
    assert.ok(tried.tcp >= 25 && tried.udp >= 25, JSON.stringify(tried));
  });

  it('every truncation of every frame: no throw, nothing leaves', () => {
    const rigs = SETUPS.map(({ config, request }) => ({ rig: start(config), request }));
    for (const { name, hex: text } of (vectors('frames-corpus.json') as Corpus).frames) {
      const whole = fromHex(text);
      for (let length = 0; length < whole.length; length++) {
        const frame = whole.slice(0, length);
        for (const { rig, request } of rigs) {
          frame.set(fromHex(formatMac(request.to).replaceAll(':', '')).slice(0, length));
          const isCut = length < 14 || ipv4.check(frame, 14, length) !== undefined;
          const { sent } = rig.give(frame, request.port);
          if (isCut) assert.deepEqual(sent, [], `${name} cut to ${length}`);
        }
      }
    }
  });
});

function isPlain(frame: Uint8Array): boolean {
  return (
    frame[12] === 8 &&
    frame[13] === 0 &&
    ipv4.check(frame, 14, frame.length) === undefined &&
    [ipv4.PROTOCOL_TCP, ipv4.PROTOCOL_UDP].includes(ipv4.protocolOf(frame, 14)) &&
    !ipv4.isFragment(frame, 14) &&
    ipv4.totalLengthOf(frame, 14) <= 1480 &&
    isValid(frame) &&
    ipv4.ttlOf(frame, 14) > 3
  );
}

function addressed(original: Uint8Array, { source, destination, request }: Setup): Uint8Array {
  const frame = original.slice(0, 14 + ipv4.totalLengthOf(original, 14));
  frame.set(fromHex(formatMac(request.to).replaceAll(':', '') + formatMac(request.from).replaceAll(':', '')));
  ipv4.setSource(frame, 14, source);
  ipv4.setDestination(frame, 14, destination);
  const ports = 14 + ipv4.headerLengthOf(frame, 14);
  frame[ports + 2] = 0;
  frame[ports + 3] = 80;
  return valid(frame);
}

function valid(frame: Uint8Array): Uint8Array {
  fillChecksums(frame, 0, frame.length);
  return frame;
}
