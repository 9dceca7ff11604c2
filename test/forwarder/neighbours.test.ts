import assert from 'node:assert/strict';
import { buildArp } from '../../src/packet/build.ts';
import { frameHash } from '../../src/packet/hash.ts';
import {
  assertSent,
  CIP,
  DIP,
  directorConfig,
  hex,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  ROUTER,
  SYN,
  VIP,
} from './rig.ts';

const ask = { operation: 1, senderMac: M_DIRECTOR, senderIp: DIP, targetMac: 0, targetIp: RIP };
const WHO_HAS_RIP = buildArp({ arp: ask });
const hashOf = (bytes: Uint8Array): number => frameHash(bytes, 0, bytes.length);
const forwarded = (port: number): Uint8Array => request(port, SYN, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 });

describe('neighbours', () => {
  it('holds a frame while it asks, and sends it when the neighbour answers', () => {
    const rig = new Rig(directorConfig());
    const given = request(5);
    const first = rig.give(given);
    assertSent(first.sent, WHO_HAS_RIP);
    const detail = 'rr: #1';
    const known = { service: 'web', server: 'rs1', connection: 1, detail };
    assert.deepEqual(first.decisions, [
      { framesIn: [hashOf(given)], framesOut: [], relation: 'held', rule: 'schedule', ...known },
      { framesIn: [], framesOut: [hashOf(WHO_HAS_RIP)], relation: 'originated', rule: 'neighbour' },
    ]);

    rig.now = 500;
    const arp = { operation: 2, senderMac: M_SERVER, senderIp: RIP, targetMac: M_DIRECTOR, targetIp: DIP };
    const answer = buildArp({ arp });
    const second = rig.give(answer);
    assertSent(second.sent, forwarded(5));
    assert.deepEqual(second.decisions, [
      { framesIn: [hashOf(answer)], framesOut: [], relation: 'consumed', rule: 'arp-learn' },
      {
        framesIn: [hashOf(given)],
        framesOut: [hashOf(forwarded(5))],
        relation: 'forwarded',
        rule: 'schedule',
        ...known,
      },
    ]);
    assert.equal(rig.port.forwarder.quiet, true);
  });

  it('asks three times, a second apart, then drops what it held', () => {
    const rig = new Rig(directorConfig());
    rig.give(request(5));
    rig.give(request(6));
    assert.equal(rig.port.nextTimer(), 1000);
    assert.deepEqual(rig.pass(999).sent, []);
    assertSent(rig.pass(1).sent, WHO_HAS_RIP);
    assertSent(rig.pass(1000).sent, WHO_HAS_RIP);
    const { sent, decisions } = rig.pass(1000);
    assert.deepEqual(sent, []);
    assert.deepEqual(
      decisions.map(({ framesIn, relation, reason, server }) => [framesIn, relation, reason, server]),
      [5, 6].map((port) => [[hashOf(request(port))], 'dropped', 'neighbour-unreachable', 'rs1']),
    );
    assert.deepEqual(rig.drops(), { 'neighbour-unreachable': 2 });
    // The next packet starts anew.
    assertSent(rig.give(request(7)).sent, WHO_HAS_RIP);
  });

  it('holds at most 16 frames per neighbour, in order', () => {
    const rig = new Rig(directorConfig());
    for (let port = 1; port <= 17; port++) rig.give(request(port));
    assert.deepEqual(rig.drops(), { 'neighbour-queue-full': 1 });
    rig.sent.length = 0;
    rig.learn(RIP, M_SERVER);
    const expected = Array.from({ length: 16 }, (_, i) => hex(forwarded(i + 1)));
    assert.deepEqual(
      rig.sent.map(({ bytes }) => hex(bytes)),
      expected,
    );
  });

  it('holds a tun frame with its outer header', () => {
    const rig = new Rig(directorConfig({ model: 'tun' }));
    rig.give(request(5));
    rig.sent.length = 0;
    rig.learn(RIP, M_SERVER);
    assert.equal(rig.sent[0]!.bytes.length, request(5).length + 20);
  });

  it('asks the known MAC address again after a minute, and goes on meanwhile', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.give(request(5));
    rig.now = 60_000;
    const { sent, decisions } = rig.give(request(5));
    const unicast = buildArp({ ethernet: { source: M_DIRECTOR, destination: M_SERVER }, arp: ask });
    assert.deepEqual(
      sent.map(({ bytes }) => hex(bytes)),
      [hex(forwarded(5)), hex(unicast)],
    );
    assert.deepEqual(
      decisions.map(({ relation }) => relation),
      ['forwarded', 'originated'],
    );
    assert.equal(rig.give(request(5)).sent.length, 1);
    // Nobody confirms it: forgotten after the third request.
    rig.pass(1000);
    rig.pass(1000);
    rig.pass(1000);
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
  });

  const LEARNING = [
    { from: 'a request for the VIP', target: VIP, sender: ROUTER, learns: true },
    { from: 'a request for the DIP', target: DIP, sender: ROUTER, learns: true },
    { from: 'a request for somebody else', target: RIP, sender: ROUTER, learns: false },
    { from: 'an announcement by somebody unknown', target: ROUTER, sender: ROUTER, learns: false },
  ];
  for (const { from, target, sender, learns } of LEARNING) {
    it(`${learns ? 'learns' : 'does not learn'} from ${from}`, () => {
      const rig = new Rig(directorConfig({ model: 'dnat' })).learn(RIP, M_SERVER);
      rig.give(
        buildArp({
          arp: { operation: 1, senderMac: M_ROUTER, senderIp: sender, targetMac: 0, targetIp: target },
        }),
      );
      rig.give(request(5));
      const before = rig.sent.length;
      rig.give(
        request(5, 18, { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [80, 5], ttl: 64 }),
      );
      const [frame] = rig.sent.slice(before);
      assert.equal(hex(frame!.bytes).slice(24, 28), learns ? '0800' : '0806');
    });
  }

  it('takes over a new MAC address that is announced', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    const arp = { operation: 1, senderMac: M_SERVER2, senderIp: RIP, targetMac: 0, targetIp: RIP };
    rig.give(buildArp({ arp }));
    assertSent(rig.give(request(5)).sent, request(5, SYN, { macs: [M_DIRECTOR, M_SERVER2], ttl: 62 }));
  });

  it('is not misled by a server that speaks for the VIP', () => {
    const rig = new Rig(directorConfig());
    const arp = { operation: 1, senderMac: M_SERVER, senderIp: VIP, targetMac: 0, targetIp: VIP };
    assert.deepEqual(rig.give(buildArp({ arp })).sent, []);
  });

  it('does not answer or learn from a group MAC address', () => {
    const rig = new Rig(directorConfig());
    for (const senderMac of [0, 0xffff_ffff_ffff, 0x0100_5e00_0001]) {
      const arp = { operation: 1, senderMac, senderIp: ROUTER, targetMac: 0, targetIp: VIP };
      const ethernet = { source: M_ROUTER, destination: 0xffff_ffff_ffff };
      assert.deepEqual(rig.give(buildArp({ ethernet, arp })).sent, []);
    }
  });

  it('asks again for a neighbour that it was told to forget', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.port.forwarder.forgetNeighbour(RIP);
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
  });
});
