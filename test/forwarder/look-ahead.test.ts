import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { Forwarder } from '../../src/forwarder/forwarder.ts';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import type { Verdict } from '../../src/forwarder/verdict.ts';
import { buildArp } from '../../src/packet/build.ts';
import {
  ACK,
  DIP,
  directorConfig,
  FIN,
  hex,
  M_DIRECTOR,
  M_SERVER,
  natConfig,
  request,
  RIP,
  RST,
  SYN,
} from './rig.ts';

const CONFIGS = {
  dr: directorConfig(),
  dnat: directorConfig({ model: 'dnat' }),
  tun: directorConfig({ model: 'tun' }),
  'a nat router, to which they mean nothing': natConfig(),
};

/** Frames of few clients, so that a batch opens, ends and opens again, in a table that holds three. */
const frame = fc
  .tuple(fc.nat(4), fc.constantFrom(SYN, ACK, ACK | FIN, RST), fc.boolean(), fc.integer())
  .map(([client, flags, cut, guess]) => ({
    bytes: cut ? request(client, flags).subarray(0, 20) : request(client, flags),
    guess,
  }));
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

/** It knows its server's MAC address, so that frames leave at once. */
function knowing(config: ForwarderConfig): Forwarder {
  const forwarder = new Forwarder(config);
  const arp = { senderMac: M_SERVER, senderIp: RIP, targetMac: M_DIRECTOR, targetIp: DIP };
  // An answer that nobody asked for is not believed: it speaks first.
  for (const operation of [1, 2]) forwarder.receive(filled(buildArp({ arp: { operation, ...arp } }), -1), 0);
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
