import assert from 'node:assert/strict';
import { USUAL_ANNOUNCE } from '../../src/forwarder/vrrp/virtual-router.ts';
import { Forwarder } from '../../src/forwarder/forwarder.ts';
import { fillFrame, makeFrame } from '../../src/forwarder/frame.ts';
import { BROADCAST_MAC, type Ipv4, NO_MAC } from '../../src/packet/address.ts';
import { buildArp, buildIcmpEcho, buildTcp } from '../../src/packet/build.ts';
import {
  CIP,
  directorConfig,
  ip,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  RIP,
  ROUTER,
  RS1,
  SYN,
  VIP,
} from './rig.ts';

const GATEWAY = ip('10.0.2.254');
const config = directorConfig(
  { servers: [RS1] },
  {
    redundancy: {
      ...{ id: 51, priority: 100, interval: 1000, preempt: true, announce: USUAL_ANNOUNCE, port: 0 },
      addresses: [VIP, GATEWAY].map((address) => ({ address, port: 0 })),
    },
  },
);
const macs = { source: M_ROUTER, destination: M_DIRECTOR };

const question = (targetIp: Ipv4): Uint8Array =>
  buildArp({
    ethernet: { source: M_ROUTER, destination: BROADCAST_MAC },
    arp: { operation: 1, senderMac: M_ROUTER, senderIp: ROUTER, targetMac: NO_MAC, targetIp },
  });
const segment = (flags: number, sequence = 1): Uint8Array =>
  buildTcp({
    ethernet: macs,
    ip: { source: CIP, destination: VIP, ttl: 63 },
    tcp: { sourcePort: 50000, destinationPort: 80, sequence, acknowledgement: 0, flags, window: 1 },
  });
const ping = (destination: Ipv4): Uint8Array =>
  buildIcmpEcho({
    ethernet: macs,
    ip: { source: CIP, destination },
    icmp: { operation: 'request', identifier: 1, sequence: 1 },
  });

/** What it does with a frame: the relation, and how many frames come out. */
function rig() {
  const forwarder = new Forwarder(config);
  const frame = makeFrame(2000);
  const give = (bytes: Uint8Array): string => {
    fillFrame(frame, 0, bytes);
    const { relation, reason, count } = forwarder.receive(frame, 0);
    return [relation, reason, count].filter(Boolean).join(' ');
  };
  // The server is known.
  const told = buildArp({
    arp: {
      operation: 2,
      senderMac: M_SERVER,
      senderIp: RIP,
      targetMac: M_DIRECTOR,
      targetIp: config.interfaces[0]!.address,
    },
  });
  return { forwarder, give, told };
}

describe('a director whose addresses may be another’s', () => {
  it('answers for none of them before it is told that they are here', () => {
    const { give } = rig();
    for (const address of [VIP, GATEWAY]) assert.doesNotMatch(give(question(address)), /answered/);
    for (const bytes of [segment(SYN), ping(VIP), ping(GATEWAY)])
      assert.equal(give(bytes), 'dropped not-ours');
  });

  it('answers for all of them from then on, and carries connections', () => {
    const { forwarder, give, told } = rig();
    forwarder.hold(true);
    for (const address of [VIP, GATEWAY]) assert.match(give(question(address)), /^answered/);
    give(segment(SYN));
    give(told);
    assert.match(give(segment(16, 2)), /^forwarded/);
    for (const address of [VIP, GATEWAY]) assert.match(give(ping(address)), /^(answered|held)/);
  });

  it('no longer, once they are away: also not on connections that it has, which it keeps', () => {
    const { forwarder, give, told } = rig();
    forwarder.hold(true);
    give(segment(SYN));
    give(told);
    assert.match(give(segment(16, 2)), /^forwarded/);
    forwarder.hold(false);
    assert.equal(give(segment(16, 2)), 'dropped not-ours');
    assert.doesNotMatch(give(question(VIP)), /answered/);
    assert.equal([...forwarder.connections(0)].length, 1);
    forwarder.hold(true);
    assert.match(give(segment(16, 2)), /^forwarded/);
  });

  it('a director without others always has its VIP', () => {
    const forwarder = new Forwarder(directorConfig());
    const frame = makeFrame(2000);
    fillFrame(frame, 0, question(VIP));
    assert.equal(forwarder.receive(frame, 0).relation, 'answered');
  });
});
