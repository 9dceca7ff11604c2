import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import * as at from '../../src/forwarder/connections/layout.ts';
import { ConnectionTable } from '../../src/forwarder/connections/table.ts';
import { Forwarder } from '../../src/forwarder/forwarder.ts';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import type { Verdict } from '../../src/forwarder/verdict.ts';
import { asSignedIpv4 } from '../../src/packet/address.ts';
import { buildArp } from '../../src/packet/build.ts';
import {
  ACK,
  CIP,
  DIP,
  directorConfig,
  FIN,
  hex,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  natConfig,
  request,
  RIP,
  ROUTER,
  RST,
  segment,
  SYN,
} from './rig.ts';

const CONFIGS = {
  dr: directorConfig(),
  dnat: directorConfig({ model: 'dnat', snat: false }),
  tun: directorConfig({ model: 'tun' }),
  'a nat router, to which they mean nothing': natConfig(),
};

/** Frames of few clients and replies to them, so that a batch opens, ends and opens again, in a table that holds three. */
const frame = fc
  .record({
    client: fc.nat(4),
    flags: fc.constantFrom(SYN, ACK, ACK | FIN, RST),
    kind: fc.constantFrom('whole', 'whole', 'cut', 'reply'),
    guess: fc.integer(),
  })
  .map(({ client, flags, kind, guess }) => {
    const bytes = kind === 'reply' ? reply(client, flags) : request(client, flags);
    return { bytes: kind === 'cut' ? bytes.subarray(0, 20) : bytes, guess };
  });
const batches = fc.array(fc.array(frame, { maxLength: 150 }), { maxLength: 5 });

describe('frames that came together', () => {
  for (const [name, config] of Object.entries(CONFIGS)) {
    it(`${name}: looked up together they fare as alone`, () => {
      fc.assert(
        fc.property(batches, (given) => {
          const short = { ...config, maxConnections: 3, timeouts: { ...config.timeouts, close: 1000 } };
          const [together, alone] = [knowing(short), knowing(short)];
          let now = 0.5;
          for (const batch of given) {
            now += 700;
            const frames = batch.map(({ bytes }) => filled(bytes, -1));
            together.expect(frames, frames.length);
            const fates = frames.map((each) => fateOf(together.receive(each, now)));
            // Alone each comes with a guess that is none.
            const others = batch.map(({ bytes, guess }) => fateOf(alone.receive(filled(bytes, guess), now)));
            assert.deepEqual(fates, others);
          }
        }),
        { numRuns: 100 },
      );
    });
  }

  it('one that a frame before it ended is known no more', () => {
    const [web] = CONFIGS.dr.services;
    const forwarder = knowing(CONFIGS.dr);
    for (const flags of [SYN, ACK, RST]) forwarder.receive(filled(request(1, flags), -1), 1);
    const drained = { ...web!, servers: web!.servers.map((server) => ({ ...server, weight: 0 })) };
    forwarder.reconfigure({ ...CONFIGS.dr, services: [drained] }, 2);
    const frames = [SYN, ACK].map((flags) => filled(request(1, flags), -1));
    forwarder.expect(frames, 2);
    assert.deepEqual(
      frames.map(({ guess }) => guess),
      [0, 0],
    );
    assert.deepEqual(
      frames.map((each) => forwarder.receive(each, 3).rule),
      ['schedule', 'no-entry'],
    );
  });

  it('a guess is what is found, but for a key that another one with eight equal bits of hash stands before', () => {
    const table = new ConnectionTable(10_000, 7);
    for (let i = 0; i < 10_000; i++) {
      const base = table.allocate() << at.LOG2_WORDS;
      table.words.set([6, i, i, i], base + at.META);
      table.addKey(base >> at.LOG2_WORDS, 0);
    }
    const hashes = Int32Array.from({ length: 10_000 }, (_, i) =>
      table.hash(asSignedIpv4(i), asSignedIpv4(i), i, 6),
    );
    const slots = new Int32Array(10_000);
    table.readIndex(hashes, slots, 10_000);
    const guesses = [...hashes].map((hash, i) => table.guess(hash, slots[i]!));
    const wrong = guesses.filter((guess, i) => guess !== i * 2);
    assert.ok(wrong.length < 100, `${wrong.length} of 10,000 wrong`);
    for (const [i, guess] of guesses.entries())
      assert.equal(table.holds(guess, asSignedIpv4(i), asSignedIpv4(i), i, 6), guess === i * 2);
    for (const none of [-1, 20_000, 2 ** 31, 1])
      assert.equal(table.holds(none, asSignedIpv4(0), asSignedIpv4(0), 0, 6), false, `${none}`);
  });

  it('as many of them as are named, and no other', () => {
    const forwarder = new Forwarder(directorConfig());
    forwarder.receive(filled(request(1, SYN), -1), 1);
    for (const count of [0, 2, 63, 64, 65, 128, 150]) {
      const frames = Array.from({ length: 150 }, () => filled(request(1, ACK), -7));
      forwarder.expect(frames, count);
      assert.deepEqual(
        frames.map(({ guess }) => guess),
        frames.map((_, i) => (i < count ? 0 : -7)),
      );
    }
  });

  it('all of them are known before the first is decided about, but for those that the others open', () => {
    const forwarder = new Forwarder(directorConfig());
    forwarder.receive(filled(request(1, SYN), -1), 1);
    const frames = [filled(request(1, ACK), -1), filled(request(2, ACK), -1), filled(request(1, ACK), -1)];
    forwarder.expect(frames, 3);
    assert.deepEqual(
      frames.map(({ guess }) => guess),
      [0, -1, 0],
    );
  });
});

/** Of the server to a client, as a director of dnat without snat sees it. */
function reply(clientPort: number, flags: number): Uint8Array {
  return segment({
    macs: [M_SERVER, M_DIRECTOR],
    addresses: [RIP, CIP],
    ports: [80, clientPort],
    ttl: 64,
    flags,
  });
}

/** It knows the MAC addresses of its server and its router, so that frames leave at once. */
function knowing(config: ForwarderConfig): Forwarder {
  const forwarder = new Forwarder(config);
  const known = [
    [RIP, M_SERVER],
    [ROUTER, M_ROUTER],
  ] as const;
  for (const [senderIp, senderMac] of known) {
    const arp = { senderMac, senderIp, targetMac: M_DIRECTOR, targetIp: DIP };
    // An answer that nobody asked for is not believed: it speaks first.
    for (const operation of [1, 2])
      forwarder.receive(filled(buildArp({ arp: { operation, ...arp } }), -1), 0);
  }
  return forwarder;
}

function filled(bytes: Uint8Array, guess: number): Frame {
  const made = makeFrame(bytes.length);
  fillFrame(made, 0, bytes);
  made.guess = guess;
  return made;
}

function fateOf(first: Verdict): unknown[] {
  const fates = [];
  for (let verdict: Verdict | undefined = first; verdict !== undefined; verdict = verdict.next) {
    const { relation, rule, reason, server, connection, count } = verdict;
    const frames = verdict.frames.slice(0, count);
    const out = frames.map(({ port, bytes, start, end }) => [port, hex(bytes.subarray(start, end))]);
    fates.push({ relation, rule, reason, server, connection, out });
  }
  return fates;
}
