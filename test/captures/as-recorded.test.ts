import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { gunzip } from '../../src/captures/gunzip.ts';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import type { FrameEvent } from '../../src/lab/events.ts';
import type { Capture, CaptureRecord } from '../../src/packet/capture.ts';
import { asIpv4, asMac } from '../../src/packet/address.ts';
import { buildIpv4, buildUdp } from '../../src/packet/build.ts';
import { fold, pseudoHeaderSum } from '../../src/packet/checksum.ts';
import { byNode, capturedOf, cooked, only, undirected, withBytes, type Captured } from './captured.ts';

const IP = 14;
const isTcp = (bytes: Uint8Array) => bytes[12] === 8 && bytes[13] === 0 && bytes[IP + 9] === 6;

describe('what hosts record, made plain', () => {
  let captured: Captured;
  let own: readonly FrameEvent[];
  before(async () => {
    captured = await capturedOf('dr');
    own = framesOf((record) => record);
  });

  const told = (
    make: (record: CaptureRecord) => CaptureRecord,
    change: Partial<Capture['interfaces'][0]> = {},
  ) => {
    const one = only(captured.capture, ['director.inside'], make);
    const capture = { ...one, interfaces: [{ ...one.interfaces[0]!, ...change }] };
    return tellCaptures([{ name: 'a', capture }], captured.plan);
  };
  const framesOf = (...call: Parameters<typeof told>) =>
    told(...call).events.filter((event): event is FrameEvent => event.kind === 'frame');
  const noteOf = (code: string, ...call: Parameters<typeof told>) =>
    told(...call).notes.find((note) => note.code === code)?.params;

  it('frames padded to 60 bytes, with a check sequence or without', () => {
    for (const more of [0, 4]) {
      const padded = (record: CaptureRecord) => {
        const bytes = new Uint8Array(Math.max(60, record.bytes.length) + more).fill(0xcc);
        bytes.set(record.bytes);
        return withBytes(record, bytes);
      };
      assert.deepEqual(framesOf(padded), own);
    }
  });

  it('what is for groups is counted by what it is, and no story of a loss', () => {
    const ethernet = (last: number) => ({
      source: asMac(0x0200_0000_0001),
      destination: asMac(0x0100_5e00_0000 + last),
    });
    const ip = (last: number) => ({ source: asIpv4(0x0a000202), destination: asIpv4(0xe0000000 + last) });
    const raw = (last: number, protocol: number) =>
      buildIpv4({ ethernet: ethernet(last), ip: { ...ip(last), protocol }, payload: new Uint8Array(20) });
    const datagram = (last: number, port: number) =>
      buildUdp({ ethernet: ethernet(last), ip: ip(last), udp: { sourcePort: port, destinationPort: port } });
    const more = [
      raw(18, 112),
      raw(18, 112),
      raw(22, 2),
      raw(5, 200),
      datagram(251, 5353),
      datagram(81, 8848),
      datagram(9, 9999),
    ];
    const one = only(captured.capture, ['director.inside']);
    const [first] = one.records;
    const records = [...more.map((bytes) => withBytes(first!, bytes)), ...one.records];
    const { events, notes } = tellCaptures([{ name: 'a', capture: { ...one, records } }], captured.plan);
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'frame'),
      own,
    );
    assert.deepEqual(notes.find(({ code }) => code === 'groups')?.params, {
      ...{ count: 7, broadcast: 0, multicast: 7 },
      protocols: 'VRRP (2), IGMP (1), IPv4 200 (1), mDNS (1), IPVS sync (1), UDP 9999 (1)',
    });
  });

  it('VLAN tags, one or two, and a priority without a VLAN', () => {
    for (const tags of [
      [0x81, 0, 0, 100],
      [0x88, 0xa8, 0, 5, 0x81, 0, 0, 100],
      [0x81, 0, 0xe0, 0],
    ]) {
      const tagged = (record: CaptureRecord) =>
        withBytes(record, Uint8Array.of(...record.bytes.slice(0, 12), ...tags, ...record.bytes.slice(12)));
      assert.deepEqual(framesOf(tagged), own);
      const isVlan = tags[2] !== 0xe0;
      assert.deepEqual(noteOf('untagged', tagged), isVlan ? { count: own.length } : undefined);
    }
  });

  for (const [linkType, name] of [
    [113, 'SLL'],
    [276, 'SLL2'],
  ] as const) {
    it(`-i any (${name}): the sender's MAC and the direction; of what left, the destination is unknown`, () => {
      const frames = framesOf((record) => cooked(linkType, record), { linkType, name: 'any' });
      const expected = own.map((frame) => {
        if (frame.direction === 'in') return frame;
        const bytes = frame.bytes.slice();
        bytes.fill(0, 0, 6);
        return { ...frame, bytes };
      });
      assert.deepEqual(frames, expected);
    });
  }

  it('what -i any saw at no Ethernet interface is counted', () => {
    const loopback = (record: CaptureRecord) =>
      withBytes(
        record,
        Uint8Array.of(0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, ...record.bytes.slice(14)),
      );
    const capture = only(captured.capture, ['director.inside'], loopback);
    const any = { ...capture, interfaces: [{ name: 'any', linkType: 113, snapLength: 0 }] };
    const whole = { name: 'all', capture: only(captured.capture, ['rs1.inside']) };
    const { notes } = tellCaptures([{ name: 'any', capture: any }, whole], captured.plan);
    assert.deepEqual(notes.find(({ code }) => code === 'no-ethernet')?.params, { count: own.length });
  });

  it('a checksum left to the card is what the card writes; a wrong one stays wrong', () => {
    const make = (write: (bytes: Uint8Array, pseudo: number) => number) => (record: CaptureRecord) => {
      if (!isTcp(record.bytes)) return record;
      const bytes = record.bytes.slice();
      const view = new DataView(bytes.buffer);
      const pseudo = fold(
        pseudoHeaderSum(view.getUint32(IP + 12), view.getUint32(IP + 16), 6, view.getUint16(IP + 2) - 20),
      );
      view.setUint16(IP + 20 + 16, write(bytes, pseudo));
      return withBytes(record, bytes);
    };
    const left = make((_, pseudo) => pseudo);
    assert.deepEqual(framesOf(left), own);
    assert.deepEqual(noteOf('checksums', left), { count: own.filter(({ bytes }) => isTcp(bytes)).length });
    const wrong = make((_, pseudo) => pseudo ^ 0x5555);
    assert.notDeepEqual(framesOf(wrong), own);
    assert.equal(noteOf('checksums', wrong), undefined);
    // Of a cut frame nobody can say.
    const cut = (record: CaptureRecord) => {
      const { originalLength, bytes } = left(record);
      return { ...record, originalLength, bytes: bytes.slice(0, 54) };
    };
    assert.equal(framesOf(cut).length, own.length);
  });

  it('the same frame recorded twice counts once', () => {
    const one = only(captured.capture, ['director.inside']);
    const records = one.records.flatMap((record) => [record, { ...record, timeNs: record.timeNs + 1000n }]);
    const { events, notes } = tellCaptures([{ name: 'a', capture: { ...one, records } }], captured.plan);
    assert.deepEqual(
      events.filter((event) => event.kind === 'frame'),
      own,
    );
    assert.deepEqual(notes.find(({ code }) => code === 'duplicates')?.params, { count: own.length });
  });

  it('gzip, whole or cut', async () => {
    const bytes = Uint8Array.from({ length: 500_000 }, (_, index) => (index * index) % 251);
    /** In pieces of this length. */
    const unpacked = async (all: Uint8Array, length = all.length, most?: number): Promise<Buffer> => {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < all.length; at += length) pieces.push(all.subarray(at, at + length));
      const told: Uint8Array[] = [];
      for await (const piece of gunzip(pieces, most)) told.push(piece);
      return Buffer.concat(told);
    };
    const packed = gzipSync(bytes);
    for (const length of [1, 1000, packed.length]) {
      assert.ok((await unpacked(packed, length)).equals(bytes));
      assert.ok((await unpacked(bytes.subarray(0, 5000), length)).equals(bytes.subarray(0, 5000)));
    }
    // One byte first, then a great many.
    const large = new Uint8Array(2 ** 21).fill(7);
    const all: Uint8Array[] = [];
    for await (const piece of gunzip([large.subarray(0, 1), large.subarray(1)])) all.push(piece);
    assert.ok(Buffer.concat(all).equals(large));
    const part = await unpacked(packed.subarray(0, packed.length - 100));
    assert.ok(part.length > 0 && part.equals(bytes.subarray(0, part.length)));
    assert.ok((await unpacked(packed, packed.length, 1000)).length < bytes.length);
  });
});

describe('whose an interface is', () => {
  let captured: Captured;
  before(async () => (captured = await capturedOf('dr')));

  const unnamed = (name: string, point: string) => ({
    name,
    capture: {
      ...only(captured.capture, [point], undirected),
      interfaces: [{ name: '', linkType: 1, snapLength: 0 }],
    },
  });

  it('by the MAC that stands in every unicast frame, by the file’s name, by what was chosen for a file', () => {
    const { plan, capture } = captured;
    const points = ['director.inside', 'rs1.inside', 'client1.outside'];
    const whole = tellCaptures([{ name: 'all', capture: only(capture, points) }], plan);
    const files = [
      unnamed('x/a.pcap', points[0]!),
      unnamed('b-rs1.pcap', points[1]!),
      unnamed('y/c.pcap', points[2]!),
    ];
    const ways = [
      ['c.pcap=client1'],
      ['y/c.pcap=client1.outside'],
      ['c.pcap:#0=client1.outside', 'a.pcap=director', '#0=rs1.inside'],
    ];
    for (const interfaces of ways) {
      const told = tellCaptures(files, plan, { interfaces });
      assert.deepEqual([...told.points].sort(), [...whole.points].sort());
      const framesOf = ({ events }: typeof told) =>
        events.filter((event) => event.kind === 'frame').map((event) => JSON.stringify(event));
      assert.deepEqual(framesOf(told).sort(), framesOf(whole).sort());
    }
  });

  it('what was chosen for nothing is said', () => {
    const { plan } = captured;
    const told = tellCaptures(byNode(captured), plan, { interfaces: ['eth7=director.inside'] });
    assert.deepEqual(told.notes[0], {
      code: 'unused-interface',
      params: { interface: 'eth7=director.inside' },
    });
  });

  it('MAC addresses that are not the plan’s are taken by ARP', () => {
    const { plan } = captured;
    const moved = {
      ...plan,
      nodes: plan.nodes.map((node) => ({
        ...node,
        interfaces: node.interfaces.map((one) => ({ ...one, mac: (one.mac + 1) as typeof one.mac })),
      })),
    };
    const told = tellCaptures(byNode(captured), moved);
    assert.deepEqual(
      told.plan.nodes.map(({ interfaces }) => interfaces),
      plan.nodes.map(({ interfaces }) => interfaces),
    );
    assert.equal(tellCaptures(byNode(captured), plan).plan, plan);
  });
});
