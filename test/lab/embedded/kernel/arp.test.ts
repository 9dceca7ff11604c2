import assert from 'node:assert/strict';
import { formatIpv4 } from '../../../../src/packet/address.ts';
import {
  BROADCAST_MAC,
  HostBench,
  LEFT_MAC,
  OTHER_MAC,
  PROBE_MAC,
  SECOND,
  arpReply,
  arpRequest,
  icmpOf,
  ip,
  layer,
  synFrame,
  udpFrame,
} from './host-bench.ts';

const VIP = '10.0.1.100';

describe('arp_ignore', () => {
  const cases = [
    { target: '10.0.1.1', what: "the interface's own address", answered: [true, true] },
    { target: '10.0.2.1', what: "another interface's address", answered: [true, false] },
    { target: VIP, what: 'a VIP on lo', answered: [true, false] },
    { target: '10.0.1.9', what: 'somebody else', answered: [false, false] },
  ];
  for (const { target, what, answered } of cases) {
    for (const arp_ignore of [0, 1] as const) {
      it(`${arp_ignore}: ${answered[arp_ignore] ? 'answers' : 'is silent'} for ${what}`, () => {
        const bench = new HostBench({ sysctls: { arp_ignore }, node: { loopback: [ip(VIP)] } });
        const [reply, ...more] = bench.say('left', arpRequest(target, '10.0.1.10'))['left']!;
        assert.equal(more.length, 0);
        const header = layer(reply, 'arp');
        assert.equal(header?.operation, answered[arp_ignore] ? 2 : undefined);
        if (header) {
          assert.deepEqual([header.senderIp, header.senderMac], [ip(target), LEFT_MAC]);
          assert.deepEqual([header.targetIp, header.targetMac], [ip('10.0.1.10'), PROBE_MAC]);
        }
      });
    }
  }

  it('learns nothing from a request it does not answer', () => {
    const bench = new HostBench({ sysctls: { arp_ignore: 1 }, node: { loopback: [ip(VIP)] } });
    bench.say('left', arpRequest(VIP, '10.0.1.10'));
    assert.deepEqual([...bench.node.kernel.neighbours.entries()], []);
  });
});

describe('arp_announce', () => {
  // A SYN to the VIP comes from somebody unknown: the SYN-ACK, from the VIP, needs an ARP request first.
  for (const [arp_announce, sender] of [
    [0, VIP],
    [2, '10.0.1.1'],
  ] as const) {
    it(`${arp_announce}: asks in the name of ${sender}`, () => {
      const bench = new HostBench({ sysctls: { arp_announce }, node: { loopback: [ip(VIP)] } });
      const [request] = bench.say('left', synFrame({ from: '10.0.1.10', to: VIP }))['left']!;
      const header = layer(request, 'arp');
      assert.equal(header?.operation, 1);
      assert.equal(formatIpv4(header.senderIp), sender);
      assert.equal(layer(request, 'ethernet')?.destination, BROADCAST_MAC);
    });
  }

  it('0: asks for a forwarded packet in the name of the interface', () => {
    const bench = new HostBench({ sysctls: { ip_forward: 1 } });
    const [request] = bench.say('left', udpFrame({ from: '10.0.1.10', to: '10.0.2.9' }))['right']!;
    assert.equal(formatIpv4(layer(request, 'arp')!.senderIp), '10.0.2.1');
  });
});

describe('ARP learning', () => {
  const knownMac = (bench: HostBench, address: string) =>
    [...bench.node.kernel.neighbours.entries()].find((entry) => entry.address === ip(address))?.mac;

  it('learns who asks for an address of ours', () => {
    const bench = new HostBench();
    bench.introduce('left', '10.0.1.10');
    assert.equal(knownMac(bench, '10.0.1.10'), PROBE_MAC);
  });

  it('makes no entry from what it overhears or did not ask for', () => {
    const bench = new HostBench();
    bench.say('left', arpRequest('10.0.1.77', '10.0.1.10'));
    bench.say('left', arpReply('10.0.1.10', PROBE_MAC, '10.0.1.1', LEFT_MAC));
    assert.equal(knownMac(bench, '10.0.1.10'), undefined);
  });

  const asking = () => {
    const bench = new HostBench();
    bench.say('left', synFrame({ from: '10.0.1.10', to: '10.0.1.1' }));
    return bench;
  };

  it('believes the first of two answers, and sends what waited', () => {
    const bench = asking();
    const [synAck] = bench.say('left', arpReply('10.0.1.10', PROBE_MAC, '10.0.1.1', LEFT_MAC))['left']!;
    assert.equal(layer(synAck, 'ethernet')?.destination, PROBE_MAC);
    assert.equal(layer(synAck, 'tcp')?.flags, 18);
    bench.say('left', arpReply('10.0.1.10', OTHER_MAC, '10.0.1.1', LEFT_MAC));
    assert.equal(knownMac(bench, '10.0.1.10'), PROBE_MAC);
  });

  it('believes another answer a second later (locktime)', () => {
    const bench = asking();
    bench.say('left', arpReply('10.0.1.10', PROBE_MAC, '10.0.1.1', LEFT_MAC));
    bench.wait(1.1 * SECOND);
    bench.say('left', arpReply('10.0.1.10', OTHER_MAC, '10.0.1.1', LEFT_MAC));
    assert.equal(knownMac(bench, '10.0.1.10'), OTHER_MAC);
  });

  it('believes at once who asks for it, and who announces itself', () => {
    const bench = asking();
    bench.say('left', arpReply('10.0.1.10', PROBE_MAC, '10.0.1.1', LEFT_MAC));
    bench.introduce('left', '10.0.1.10', OTHER_MAC);
    assert.equal(knownMac(bench, '10.0.1.10'), OTHER_MAC);
    bench.say('left', arpRequest('10.0.1.10', '10.0.1.10', PROBE_MAC));
    assert.equal(knownMac(bench, '10.0.1.10'), PROBE_MAC);
  });
});

describe('ARP without an answer', () => {
  it('asks three times, a second apart, then tells the sender of a forwarded packet', () => {
    const bench = new HostBench({ sysctls: { ip_forward: 1 } });
    bench.introduce('left', '10.0.1.10');
    const packet = udpFrame({ from: '10.0.1.10', to: '10.0.2.9' });
    const soon = bench.say('left', packet, 2.5 * SECOND);
    assert.equal(soon['right']!.length, 3);
    assert.deepEqual(soon['left'], []);
    const later = bench.wait(1 * SECOND);
    assert.deepEqual(later['right'], []);
    assert.deepEqual(later['left']!.map(icmpOf), ['3/1']);
    assert.equal(layer(later['left']![0], 'ipv4')?.source, ip('10.0.1.1'));
  });

  it('ends a connection attempt of its own', () => {
    const bench = new HostBench();
    let reason = '';
    const owner = {
      received: () => undefined,
      ended: () => undefined,
      closed: (why: string) => (reason = why),
    };
    const to = { local: ip('10.0.2.1'), remote: ip('10.0.2.9'), remotePort: 80 };
    bench.node.kernel.tcp.connect(to, () => ({ ...owner, closed: (why) => void owner.closed(why) }));
    bench.wait(2.9 * SECOND);
    assert.equal(reason, '');
    bench.wait(0.2 * SECOND);
    assert.equal(reason, 'unreachable');
  });
});

describe('ageing of neighbours', () => {
  const HERE = '10.0.1.10';
  const stateOf = (bench: HostBench) =>
    [...bench.node.kernel.neighbours.entries()].find(({ address }) => address === ip(HERE))?.state;
  /** A node that knows `HERE` from its answer. */
  const answered = () => {
    const bench = new HostBench();
    bench.say('left', synFrame({ from: HERE, to: '10.0.1.1' }));
    bench.say('left', arpReply(HERE, PROBE_MAC, '10.0.1.1', LEFT_MAC));
    return bench;
  };
  /** Makes the node send something (an ICMP error) to `HERE`. */
  const use = (bench: HostBench, forNs?: number) =>
    bench.say('left', udpFrame({ from: HERE, to: '10.0.1.1' }), forNs)['left']!;
  const asked = (frames: readonly Uint8Array[]) =>
    frames
      .filter((frame) => layer(frame, 'arp')?.operation === 1)
      .map((frame) => layer(frame, 'ethernet')?.destination);

  it('an answer is believed for 30 s', () => {
    const bench = answered();
    assert.equal(stateOf(bench), 'reachable');
    bench.wait(29 * SECOND);
    use(bench);
    assert.equal(stateOf(bench), 'reachable');
    bench.wait(2 * SECOND);
    use(bench);
    assert.equal(stateOf(bench), 'delay');
  });

  it('who asked is known, but not confirmed: stale, and in use for 5 s before it is asked', () => {
    const bench = new HostBench();
    bench.introduce('left', HERE);
    assert.equal(stateOf(bench), 'stale');
    assert.deepEqual(asked(use(bench, 4.9 * SECOND)), []);
    assert.equal(stateOf(bench), 'delay');
    assert.deepEqual(asked(bench.wait(0.2 * SECOND)['left']!), [PROBE_MAC]);
    assert.equal(stateOf(bench), 'probe');
    bench.say('left', arpReply(HERE, PROBE_MAC, '10.0.1.1', LEFT_MAC));
    assert.equal(stateOf(bench), 'reachable');
    assert.deepEqual(asked(bench.wait(20 * SECOND)['left']!), []);
  });

  it('is asked three times, alone and a second apart, then given up; the next packet asks everybody', () => {
    const bench = new HostBench();
    bench.introduce('left', HERE);
    use(bench);
    assert.deepEqual(asked(bench.wait(8.5 * SECOND)['left']!).slice(0, 3), [PROBE_MAC, PROBE_MAC, PROBE_MAC]);
    bench.wait(20 * SECOND);
    assert.equal(stateOf(bench), undefined);
    assert.deepEqual(asked(use(bench)), [BROADCAST_MAC]);
  });

  it('the progress of a connection confirms it in time', () => {
    const bench = new HostBench();
    bench.introduce('left', HERE);
    use(bench);
    const [link] = [...bench.node.kernel.neighbours.entries()].map((entry) => entry.link);
    bench.wait(2 * SECOND);
    bench.node.kernel.neighbours.confirm(link!, ip(HERE));
    assert.deepEqual(asked(bench.wait(4 * SECOND)['left']!), []);
    assert.equal(stateOf(bench), 'reachable');
  });

  it('a question from a known one with the same MAC changes nothing; with another it is stale again', () => {
    const bench = answered();
    bench.introduce('left', HERE);
    assert.equal(stateOf(bench), 'reachable');
    bench.introduce('left', HERE, OTHER_MAC);
    assert.equal(stateOf(bench), 'stale');
  });

  it('an announcement to everybody changes what is known, and makes no entry', () => {
    const bench = new HostBench();
    bench.say('left', arpRequest(HERE, HERE, OTHER_MAC));
    assert.equal(stateOf(bench), undefined);
    const known = answered();
    known.say('left', arpRequest(HERE, HERE, OTHER_MAC));
    assert.equal(stateOf(known), 'stale');
  });
});
