import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { fillFrame, HEADROOM, makeFrame } from '../../src/forwarder/frame.ts';
import { Gue } from '../../src/forwarder/models/gue.ts';
import type { Server } from '../../src/forwarder/server.ts';
import { asIpv4, toSigned } from '../../src/packet/address.ts';
import { buildIcmpError, buildUdp } from '../../src/packet/build.ts';
import {
  ACK,
  assertSent,
  CIP,
  DIP,
  directorConfig,
  ip,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  request,
  Rig,
  RIP,
  ROUTER,
  SYN,
  VIP,
} from './rig.ts';

const VIP2 = ip('10.0.2.101');

const datagram = (port: number): Uint8Array =>
  buildUdp({
    ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
    ip: { source: CIP, destination: VIP },
    udp: { sourcePort: port, destinationPort: 80 },
  });

/** tun by GUE (`ipvsadm -i --tun-type gue`). */
const PORT = 6080;
const gue = (port = PORT, rest: Partial<ForwarderConfig> = {}): ForwarderConfig =>
  directorConfig({ model: 'tun', tunnel: { type: 'gue', port } }, rest);
const TUN = directorConfig({ model: 'tun' });
const start = (config = gue()): Rig => new Rig(config).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;

/** The packet of the frame `inner` in a datagram, as it leaves the director. */
function wrapped(inner: Uint8Array, sourcePort: number, port = PORT, id?: number): Uint8Array {
  return buildUdp({
    ethernet: { source: M_DIRECTOR, destination: M_SERVER },
    ip: {
      source: DIP,
      destination: RIP,
      ttl: inner[22]!,
      trafficClass: inner[15]!,
      dontFragment: (inner[20]! & 0x40) !== 0,
      ...(id !== undefined && { id }),
    },
    udp: { sourcePort, destinationPort: port, withChecksum: false },
    payload: Uint8Array.from([0, 4, 0, 0, ...inner.subarray(14)]),
  });
}

describe('GUE', () => {
  it('is IPv4, UDP without a checksum, and four bytes, before the packet as it is: 32 bytes', () => {
    const { sent } = start().give(request(50000, SYN, { ttl: 63, trafficClass: 0xb9 }));
    const inner = request(50000, SYN, { ttl: 62, trafficClass: 0xb9 });
    const [frame] = sent;
    const port = u16(frame!.bytes, 34);
    assertSent(sent, wrapped(inner, port));
    assert.equal(frame!.bytes.length, inner.length + 32);
  });

  it('counts the outer ID where DF is clear', () => {
    const rig = start();
    for (const id of [1, 2]) {
      const { sent } = rig.give(request(50000, SYN, { ttl: 63, dontFragment: false }));
      const inner = request(50000, SYN, { ttl: 62, dontFragment: false });
      assertSent(sent, wrapped(inner, u16(sent[0]!.bytes, 34), PORT, id));
    }
  });

  it('its source port is the flow’s: the same for all of its packets, of Linux’s ephemeral ports, and spread', () => {
    const rig = start();
    const portOf = (frame: Uint8Array): number => u16(rig.give(frame).sent[0]!.bytes, 34);
    const ports = Array.from({ length: 500 }, (_, flow) => {
      const port = portOf(request(40000 + flow));
      assert.equal(portOf(request(40000 + flow, ACK, { payload: 'x' })), port);
      return port;
    });
    assert.ok(ports.every((port) => port >= 32768 && port < 60999));
    assert.ok(new Set(ports).size > 480, String(new Set(ports).size));
    // Of datagrams too; and another client, another service, another flow.
    const dns = { ...gue().services[0]!, name: 'dns', protocol: 'udp' } as const;
    const other = { ...gue().services[0]!, name: 'other', vip: VIP2 };
    const many = start({ ...gue(), services: [...gue().services, dns, other] });
    const flows = Array.from({ length: 100 }, (_, i) => [
      datagram(40000 + i),
      request(5, SYN, { addresses: [asIpv4(CIP + i + 1), VIP] }),
      request(40000 + i, SYN, { addresses: [CIP, VIP2] }),
      request(40000 + i),
    ]).flat();
    const taken = new Set(flows.map((frame) => u16(many.give(frame).sent[0]!.bytes, 34)));
    assert.ok(taken.size > 380, String(taken.size));
    // All over the range.
    const tenths = new Set(ports.map((port) => Math.floor((port - 32768) / 2824)));
    assert.equal(tenths.size, 10);
  });

  it('takes every one of these ports but the last', () => {
    const model = new Gue(PORT);
    const server = { dip: toSigned(DIP), address: toSigned(RIP) } as Server;
    const frame = makeFrame(100);
    let [first, last] = [0xffff, 0];
    for (const vip of [VIP, VIP2, ip('10.0.2.102')])
      for (let flow = 0; flow < 0x1_0000; flow++) {
        if (flow === 0) fillFrame(frame, 0, request(1, SYN, { addresses: [CIP, vip] }));
        frame.start = HEADROOM;
        frame.view.setUint16(HEADROOM + 34, flow);
        model.wrap(frame, HEADROOM + 14, server);
        const port = frame.view.getUint16(frame.start + 34);
        first = Math.min(first, port);
        last = Math.max(last, port);
      }
    assert.deepEqual([first, last], [32768, 60998]);
  });

  it('every fragment of a datagram has the same source port', () => {
    const config = directorConfig({ model: 'tun', tunnel: { type: 'gue', port: PORT }, protocol: 'udp' });
    const rig = start(config);
    const piece = (offset: number, more: boolean): Uint8Array => {
      // Behind the first one there is only payload: no ports.
      const whole = buildUdp({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: CIP, destination: VIP, id: 7 },
        udp: { sourcePort: 50000, destinationPort: 80 },
        payload: new Uint8Array(100).fill(offset),
      });
      if (offset > 0) whole.fill(offset, 34, 42);
      const view = new DataView(whole.buffer);
      view.setUint16(20, (more ? 0x2000 : 0) | (offset / 8));
      view.setUint16(24, 0);
      let sum = 0;
      for (let at = 14; at < 34; at += 2) sum += view.getUint16(at);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      view.setUint16(24, ~sum & 0xffff);
      return whole;
    };
    const ports = [
      [0, true],
      [112, true],
      [224, false],
    ].flatMap(([offset, more]) =>
      rig.give(piece(offset as number, more as boolean)).sent.map(({ bytes }) => u16(bytes, 34)),
    );
    assert.equal(ports.length, 3);
    assert.equal(new Set(ports).size, 1);
  });

  it('a packet with DF that does not fit is answered with what does: 32 bytes less than the MTU', () => {
    const rig = start();
    rig.give(request(50000));
    assert.equal(
      rig.give(request(50000, ACK, { payload: 'x'.repeat(1428) })).sent[0]!.bytes.length,
      14 + 1500,
    );
    const [answer] = rig.give(request(50000, ACK, { payload: 'x'.repeat(1429) })).sent;
    assert.deepEqual([answer!.bytes[34], answer!.bytes[35], u16(answer!.bytes, 40)], [3, 4, 1468]);
  });

  it('what sort of tunnel it is changes under a connection, as IPVS’s `ipvsadm -e` does', () => {
    const rig = start(TUN);
    rig.give(request(50000));
    const next = request(50000, ACK, { ttl: 63 });
    const inner = request(50000, ACK, { ttl: 62 });
    const sentBy = (config: ForwarderConfig): Uint8Array => {
      rig.reconfigure(config);
      return rig.give(next).sent[0]!.bytes;
    };
    for (const port of [PORT, 7000])
      assert.deepEqual(sentBy(gue(port)), wrapped(inner, u16(sentBy(gue(port)), 34), port));
    assert.equal(sentBy(TUN)[23], 4);
    assert.deepEqual(rig.connections, ['rs1 50000 ESTABLISHED']);
    assert.equal(rig.port.forwarder.counters().services[0]!.servers.length, 1);
  });
});

describe('ICMP errors about GUE', () => {
  const inner = request(50000, SYN, { ttl: 62 });
  const about = (type: number, code: number, rest = 0, quoted = wrapped(inner, 40000)): Uint8Array =>
    buildIcmpError({
      ethernet: { source: M_SERVER, destination: M_DIRECTOR },
      ip: { source: RIP, destination: DIP },
      icmp: { type, code, rest },
      quoted: quoted.subarray(14),
    });
  const told = (type: number, code: number, rest = 0, quoted = inner.subarray(14)): Uint8Array =>
    buildIcmpError({
      ethernet: { source: M_DIRECTOR, destination: M_ROUTER },
      ip: { source: VIP, destination: CIP, trafficClass: 0xc0 },
      icmp: { type, code, rest },
      quoted,
    });
  const opened = (config = gue()): Rig => {
    const rig = start(config);
    rig.give(request(50000));
    return rig;
  };

  it('nobody at the server’s port: the client hears port unreachable from the VIP', () => {
    assertSent(opened().give(about(3, 3)).sent, told(3, 3));
  });

  it('too narrow a way: what is left for the packet inside', () => {
    assertSent(opened().give(about(3, 4, 1400)).sent, told(3, 4, 1368));
  });

  it('the quote must reach the inner ports, and no further', () => {
    const quoted = (length: number) => wrapped(inner, 40000).slice(0, 14 + length);
    assertSent(opened().give(about(3, 3, 0, quoted(32 + 24))).sent, told(3, 3, 0, inner.slice(14, 14 + 24)));
    for (const length of [32 + 23, 32 + 19, 31, 28]) {
      assert.deepEqual(opened().give(about(3, 3, 0, quoted(length))), { sent: [], decisions: [] });
      // Nor is anything read behind it, where the buffer ends too.
      const bytes = about(3, 3, 0, quoted(length));
      const frame = makeFrame(bytes.length);
      fillFrame(frame, 0, bytes);
      assert.equal(opened().port.forwarder.receive(frame, 0).input, false);
    }
  });

  const strangers: readonly [string, Uint8Array][] = [
    ['for another port', wrapped(inner, 40000, 6081)],
    ['that is no GUE of ours', wrapped(inner, 40000).map((byte, at) => (at === 43 ? 41 : byte))],
    ['about no connection', wrapped(request(1), 40000)],
    ['that is a segment', wrapped(inner, 40000).map((byte, at) => (at === 23 ? 6 : byte))],
  ];
  for (const [name, quoted] of strangers)
    it(`${name}: the kernel’s`, () => {
      assert.deepEqual(opened().give(about(3, 3, 0, quoted)), { sent: [], decisions: [] });
    });

  it('a datagram where the tunnel is IP in IP, and the other way about: the kernel’s', () => {
    assert.deepEqual(opened(TUN).give(about(3, 3)), { sent: [], decisions: [] });
    const ipip = Uint8Array.from([...wrapped(inner, 40000).subarray(0, 34), ...inner.subarray(14)]);
    new DataView(ipip.buffer).setUint16(16, ipip.length - 14);
    ipip[23] = 4;
    assert.deepEqual(opened().give(about(3, 2, 0, ipip)), { sent: [], decisions: [] });
  });
});
