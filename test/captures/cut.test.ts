import assert from 'node:assert/strict';
import { cutAsOnWire } from '../../src/captures/frames/cut.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import * as tcp from '../../src/packet/tcp.ts';

const IP = 14;
const TCP = IP + 20;

/** A TCP packet with 12 bytes of options and so much payload, its bytes counting up. */
function packet(payload: number, flags: number, totalLength = 52 + payload): Uint8Array {
  const bytes = new Uint8Array(TCP + 32 + payload);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45]);
  const view = new DataView(bytes.buffer);
  view.setUint16(IP + 2, totalLength);
  view.setUint16(IP + 4, 0xffff);
  view.setUint16(IP + 6, ipv4.DONT_FRAGMENT);
  bytes.set([64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], IP + 8);
  view.setUint32(TCP + 4, 0xffff_ff00);
  bytes[TCP + 12] = 0x80;
  bytes[TCP + 13] = flags;
  for (let at = 0; at < payload; at++) bytes[TCP + 32 + at] = at % 251;
  fillChecksums(bytes, 0, bytes.length);
  return bytes;
}

describe('a TCP packet that a card cuts', () => {
  const flags = tcp.ACK | tcp.PSH | tcp.FIN | tcp.CWR;

  it('is the segments on the wire: bytes, sequence, ids, flags, checksums', () => {
    const whole = packet(4000, flags);
    const pieces = cutAsOnWire(whole, whole.length, 1500)!;
    assert.deepEqual(
      pieces.map(({ bytes }) => bytes.length - TCP - 32),
      [1448, 1448, 1104],
    );
    let from = 0;
    for (const [index, { bytes, originalLength }] of pieces.entries()) {
      const payload = bytes.subarray(TCP + 32);
      assert.equal(originalLength, bytes.length);
      assert.deepEqual(payload, whole.subarray(TCP + 32 + from, TCP + 32 + from + payload.length));
      assert.equal(ipv4.totalLengthOf(bytes, IP), bytes.length - IP);
      assert.equal(ipv4.idOf(bytes, IP), (0xffff + index) & 0xffff);
      assert.equal(tcp.sequenceOf(bytes, TCP), (0xffff_ff00 + from) % 2 ** 32);
      const isLast = index === 2;
      assert.equal(
        tcp.flagsOf(bytes, TCP),
        tcp.ACK | (index === 0 ? tcp.CWR : 0) | (isLast ? tcp.PSH | tcp.FIN : 0),
      );
      assert.ok(ipv4.headerChecksumOk(bytes, IP));
      assert.equal(l4ChecksumOk(bytes, IP, bytes.length), true);
      from += payload.length;
    }
    assert.equal(from, 4000);
  });

  it('by what the receiver takes, where that is less', () => {
    const whole = packet(4000, flags);
    assert.deepEqual(
      cutAsOnWire(whole, whole.length, 1500, 1012)!.map(({ bytes }) => bytes.length - TCP - 32),
      [1000, 1000, 1000, 1000],
    );
  });

  it('with an IP length of 0, as over 64 KB', () => {
    const whole = packet(100_000, flags, 0);
    const pieces = cutAsOnWire(whole, whole.length, 9000)!;
    assert.equal(
      pieces.reduce((sum, { originalLength }) => sum + originalLength - TCP - 32, 0),
      100_000,
    );
  });

  it('of a record that was cut, the rest is lengths', () => {
    const whole = packet(4000, flags);
    const pieces = cutAsOnWire(whole.subarray(0, 96), whole.length, 1500)!;
    assert.deepEqual(
      pieces.map(({ bytes, originalLength }) => [bytes.length - TCP - 32, originalLength - TCP - 32]),
      [
        [96 - TCP - 32, 1448],
        [0, 1448],
        [0, 1104],
      ],
    );
  });

  it('what fits, and what is no TCP, is left as it is', () => {
    const whole = packet(1448, flags);
    assert.equal(cutAsOnWire(whole, whole.length, 1500), undefined);
    const udp = packet(4000, flags);
    udp[IP + 9] = 17;
    assert.equal(cutAsOnWire(udp, udp.length, 1500), undefined);
    assert.equal(cutAsOnWire(whole.subarray(0, 30), 4000, 1500), undefined);
  });
});
