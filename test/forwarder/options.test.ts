import assert from 'node:assert/strict';
import { fillFrame, makeFrame } from '../../src/forwarder/frame.ts';
import { buildIpv4 } from '../../src/packet/build.ts';
import { l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { encodeOptions } from '../../src/packet/tcp-options.ts';
import {
  ACK,
  assertSent,
  DIP,
  directorConfig,
  hex,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  request,
  Rig,
  RIP,
  ROUTER,
  segment,
  type SegmentFields,
  SYN,
  VIP,
  CIP,
} from './rig.ts';

const DR = directorConfig();

function through(ipOptions: readonly number[], now = 0): { given: string; sent: string; rig: Rig } {
  const rig = new Rig(DR).learn(RIP, M_SERVER);
  rig.now = now;
  const { sent } = rig.give(request(5, SYN, { ipOptions: Uint8Array.from(ipOptions) }));
  const frame = sent[0]?.bytes;
  if (frame !== undefined) assert.ok(ipv4.headerChecksumOk(frame, 14));
  const end = 34 + ipOptions.length;
  return { given: hex(Uint8Array.from(ipOptions)), sent: frame ? hex(frame.slice(34, end)) : '', rig };
}

describe('IP options', () => {
  it('most travel on as they are', () => {
    for (const options of [
      [1, 1, 1, 1],
      [130, 4, 9, 9],
      [130, 2, 1, 1],
      [148, 4, 0, 0],
      [0, 9, 9, 9],
      // What looks like an option behind the end of all options.
      [0, 2, 7, 7, 4, 0, 0, 0, 0, 0, 0, 0],
      // A stamp that was asked of others, and found no room 15 times.
      [68, 8, 9, 0xf3, 9, 9, 9, 9],
    ]) {
      const { given, sent } = through(options);
      assert.equal(sent, given);
    }
  });

  it('end with the header: what follows is none, whatever it looks like', () => {
    const rig = new Rig(DR).learn(RIP, M_SERVER);
    // The port's bytes are those of a recorded route.
    const of = (rest: Partial<SegmentFields>): Uint8Array =>
      request(0x0707, SYN, { ipOptions: Uint8Array.of(1, 1, 1, 1), ...rest });
    assertSent(rig.give(of({})).sent, of({ macs: [M_DIRECTOR, M_SERVER], ttl: 62 }));
    // Half an option is none, where the buffer ends too.
    const cut = buildIpv4({
      ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
      ip: { source: CIP, destination: VIP, protocol: 47, options: Uint8Array.of(1, 1, 1, 130) },
      payload: new Uint8Array(0),
    });
    const frame = makeFrame(cut.length);
    fillFrame(frame, 0, cut);
    assert.equal(rig.port.forwarder.receive(frame, 0).reason, 'malformed');
  });

  it('record route: the address of the way out, while there is room (RFC 791)', () => {
    assert.equal(through([7, 7, 4, 0, 0, 0, 0, 1]).sent, '070708' + '0a000202' + '01');
    assert.equal(through([7, 7, 8, 1, 2, 3, 4, 0]).sent, '0707080102030400');
    // Behind another option, and behind an address that was recorded before.
    assert.equal(through([1, 7, 7, 4, 0, 0, 0, 0]).sent, '01070708' + '0a000202');
    assert.equal(
      through([130, 4, 0, 0, 7, 11, 8, 193, 0, 0, 1, 0, 0, 0, 0, 0]).sent,
      '82040000' + '070b0cc1000001' + '0a000202' + '00',
    );
  });

  it('timestamp: with the mark of a clock of one’s own, alone, with the address, or where it was asked for', () => {
    assert.equal(through([68, 8, 5, 0, 0, 0, 0, 0], 258).sent, '44080900' + '80000102');
    assert.equal(
      through([68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0], 258).sent,
      '440c0d01' + '0a000202' + '80000102',
    );
    const wanted = [10, 0, 2, 2];
    assert.equal(
      through([68, 12, 5, 3, ...wanted, 0, 0, 0, 0], 1).sent,
      '440c0d03' + '0a000202' + '80000001',
    );
    assert.equal(
      through([68, 12, 5, 3, 9, 9, 9, 9, 0, 0, 0, 0], 1).sent,
      '440c0503' + '09090909' + '00000000',
    );
  });

  it('timestamp: no room left is counted, up to 15', () => {
    assert.equal(through([68, 8, 9, 0x20, 1, 2, 3, 4]).sent, '44080930' + '01020304');
    assert.equal(through([68, 8, 9, 0xe0, 1, 2, 3, 4]).sent, '440809f0' + '01020304');
  });

  it('source routes are refused, as Linux does by default', () => {
    for (const kind of [131, 137]) {
      const { sent, rig } = through([kind, 7, 4, 10, 0, 2, 11, 0]);
      assert.equal(sent, '');
      assert.deepEqual(rig.drops(), { 'source-route': 1 });
    }
  });

  it('a length that cannot be: malformed', () => {
    for (const options of [
      [7, 1, 4, 0],
      [7, 9, 4, 0],
      [1, 1, 1, 7],
      [1, 1, 1, 130],
      [130, 1, 9, 9],
      [130, 9, 9, 9],
      // Too short for their kind, a pointer into the head, half an entry of room, no more overflow to count.
      [7, 2, 1, 1],
      [7, 7, 3, 0, 0, 0, 0, 0],
      [7, 7, 5, 0, 0, 0, 0, 0],
      [7, 7, 6, 0, 0, 0, 0, 0],
      [7, 7, 7, 0, 0, 0, 0, 0],
      [68, 3, 5, 0],
      [68, 8, 4, 0, 0, 0, 0, 0],
      [68, 8, 5, 1, 0, 0, 0, 0],
      [68, 8, 9, 0xf0, 0, 0, 0, 0],
      [148, 3, 0, 0],
    ]) {
      const { sent, rig } = through(options);
      assert.equal(sent, '');
      assert.deepEqual(rig.drops(), { malformed: 1 });
    }
  });

  it('a timestamp of a kind that nobody knows, or asked of somebody else, is left alone', () => {
    for (const options of [
      [68, 8, 5, 2, 0, 0, 0, 0],
      [68, 12, 5, 3, 9, 9, 9, 9, 0, 0, 0, 0],
      [68, 12, 13, 3, 9, 9, 9, 9, 0, 0, 0, 0],
    ]) {
      const { given, sent } = through(options);
      assert.equal(sent, given);
    }
  });
});

describe('clampMss', () => {
  const config = directorConfig({ model: 'dnat', snat: true }, { clampMss: 'mtu' });
  const small = { ...config, interfaces: [{ ...config.interfaces[0]!, mtu: 1400 }] };
  const option = (mss: number): { kind: number; data: Uint8Array } => ({
    kind: 2,
    data: Uint8Array.of(mss >>> 8, mss),
  });
  const nop = { kind: 1, data: new Uint8Array(0) };

  const clamped = (chosen: typeof config, options: Uint8Array, flags = SYN): Uint8Array => {
    const rig = new Rig(chosen).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
    if (flags !== SYN) rig.give(request(5));
    const { bytes } = rig.give(request(5, flags, { tcpOptions: options })).sent[0]!;
    assert.equal(l4ChecksumOk(bytes, 14, bytes.length), true);
    return bytes.slice(54, 54 + options.length);
  };

  it('lowers what a SYN announces to what fits, at even and at odd offsets', () => {
    for (const before of [[], [nop]]) {
      const given = encodeOptions([...before, option(1460), nop, nop]);
      assert.equal(hex(clamped(small, given)), hex(encodeOptions([...before, option(1360), nop, nop])));
    }
  });

  it('to a number, when that is less', () => {
    assert.equal(hex(clamped({ ...small, clampMss: 1200 }, encodeOptions([option(1460)]))), '020404b0');
    assert.equal(hex(clamped({ ...small, clampMss: 1400 }, encodeOptions([option(1460)]))), '02040550');
  });

  it('leaves alone what fits, what is no SYN, what is malformed, and what is not asked for', () => {
    const large = encodeOptions([option(1460)]);
    assert.equal(hex(clamped(small, encodeOptions([option(536)]))), '02040218');
    assert.equal(hex(clamped(small, large, ACK)), hex(large));
    assert.equal(hex(clamped(small, Uint8Array.of(2, 3, 255, 0))), '0203ff00');
    const without = { ...directorConfig({ model: 'dnat', snat: true }), interfaces: small.interfaces };
    assert.equal(hex(clamped(without, large)), hex(large));
  });

  it('the SYN-ACK too', () => {
    const rig = new Rig(small).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
    rig.give(request(5));
    const answer = (tcpOptions: Uint8Array): Uint8Array =>
      segment({
        macs: [M_SERVER, M_DIRECTOR],
        addresses: [RIP, DIP],
        ports: [80, 40000],
        ttl: 64,
        flags: SYN | ACK,
        tcpOptions,
      });
    const expected = segment({
      macs: [M_DIRECTOR, M_ROUTER],
      addresses: [VIP, CIP],
      ports: [80, 5],
      ttl: 63,
      flags: SYN | ACK,
      tcpOptions: encodeOptions([option(1360)]),
    });
    assertSent(rig.give(answer(encodeOptions([option(1460)]))).sent, expected);
  });
});
