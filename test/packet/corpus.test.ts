import assert from 'node:assert/strict';
import * as arp from '../../src/packet/arp.ts';
import { formatIpv4, formatMac } from '../../src/packet/address.ts';
import { fillChecksums } from '../../src/packet/checksum.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as icmp from '../../src/packet/icmp.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import type { DecodedFrame, Layer } from '../../src/packet/layers.ts';
import * as tcp from '../../src/packet/tcp.ts';
import * as udp from '../../src/packet/udp.ts';
import { describeWithVectors, fromHex, toHex, vectors } from './vectors.ts';

type CorpusLayer = Readonly<Record<string, string | number | boolean>> & { readonly l: string };

interface CorpusFrame {
  readonly name: string;
  readonly hex: string;
  readonly layers: readonly CorpusLayer[];
}

describeWithVectors('frames of other projects', () => {
  let frames: CorpusFrame[];
  before(() => {
    ({ frames } = vectors('frames-corpus.json') as { frames: CorpusFrame[] });
    assert.ok(frames.length > 50);
  });

  it('decode to the layers that are known', () => {
    for (const { name, hex, layers } of frames) {
      const found = flat(decodeFrame(fromHex(hex))).filter((layer) => layer.kind !== 'payload');
      const expected = layers.filter(({ l }) => l in COMPARE);
      assert.deepEqual(
        found.map((layer) => layer.kind),
        expected.map(({ l }) => (l === 'eth' ? 'ethernet' : l)),
        name,
      );
      found.forEach((layer, index) => compare(layer, expected[index]!, name));
    }
  });

  it('only the one that the capture cut has a problem', () => {
    const broken = frames.filter(({ hex }) => decodeFrame(fromHex(hex)).problem !== undefined);
    assert.deepEqual(
      broken.map(({ name }) => name),
      ['layers/udp_test.go:testDNSRRA'],
    );
  });

  it('come out of the encoders with the same bytes', () => {
    for (const { name, hex } of frames) assert.equal(toHex(serialise(decodeFrame(fromHex(hex)))), hex, name);
  });

  it('the checksums we fill in are those that were valid', () => {
    let count = 0;
    for (const { name, hex } of frames) {
      const frame = fromHex(hex);
      const l4 = decodeFrame(frame).layers[2];
      if (l4 === undefined || !('checksumOk' in l4) || l4.checksumOk !== true) continue;
      const blank = frame.slice();
      blank.fill(0, 24, 26);
      const field = { tcp: tcp.CHECKSUM, udp: udp.CHECKSUM, icmp: icmp.CHECKSUM, ipv4: ipv4.CHECKSUM }[
        l4.kind
      ];
      blank.fill(0xee, l4.start + field, l4.start + field + 2);
      fillChecksums(blank, 0, blank.length);
      assert.equal(toHex(blank), hex, name);
      count++;
    }
    assert.ok(count >= 30);
  });

  it('cut at any byte: a problem, and the layers before the cut', () => {
    for (const { name, hex } of frames) {
      const frame = fromHex(hex);
      const whole = decodeFrame(frame);
      const [, packet] = whole.layers;
      const packetEnd = packet?.kind === 'ipv4' ? packet.start + packet.totalLength : (packet?.end ?? 0);
      for (let length = 0; length < frame.length; length++) {
        const where = `${name} cut at ${length}`;
        const cut = decodeFrame(frame.subarray(0, length), frame.length);
        assert.equal(cut.problem?.problem, 'truncated', where);
        if (packet?.kind !== 'payload' && length < packetEnd) {
          assert.equal(
            decodeFrame(frame.subarray(0, length)).problem?.problem,
            'truncated',
            `${where}, unknown length`,
          );
        }
        const before = whole.layers.filter((layer) => layer.kind !== 'payload' && layer.end <= length);
        const kept = cut.layers.filter((layer) => layer.kind !== 'payload');
        assert.deepEqual(kept.map(extent), before.map(extent), where);
      }
    }
  });

  it('are read only inside their own bytes', () => {
    for (const { name, hex } of frames) {
      const frame = fromHex(hex);
      for (const filler of [0x00, 0x45, 0xff]) {
        const buffer = new Uint8Array(frame.length + 128).fill(filler);
        buffer.set(frame, 64);
        for (let length = 0; length <= frame.length; length++) {
          const inside = decodeFrame(buffer.subarray(64, 64 + length));
          const alone = decodeFrame(frame.slice(0, length));
          assert.deepEqual(flat(inside).map(values), flat(alone).map(values), `${name} cut at ${length}`);
        }
      }
    }
  });
});

/** Quoted layers after the ICMP header that quotes them, as the corpus lists them. */
function flat({ layers }: Pick<DecodedFrame, 'layers'>): Layer[] {
  return layers.flatMap((layer) => (layer.kind === 'icmp' ? [layer, ...layer.quoted] : [layer]));
}

function extent({ kind, start, end }: Layer): unknown {
  return [kind, start, end];
}

function values(layer: Layer): unknown {
  return { ...layer, ok: 'checksumOk' in layer ? layer.checksumOk : undefined };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The corpus' words for the fields of a layer. */
const COMPARE: Readonly<Record<string, (layer: never) => CorpusLayer>> = {
  eth: (l: Extract<Layer, { kind: 'ethernet' }>) => ({
    l: 'eth',
    dst: formatMac(l.destination),
    src: formatMac(l.source),
    type: hex(l.etherType, 4),
  }),
  arp: () => ({ l: 'arp' }),
  ipv4: (l: Extract<Layer, { kind: 'ipv4' }>) => ({
    l: 'ipv4',
    ihl: l.end - l.start,
    tos: l.trafficClass,
    len: l.totalLength,
    id: l.id,
    frag: hex((l.dontFragment ? 0x4000 : 0) | (l.moreFragments ? 0x2000 : 0) | (l.fragmentOffset / 8), 4),
    ttl: l.ttl,
    proto: l.protocol,
    csum: hex(l.checksum, 4),
    src: formatIpv4(l.source),
    dst: formatIpv4(l.destination),
    csum_ok: l.checksumOk,
  }),
  udp: (l: Extract<Layer, { kind: 'udp' }>) => ({
    l: 'udp',
    sport: l.sourcePort,
    dport: l.destinationPort,
    len: l.length,
    csum: hex(l.checksum, 4),
    // Where our answer is that it cannot be known, the corpus says true (there is none) or false (a cut datagram).
    csum_ok: l.checksumOk ?? l.checksum === 0,
  }),
  tcp: (l: Extract<Layer, { kind: 'tcp' }>) => ({
    l: 'tcp',
    sport: l.sourcePort,
    dport: l.destinationPort,
    flags: hex(l.flags, 2),
    csum: hex(l.checksum, 4),
    csum_ok: l.checksumOk ?? false,
  }),
  icmp: (l: Extract<Layer, { kind: 'icmp' }>) => ({
    l: 'icmp',
    type: l.type,
    code: l.code,
    csum: hex(l.checksum, 4),
    rest: hex(l.rest, 8),
    csum_ok: l.checksumOk ?? false,
  }),
};

function compare(layer: Layer, expected: CorpusLayer, name: string): void {
  const found = COMPARE[expected.l]!(layer as never);
  for (const [field, value] of Object.entries(expected)) {
    if (field in found) assert.equal(found[field], value, `${name} ${expected.l}.${field}`);
  }
}

/** The frame again, header by header from the records; payload and trailer are copied. */
function serialise({ bytes, layers }: DecodedFrame): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let end = 0;
  for (const layer of layers) {
    writeLayer(layer, bytes, out);
    end = layer.end;
  }
  out.set(bytes.subarray(end), end);
  return out;
}

function writeLayer(layer: Layer, bytes: Uint8Array, out: Uint8Array): void {
  switch (layer.kind) {
    case 'ethernet':
      return ethernet.write(layer, out, layer.start);
    case 'arp':
      return arp.write(layer, out, layer.start);
    case 'ipv4':
      return ipv4.write(layer, out, layer.start, layer.totalLength);
    case 'tcp':
      return tcp.write(layer, out, layer.start);
    case 'udp':
      return udp.write(layer, out, layer.start);
    case 'icmp':
      icmp.write(layer, out, layer.start);
      for (const quoted of layer.quoted) writeLayer(quoted, bytes, out);
      return;
    case 'gue':
      return new DataView(out.buffer).setUint32(
        layer.start,
        ((layer.version << 30) | (layer.protocol << 16) | layer.flags) >>> 0,
      );
    case 'vrrp':
    case 'payload':
      return out.set(bytes.subarray(layer.start, layer.end), layer.start);
  }
}
