import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { formatIpv4, NO_ADDRESS } from '../../src/packet/address.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { describeWithVectors, fromHex, toHex, vectors } from '../packet/vectors.ts';
import { directorConfig, ip, mac, M_SERVER, Rig, ROUTER, M_ROUTER, SYN } from './rig.ts';

/**
 * The frames of Facebook's Katran, a load balancer of the tun kind, and what it made of them. It keeps no TCP states,
 * so that a SYN of the same flow goes before; it does not decrement the TTL; outer TTL, ID, DF and source are its own
 * choice. It knows encapsulations that LB Lab does not have (GUE): of those cases only the frames themselves are read.
 */
interface Case {
  readonly id: string;
  readonly description: string;
  readonly kind: string;
  readonly in_hex: string;
  readonly out_hex: string;
  readonly ipv4_only: boolean;
  readonly in_layers: readonly Readonly<Record<string, string | number | boolean>>[];
}

const REALS = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const DIRECTOR = ip('10.0.0.254');
const OWN_MAC = mac('02:00:00:00:00:00');
const IP = ethernet.HEADER_LENGTH;

/** A director for the VIPs of Katran's own set-up, its port the one that the frame is addressed to. */
function configFor({ in_layers: layers }: Case, vips: readonly string[]): ForwarderConfig {
  const [, , l4] = layers;
  const quoted = layers.find(({ l, sport }) => (l === 'tcp' || l === 'udp') && sport !== undefined);
  const isError = l4?.['l'] === 'icmp' && layers.length > 3;
  const port = Number(isError ? quoted?.['sport'] : l4?.['dport']) || 80;
  const protocol = (isError ? quoted?.['l'] : l4?.['l']) === 'tcp' ? 'tcp' : 'udp';
  const servers = REALS.map((address) => ({ name: address, address: ip(address), port, weight: 1 }));
  const base = directorConfig();
  return {
    ...base,
    interfaces: [
      { segment: 'clients', address: ip('10.200.9.1'), prefixLength: 24, mac: OWN_MAC, mtu: 9000 },
      { segment: 'reals', address: DIRECTOR, prefixLength: 24, mac: mac('02:00:00:00:00:fe'), mtu: 1500 },
    ],
    routes: [{ network: NO_ADDRESS, prefixLength: 0, via: ip('10.200.9.2') }],
    services: vips.map((vip) => ({
      ...base.services[0]!,
      name: vip,
      model: 'tun',
      vip: ip(vip),
      protocol,
      port,
      servers,
    })),
  };
}

const VIPS = ['10.200.1.1', '10.200.1.2', '10.200.1.3', '10.200.1.4', '10.200.1.5', '10.200.1.6'];

function start(config: ForwarderConfig): Rig {
  const rig = new Rig(config).learn(ip('10.200.9.2'), M_ROUTER).learn(ROUTER, M_ROUTER);
  for (const real of REALS) rig.learn(ip(real), M_SERVER, 1);
  return rig;
}

/** The SYN that opens the frame's connection, or that of the packet which an ICMP error quotes, turned around. */
function opening(frame: Uint8Array): Uint8Array | undefined {
  const protocol = ipv4.protocolOf(frame, IP);
  if (protocol === ipv4.PROTOCOL_ICMP && frame[34] === 3) {
    const quoted = frame.slice(42);
    const syn = Uint8Array.from([...frame.subarray(0, IP), ...quoted.subarray(0, 40)]);
    syn.set(quoted.subarray(16, 20), 26);
    syn.set(quoted.subarray(12, 16), 30);
    syn.set(quoted.subarray(22, 24), 34);
    syn.set(quoted.subarray(20, 22), 36);
    ipv4.setTotalLength(syn, IP, 40);
    return madeSyn(syn);
  }
  return protocol === ipv4.PROTOCOL_TCP ? madeSyn(frame.slice()) : undefined;
}

function madeSyn(frame: Uint8Array): Uint8Array {
  frame[IP + ipv4.HEADER_LENGTH + 13] = SYN;
  fillChecksums(frame, 0, frame.length);
  return frame;
}

/** The packet without what a router changes. */
function inner(packet: Uint8Array): string {
  const copy = packet.slice();
  ipv4.setTtl(copy, 0, 0);
  ipv4.setChecksum(copy, 0, 0);
  return toHex(copy);
}

const packetOf = (frame: Uint8Array): Uint8Array => frame.slice(IP, IP + ipv4.totalLengthOf(frame, IP));

describeWithVectors("Katran's packets", () => {
  let cases: readonly Case[];
  before(() => {
    const all = vectors('katran-packets.json') as { readonly cases: readonly Case[] };
    cases = all.cases.filter(({ ipv4_only: isIpv4 }) => isIpv4);
    assert.equal(cases.length, 59);
  });
  const of = (kind: string): readonly Case[] => cases.filter((one) => one.kind === kind);

  it('encapsulations in IP-in-IP: the same inner packet, an outer one that fits it', () => {
    const servers = new Map<string, string>();
    assert.equal(of('encap-ipip4').length, 13);
    for (const one of of('encap-ipip4')) {
      const given = fromHex(one.in_hex);
      const rig = start(configFor(one, VIPS));
      const syn = opening(given);
      if (syn !== undefined) rig.give(syn);
      const { sent } = rig.give(given);
      assert.equal(sent.length, 1, one.id);
      const outer = packetOf(sent[0]!.bytes);
      const theirs = packetOf(fromHex(one.out_hex));
      assert.equal(inner(outer.slice(20)), inner(theirs.slice(20)), one.id);
      assert.equal(ipv4.ttlOf(outer, 20), ipv4.ttlOf(theirs, 20) - 1);
      assert.ok(ipv4.headerChecksumOk(outer, 0) && ipv4.headerChecksumOk(outer, 20));
      for (const field of [ipv4.totalLengthOf, ipv4.trafficClassOf, ipv4.protocolOf, ipv4.headerLengthOf])
        assert.equal(field(outer, 0), field(theirs, 0), one.id);
      const server = formatIpv4(ipv4.destinationOf(outer, 0));
      assert.ok(REALS.includes(server));
      assert.equal(servers.get(one.in_hex) ?? server, server, one.id);
      servers.set(one.in_hex, server);
    }
  });

  it('what is not balanced reaches no real server', () => {
    assert.equal(of('pass-unchanged').length, 15);
    for (const one of of('pass-unchanged')) {
      // Katran's own VIPs are for its balancer's tests only; the others have none, or not this port.
      const isBalancer = one.id.includes('Gue')
        ? one.id.includes('KatranGue')
        : one.id.startsWith('katran/KatranTest');
      const config = configFor(one, isBalancer ? VIPS : []);
      const other = { ...config, services: config.services.map((service) => ({ ...service, port: 8 })) };
      const rig = start(other);
      const before = rig.sent.length;
      rig.give(fromHex(one.in_hex));
      assert.ok(
        rig.sent.slice(before).every(({ port }) => port === 0),
        one.id,
      );
    }
  });

  it('what it drops makes no frame here', () => {
    assert.equal(of('drop').length, 8);
    for (const one of of('drop')) {
      const wide = configFor(one, [...VIPS, '10.200.1.99']);
      // The packet that is too long came in by an ordinary Ethernet.
      const config = { ...wide, interfaces: wide.interfaces.map((port) => ({ ...port, mtu: 1500 })) };
      const rig = start(config);
      assert.deepEqual(rig.give(fromHex(one.in_hex)).sent, [], one.id);
    }
  });

  it('pings of a VIP: the same reply', () => {
    const pings = of('icmp-generated').filter(({ description }) => description.includes('echo'));
    assert.equal(pings.length, 2);
    for (const one of pings) {
      const { sent } = start(configFor(one, VIPS)).give(fromHex(one.in_hex));
      const theirs = fromHex(one.out_hex);
      // The answer goes back from the port's own MAC address.
      assert.equal(toHex(sent[0]!.bytes.slice(12)), toHex(theirs.slice(12)), one.id);
    }
  });

  it('too big: the VIP says so, quoting the packet; without DF, unlike Katran, it is cut instead', () => {
    const cases34 = of('icmp-generated').filter(({ description }) => description.includes('too big'));
    assert.equal(cases34.length, 3);
    for (const one of cases34) {
      const given = fromHex(one.in_hex);
      const cut = start(configFor(one, VIPS)).give(given).sent;
      assert.equal(cut.length, 2, one.id);
      ipv4.setFragment(given, IP, ipv4.DONT_FRAGMENT);
      ipv4.fillHeaderChecksum(given, IP);
      const { sent } = start(configFor(one, VIPS)).give(given);
      const theirs = packetOf(fromHex(one.out_hex));
      const ours = packetOf(sent[0]!.bytes);
      assert.equal(l4ChecksumOk(ours, 0, ours.length), true);
      for (const field of [ipv4.sourceOf, ipv4.destinationOf, ipv4.protocolOf, ipv4.ttlOf])
        assert.equal(field(ours, 0), field(theirs, 0), one.id);
      assert.equal(toHex(ours.slice(20, 22)), toHex(theirs.slice(20, 22)));
      // Theirs quotes 84 bytes, as every error has; the MTU is what fits into this tunnel.
      assert.equal(toHex(ours.slice(28, 28 + 84)), toHex(given.slice(IP, IP + 84)));
      assert.equal((ours[26]! << 8) | ours[27]!, 1480);
    }
  });

  it('decapsulations: a director is not the end of a tunnel; the inner packet is what they say', () => {
    assert.equal(of('decap').length, 2);
    for (const one of of('decap')) {
      const given = fromHex(one.in_hex);
      const theirs = packetOf(fromHex(one.out_hex));
      assert.equal(toHex(given.slice(-theirs.length)), toHex(theirs), one.id);
      assert.deepEqual(start(configFor(one, VIPS)).give(given).sent, [], one.id);
    }
  });
});
