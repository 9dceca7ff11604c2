import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  advertisementFrame,
  gratuitousArpFrame,
  readAdvertisement,
} from '../../../src/forwarder/vrrp/frames.ts';
import { USUAL_ANNOUNCE } from '../../../src/forwarder/vrrp/virtual-router.ts';
import { asMac } from '../../../src/packet/address.ts';
import { ip, mac } from '../../packet/sample.ts';
import { fromHex, toHex } from '../../packet/vectors.ts';

const config = {
  ...{ id: 51, priority: 200, interval: 100, preempt: true, announce: USUAL_ANNOUNCE },
  primary: ip('192.0.2.1'),
  addresses: [ip('192.0.2.10')],
};
const sender = mac('02:00:00:00:00:01');
const frame = advertisementFrame(config, 200, sender, 1);
const read = (bytes: Uint8Array) => readAdvertisement(bytes, 0, bytes.length);
/** With these bytes from an offset on; the header checksum is made right again. */
function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = frame.slice();
  copy.set(bytes, at);
  copy.fill(0, 24, 26);
  let sum = 0;
  for (let i = 14; i < 34; i += 2) sum += (copy[i]! << 8) | copy[i + 1]!;
  sum = (sum & 0xffff) + (sum >>> 16);
  new DataView(copy.buffer).setUint16(24, ~sum & 0xffff);
  return copy;
}

describe('frames of VRRP', () => {
  it('what is sent is heard, with its interval in milliseconds', () => {
    const heard = { priority: 200, interval: 100, source: config.primary };
    assert.deepEqual(read(frame), { id: 51, heard });
    assert.deepEqual(read(advertisementFrame(config, 0, sender, 1))?.heard.priority, 0);
    const late = new Uint8Array([...new Uint8Array(9), ...frame, ...new Uint8Array(9)]);
    assert.deepEqual(readAdvertisement(late, 9, 9 + frame.length), { id: 51, heard });
    assert.deepEqual(read(new Uint8Array([...frame, ...new Uint8Array(14)])), { id: 51, heard }, 'padded');
  });

  it('the checksum may be without the pseudo-header', () => {
    assert.notEqual(read(changed(40, 0x44, 0xb6)), undefined);
    assert.equal(read(changed(40, 0x44, 0xb7)), undefined);
  });

  it('what RFC 9568 discards is not heard', () => {
    for (const [title, bytes] of [
      ['has passed a router', changed(22, 254)],
      ['to another address', changed(33, 0x13)],
      ['another protocol', changed(23, 113)],
      ['a fragment', changed(20, 0x20, 0)],
      ['version 2, as short as this', changed(34, 0x21)],
      ['another type', changed(34, 0x32)],
      ['no address where one is promised', changed(37, 2)],
      ['an interval of 0', changed(38, 0, 0, 0xa2, 0x2f)],
      ['another EtherType', changed(12, 0x86, 0xdd)],
      ['a wrong header checksum', frame.map((byte, at) => (at === 25 ? byte ^ 1 : byte))],
      ['cut', frame.subarray(0, frame.length - 1)],
      ['nothing', new Uint8Array()],
    ] as const)
      assert.equal(read(bytes), undefined, title);
    const old = fromHex('01005e000012020000000001080045c0002800010000ff708e7dc0000201e0000012');
    const message = fromHex('2133c801000154bfc000020a0000000000000000');
    assert.equal(read(Uint8Array.of(...old, ...message)), undefined, 'version 2');
  });

  it('any bytes are read without an exception', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(frame.length),
        (changes, length) => {
          const bytes = frame.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          read(bytes);
        },
      ),
    );
  });

  it('gratuitous ARP is keepalived’s, byte for byte', () => {
    assert.equal(
      toHex(gratuitousArpFrame(ip('192.0.2.10'), asMac(0x020000000001))),
      'ffffffffffff0200000000010806' + '0001080006040001' + '020000000001c000020a' + 'ffffffffffffc000020a',
    );
  });
});
