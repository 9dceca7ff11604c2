import assert from 'node:assert/strict';
import { NO_MAC } from '../../src/packet/address.ts';
import { buildArp } from '../../src/packet/build.ts';
import { DIP, directorConfig, M_DIRECTOR, M_ROUTER, request, Rig, ROUTER, SYN, VIP } from './rig.ts';

describe('what the director says of its own', () => {
  it('an ICMP error has the packet’s type of service, not its precedence or ECN (RFC 1812, section 4.3.2.5)', () => {
    for (const [trafficClass, own] of [
      [0, 0xc0],
      [0x1e, 0xde],
      [0xe1, 0xc0],
      [0xff, 0xde],
    ] as const) {
      const rig = new Rig(directorConfig({ servers: [] }));
      const { sent } = rig.give(request(5, SYN, { trafficClass }));
      assert.equal(sent[0]!.bytes[15], own, `${trafficClass}`);
    }
  });

  it('a neighbour that asks the director alone is no answer; what is no ARP of IPv4 teaches nothing', () => {
    const arp = { senderMac: M_ROUTER, senderIp: ROUTER, targetMac: NO_MAC, targetIp: DIP } as const;
    const ethernet = { source: M_ROUTER, destination: M_DIRECTOR };
    const rig = new Rig(directorConfig()).learn(ROUTER, M_ROUTER);
    assert.deepEqual(rig.give(buildArp({ ethernet, arp: { ...arp, operation: 1 } })).decisions, []);
    // Hardware and protocol type, and the lengths of their addresses.
    const asking = buildArp({ arp: { ...arp, operation: 1, targetIp: VIP } });
    assert.equal(rig.give(asking).sent.length, 1);
    for (const place of [15, 17, 18, 19])
      assert.deepEqual(rig.give(asking.with(place, asking[place]! + 1)).decisions, [], `${place}`);
  });
});
