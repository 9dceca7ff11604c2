import assert from 'node:assert/strict';
import { buildIpv4, buildUdp, wrapIpip } from '../../../../src/packet/build.ts';
import * as ipv4 from '../../../../src/packet/ipv4.ts';
import { fragment } from '../../../../src/lab/embedded/kernel/fragments.ts';
import {
  HostBench,
  LEFT_MAC,
  OTHER_MAC,
  PROBE_MAC,
  broadcast,
  icmpOf,
  ip,
  layer,
  layersOf,
  pingFrame,
  synFrame,
  udpFrame,
  type BenchSettings,
} from './host-bench.ts';

/** A node that knows its neighbours, 10.0.1.10 left and 10.0.2.10 right. */
function bench(settings: BenchSettings = {}): HostBench {
  const made = new HostBench(settings);
  made.introduce('left', '10.0.1.10');
  made.introduce('right', '10.0.2.10');
  return made;
}

const router = { sysctls: { ip_forward: 1 } } as const;
const through = { from: '10.0.1.10', to: '10.0.2.10' } as const;

describe('Forwarding', () => {
  it('changes MACs, TTL and header checksum, nothing else', () => {
    const sent = udpFrame(through);
    const [frame] = bench(router).say('left', sent)['right']!;
    assert.equal(layer(frame, 'ipv4')?.ttl, 63);
    assert.ok(layer(frame, 'ipv4')?.checksumOk);
    assert.equal(layer(frame, 'ethernet')?.destination, PROBE_MAC);
    const masked = (bytes: Uint8Array) =>
      bytes.map((byte, at) => (at < 12 || at === 22 || at === 24 || at === 25 ? 0 : byte));
    assert.deepEqual(masked(frame!), masked(sent));
  });

  it('trims an Ethernet trailer', () => {
    const sent = udpFrame(through);
    const padded = new Uint8Array(60);
    padded.set(sent);
    assert.equal(bench(router).say('left', padded)['right']![0]?.length, sent.length);
  });

  const cases: readonly {
    readonly name: string;
    readonly settings: BenchSettings;
    readonly frame: Uint8Array;
    readonly left: readonly string[];
    readonly right: number;
  }[] = [
    { name: 'TTL 2 passes', settings: router, frame: udpFrame({ ...through, ttl: 2 }), left: [], right: 1 },
    {
      name: 'TTL 1 ends in 11/0',
      settings: router,
      frame: udpFrame({ ...through, ttl: 1 }),
      left: ['11/0'],
      right: 0,
    },
    {
      name: 'TTL 0 ends in 11/0',
      settings: router,
      frame: udpFrame({ ...through, ttl: 0 }),
      left: ['11/0'],
      right: 0,
    },
    {
      name: 'no route ends in 3/0',
      settings: router,
      frame: udpFrame({ ...through, to: '192.0.2.1' }),
      left: ['3/0'],
      right: 0,
    },
    { name: 'ip_forward 0 is silence', settings: {}, frame: udpFrame(through), left: [], right: 0 },
    {
      name: "another machine's frame is none of ours",
      settings: router,
      frame: udpFrame({ ...through, mac: OTHER_MAC }),
      left: [],
      right: 0,
    },
    {
      name: 'a broadcast frame is not forwarded',
      settings: router,
      frame: broadcast(udpFrame(through)),
      left: [],
      right: 0,
    },
    {
      name: 'too big with DF ends in 3/4',
      settings: { ...router, right: { mtu: 1000 } },
      frame: udpFrame({ ...through, size: 1200, dontFragment: true }),
      left: ['3/4'],
      right: 0,
    },
    {
      name: 'too big without DF is cut',
      settings: { ...router, right: { mtu: 1000 } },
      frame: udpFrame({ ...through, size: 1200 }),
      left: [],
      right: 2,
    },
    {
      name: 'a packet with a bad header checksum vanishes',
      settings: router,
      frame: damaged(udpFrame(through)),
      left: [],
      right: 0,
    },
    {
      name: 'back where it came from, with a redirect',
      settings: { sysctls: { ip_forward: 1, send_redirects: 1 } },
      frame: udpFrame({ from: '10.0.1.10', to: '10.0.1.10' }),
      left: ['5/1', ''],
      right: 0,
    },
  ];
  for (const { name, settings, frame, left, right } of cases) {
    it(name, () => {
      const heard = bench(settings).say('left', frame);
      assert.deepEqual(
        heard['left']!.map((bytes) => icmpOf(bytes) ?? ''),
        left,
      );
      assert.equal(heard['right']!.length, right);
    });
  }

  it('a 3/4 says how big it may be, quotes the packet as it came and leaves by the way back', () => {
    const sent = udpFrame({ ...through, size: 1200, dontFragment: true });
    const [error] = bench({ ...router, right: { mtu: 1000 } }).say('left', sent)['left']!;
    assert.equal(layer(error, 'icmp')?.rest, 1000);
    assert.equal(layer(error, 'ipv4')?.source, ip('10.0.1.1'));
    assert.equal(layer(error, 'ipv4')?.totalLength, 576);
    assert.deepEqual(error!.subarray(14 + 28, 14 + 28 + 40), sent.subarray(14, 14 + 40));
  });

  it('never answers an error with an error', () => {
    const host = bench(router);
    const [error] = host.say('left', udpFrame({ ...through, ttl: 1 }))['left']!;
    const quoted = error!.slice(14 + 20);
    const back = buildIpv4({
      ethernet: { source: PROBE_MAC, destination: LEFT_MAC },
      ip: { source: ip('10.0.1.10'), destination: ip('10.0.2.10'), protocol: ipv4.PROTOCOL_ICMP, ttl: 1 },
      payload: quoted,
    });
    assert.deepEqual(host.say('left', back)['left'], []);
  });
});

describe('rp_filter', () => {
  // To the node itself, so that only the source decides.
  const sources = [
    { from: '10.0.1.10', what: 'a neighbour on this link', passes: [true, true, true] },
    { from: '10.0.2.10', what: 'a neighbour of another link', passes: [true, false, true] },
    { from: '192.0.2.7', what: 'an address without a route', passes: [true, false, false] },
    { from: '10.0.2.1', what: 'an address of its own', passes: [false, false, false] },
  ];
  for (const { from, what, passes } of sources) {
    for (const rp_filter of [0, 1, 2] as const) {
      it(`${rp_filter}: ${passes[rp_filter] ? 'takes' : 'drops'} a packet from ${what}`, () => {
        const host = bench({ sysctls: { rp_filter } });
        let got = 0;
        host.node.kernel.udp.bind({ received: () => (got += 1) }, 9);
        host.say('left', udpFrame({ from, to: '10.0.1.1' }));
        assert.equal(got, passes[rp_filter] ? 1 : 0);
      });
    }
  }
});

describe('IP-in-IP at a server', () => {
  const VIP = '10.0.9.100';
  const wrapped = wrapIpip({
    ethernet: { source: PROBE_MAC, destination: LEFT_MAC },
    ip: { source: ip('10.0.1.2'), destination: ip('10.0.1.1') },
    inner: synFrame({ from: '10.0.2.10', to: VIP }),
  });
  const cases = [
    { decapsulate: true, rp_filter: 0, left: [], right: ['tcp'] },
    { decapsulate: true, rp_filter: 1, left: [], right: [] },
    { decapsulate: true, rp_filter: 2, left: [], right: ['tcp'] },
    { decapsulate: false, rp_filter: 0, left: ['3/2'], right: [] },
  ] as const;
  for (const { decapsulate, rp_filter, left, right } of cases) {
    it(`decapsulate ${decapsulate}, rp_filter ${rp_filter}`, () => {
      const host = bench({ sysctls: { rp_filter }, node: { decapsulate, loopback: [ip(VIP)] } });
      host.introduce('left', '10.0.1.2');
      const heard = host.say('left', wrapped);
      assert.deepEqual(heard['left']!.map(icmpOf), left);
      assert.deepEqual(
        heard['right']!.map((bytes) => layersOf(bytes).at(-1)?.kind),
        right,
      );
      if (left.length > 0) {
        const header = layer(heard['left']![0], 'ipv4');
        assert.deepEqual([header?.source, header?.destination], [ip('10.0.1.1'), ip('10.0.1.2')]);
      }
    });
  }
});

describe('GUE at a server', () => {
  const VIP = '10.0.9.100';
  const inner = synFrame({ from: '10.0.2.10', to: VIP });
  const datagram = (port: number, header: readonly number[] = [0, 4, 0, 0]) =>
    buildUdp({
      ethernet: { source: PROBE_MAC, destination: LEFT_MAC },
      ip: { source: ip('10.0.1.2'), destination: ip('10.0.1.1') },
      udp: { sourcePort: 40000, destinationPort: port, withChecksum: false },
      payload: Uint8Array.from([...header, ...inner.subarray(14)]),
    });
  const heard = (frame: Uint8Array, guePorts: readonly number[] = [6080]) => {
    const host = bench({ node: { decapsulate: true, guePorts, loopback: [ip(VIP)] } });
    host.introduce('left', '10.0.1.2');
    const { left, right } = host.say('left', frame);
    return [left!.map(icmpOf), right!.map((bytes) => layersOf(bytes).at(-1)?.kind)];
  };

  it('is taken off at its ports, and what is inside is answered', () => {
    assert.deepEqual(heard(datagram(6080)), [[], ['tcp']]);
    assert.deepEqual(heard(datagram(7000), [6080, 7000]), [[], ['tcp']]);
  });

  it('is for a closed port elsewhere: 3/3', () => {
    assert.deepEqual(heard(datagram(6081)), [['3/3'], []]);
    assert.deepEqual(heard(datagram(6080), []), [['3/3'], []]);
  });

  it('what comes to its port and is none falls away', () => {
    for (const header of [
      [0x80, 4, 0, 0],
      [0, 41, 0, 0],
    ])
      assert.deepEqual(heard(datagram(6080, header)), [[], []]);
  });
});

describe('Local delivery', () => {
  it('answers a ping, data and all', () => {
    const [reply] = bench().say('left', pingFrame({ from: '10.0.1.10', to: '10.0.1.1' }))['left']!;
    const header = layer(reply, 'icmp');
    assert.deepEqual([header?.type, header?.rest, header?.checksumOk], [0, 0x30004, true]);
    assert.deepEqual([...reply!.subarray(-8)], [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('answers from a loopback address what was asked there', () => {
    const host = bench({ node: { loopback: [ip('10.0.9.100')] } });
    const [synAck] = host.say('left', synFrame({ from: '10.0.1.10', to: '10.0.9.100' }))['left']!;
    const header = layer(synAck, 'ipv4');
    assert.equal(header?.source, ip('10.0.9.100'));
    assert.deepEqual([header.id, header.dontFragment, header.ttl], [0, true, 64]);
  });

  it('says 3/3 for a closed UDP port, 3/2 for an unknown protocol, RST for a closed TCP port', () => {
    const host = bench();
    assert.deepEqual(host.say('left', udpFrame({ from: '10.0.1.10', to: '10.0.1.1' }))['left']!.map(icmpOf), [
      '3/3',
    ]);
    const [reset] = host.say('left', synFrame({ from: '10.0.1.10', to: '10.0.1.1' }, 81))['left']!;
    assert.equal(layer(reset, 'tcp')?.flags, 20);
    const gre = buildIpv4({
      ethernet: { source: PROBE_MAC, destination: LEFT_MAC },
      ip: { source: ip('10.0.1.10'), destination: ip('10.0.1.1'), protocol: 47 },
      payload: new Uint8Array(8),
    });
    assert.deepEqual(host.say('left', gre)['left']!.map(icmpOf), ['3/2']);
  });

  it('drops a segment with a bad checksum', () => {
    const frame = synFrame({ from: '10.0.1.10', to: '10.0.1.1' });
    frame[frame.length - 1]! ^= 1;
    assert.deepEqual(bench().say('left', frame)['left'], []);
  });

  it('puts fragments together, whatever their order, and answers in fragments', () => {
    const host = bench();
    const whole = pingFrame({ from: '10.0.1.10', to: '10.0.1.1', size: 3000 });
    const pieces = fragment(whole, 1500);
    assert.equal(pieces.length, 3);
    const heard = [...pieces.reverse()].flatMap((piece) => {
      piece.set(whole.subarray(0, 12));
      return host.say('left', piece)['left']!;
    });
    assert.equal(heard.length, 3);
    const total = heard.reduce((sum, frame) => sum + layer(frame, 'ipv4')!.totalLength - 20, 0);
    assert.equal(total, 3008);
    assert.deepEqual(
      heard.map((frame) => layer(frame, 'ipv4')?.moreFragments),
      [true, true, false],
    );
  });

  it('survives whatever comes', () => {
    const host = bench(router);
    const whole = synFrame({ from: '10.0.1.10', to: '10.0.1.1' });
    for (let length = 0; length < whole.length; length += 1) {
      assert.deepEqual(host.say('left', whole.slice(0, length))['left'], []);
    }
  });
});

function damaged(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy[24]! ^= 0xff;
  return copy;
}
