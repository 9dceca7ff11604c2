import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AddressReplacement } from '../../src/packet/address-replacement.ts';
import { buildArp, buildIcmpEcho, buildIcmpError, buildUdp, wrapIpip } from '../../src/packet/build.ts';
import { setU16, u16 } from '../../src/packet/bytes.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { redactFrame, type Redaction } from '../../src/packet/redact.ts';
import * as tcp from '../../src/packet/tcp.ts';
import { ascii, ip, layerOf, mac, macs, tcpFrame } from './sample.ts';

const WITHOUT: Redaction = { payload: 'none' };
const LINES: Redaction = { payload: 'first-line' };
const IP = ethernet.HEADER_LENGTH;
const L4 = IP + ipv4.HEADER_LENGTH;

/** The same numbers each time: what is tested is what is done with them. */
function replacement(seed = 7): AddressReplacement {
  let state = seed;
  return new AddressReplacement(() => (state = (state * 48271) % 0x7fff_ffff) / 0x7fff_ffff);
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** As long as it was on the wire, zeros in place of what was left out. */
function filledUp(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

describe('a frame without what nobody else is to see', () => {
  const request = 'GET /secret HTTP/1.1\r\nHost: 10.0.2.100\r\n\r\n';

  it('ends behind its headers, and these say what they said', () => {
    const frame = tcpFrame({ payload: ascii('password') });
    const redacted = redactFrame(frame, frame.length, WITHOUT);
    assert.equal(redacted.length, L4 + tcp.HEADER_LENGTH);
    const [before, after] = [frame, redacted].map((one) => decodeFrame(one, frame.length));
    assert.deepEqual(layerOf(after!, 'ipv4').totalLength, layerOf(before!, 'ipv4').totalLength);
    assert.equal(layerOf(after!, 'tcp').sequence, 1000);
    assert.equal(layerOf(after!, 'tcp').checksumOk, undefined);
  });

  it('may keep the first line of HTTP, and nothing else', () => {
    const line = (payload: string) => {
      const frame = tcpFrame({ payload: ascii(payload) });
      return text(redactFrame(frame, frame.length, LINES).subarray(L4 + tcp.HEADER_LENGTH));
    };
    assert.equal(line(request), 'GET /secret HTTP/1.1\r\n');
    assert.equal(line('HTTP/1.1 200 OK\r\n\r\nsecret'), 'HTTP/1.1 200 OK\r\n');
    assert.equal(line('HTTP/1.1 200 OK\n\nsecret'), 'HTTP/1.1 200 OK\n');
    assert.equal(line('PASS secret\r\n'), '');
    assert.equal(line('admin:secret'), '');
    assert.equal(line('\r\n'), '');
  });

  it('has checksums of zeros in place of what went: they tell nothing of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (payload, isTcp) => {
        const other = payload.map((byte) => byte ^ 0x5a);
        const made = (data: Uint8Array) =>
          isTcp
            ? tcpFrame({ payload: data })
            : buildUdp({
                ethernet: macs,
                ip: { source: ip('10.0.1.2'), destination: ip('10.0.2.100') },
                udp: { sourcePort: 4000, destinationPort: 53 },
                payload: data,
              });
        const [one, two] = [payload, other].map((data) =>
          redactFrame(made(data), made(data).length, WITHOUT),
        );
        assert.deepEqual(one, two);
        const whole = decodeFrame(filledUp(one!, made(payload).length));
        assert.equal(layerOf(whole, isTcp ? 'tcp' : 'udp').checksumOk, true);
        assert.equal(layerOf(whole, 'ipv4').checksumOk, true);
      }),
    );
  });

  it('that was wrong is wrong, and what the sender left to its card is left', () => {
    const frame = tcpFrame({ payload: ascii('password') });
    const field = L4 + tcp.CHECKSUM;
    const right = redactFrame(frame, frame.length, WITHOUT);
    const wrong = frame.slice();
    setU16(wrong, field, u16(frame, field) ^ 0x1234);
    setU16(wrong, IP + ipv4.CHECKSUM, u16(frame, IP + ipv4.CHECKSUM) ^ 0x1234);
    const redacted = decodeFrame(filledUp(redactFrame(wrong, wrong.length, WITHOUT), frame.length));
    assert.equal(layerOf(redacted, 'tcp').checksumOk, false);
    assert.equal(layerOf(redacted, 'ipv4').checksumOk, false);
    // What a Linux host writes there: the pseudo-header's sum, for the card to go on with.
    const length = 20 + 8;
    const words = [0x0a00, 0x0102, 0x0a00, 0x0264, 6, length].reduce((sum, word) => sum + word, 0);
    const unfilled = frame.slice();
    setU16(unfilled, field, words);
    assert.equal(u16(redactFrame(unfilled, frame.length, WITHOUT), field), words);
    assert.notEqual(u16(right, field), words);
  });

  it('of a packet in a packet keeps both headers, and of a quoted one its own', () => {
    const inner = tcpFrame({ payload: ascii('password') });
    const outer = wrapIpip({
      ethernet: macs,
      ip: { source: ip('10.0.2.1'), destination: ip('10.0.2.2') },
      inner,
    });
    const wrapped = redactFrame(outer, outer.length, WITHOUT);
    assert.equal(wrapped.length, L4 + ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH);
    assert.deepEqual(wrapped.subarray(L4), redactFrame(inner, inner.length, WITHOUT).subarray(IP));
    const error = buildIcmpError({
      ethernet: macs,
      ip: { source: ip('10.0.2.1'), destination: ip('10.0.1.2') },
      icmp: { type: 3, code: 4, rest: 1480 },
      quoted: inner.subarray(IP),
    });
    const quoting = redactFrame(error, error.length, WITHOUT);
    assert.deepEqual(quoting.subarray(L4 + 8), wrapped.subarray(L4));
    assert.equal(layerOf(decodeFrame(filledUp(quoting, error.length)), 'icmp').checksumOk, true);
  });

  it('of what is not read keeps the Ethernet header, or the IPv4 header', () => {
    const other = ethernet.encode({ ...macs, etherType: 0x86dd }, ascii('addresses of IPv6'));
    assert.equal(redactFrame(other, other.length, WITHOUT).length, IP);
    const ospf = tcpFrame({ payload: ascii('neighbours') });
    ospf[IP + ipv4.PROTOCOL] = 89;
    assert.equal(redactFrame(ospf, ospf.length, WITHOUT).length, L4);
    const echo = buildIcmpEcho({
      ethernet: macs,
      ip: { source: ip('10.0.1.2'), destination: ip('10.0.2.1') },
      icmp: { operation: 'request', identifier: 1, sequence: 1 },
      payload: ascii('tunnelled'),
    });
    assert.equal(redactFrame(echo, echo.length, WITHOUT).length, L4 + 8);
  });

  it('never throws, never grows, and says of no fragment what it held', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(90), (noise, at) => {
        const frame = tcpFrame({ tcp: { options: Uint8Array.of(3, 3, 7, 1) } });
        frame.set(noise.subarray(0, frame.length - Math.min(at, frame.length)), Math.min(at, frame.length));
        for (const one of [frame, noise, frame.subarray(0, at)]) {
          const redacted = redactFrame(one, frame.length, {
            payload: 'first-line',
            addresses: replacement(),
          });
          assert.ok(redacted.length <= one.length);
        }
      }),
    );
    const fragment = tcpFrame({ ip: { moreFragments: true, dontFragment: false } });
    const redacted = redactFrame(fragment, fragment.length, WITHOUT);
    assert.equal(u16(redacted, L4 + tcp.CHECKSUM), 0);
  });
});

describe('addresses replaced in a frame', () => {
  const addresses = replacement();
  const redaction: Redaction = { payload: 'none', addresses };

  it('are the same everywhere: in headers, in ARP, in quotes', () => {
    const vip = addresses.ipv4(ip('10.0.2.100'));
    const client = addresses.ipv4(ip('10.0.1.2'));
    const frame = tcpFrame();
    const { layers } = decodeFrame(redactFrame(frame, frame.length, redaction), frame.length);
    assert.equal(layerOf({ layers }, 'ipv4').destination, vip);
    assert.equal(layerOf({ layers }, 'ethernet').source, addresses.mac(macs.source));
    const request = buildArp({
      arp: {
        operation: 1,
        senderMac: macs.source,
        senderIp: ip('10.0.1.2'),
        targetMac: mac('00:00:00:00:00:00'),
        targetIp: ip('10.0.2.100'),
      },
    });
    const asked = layerOf(decodeFrame(redactFrame(request, request.length, redaction)), 'arp');
    assert.deepEqual([asked.senderIp, asked.targetIp], [client, vip]);
    assert.deepEqual([asked.senderMac, asked.targetMac], [addresses.mac(macs.source), 0]);
    const error = buildIcmpError({
      ethernet: macs,
      ip: { source: ip('10.0.2.100'), destination: ip('10.0.1.2') },
      icmp: { type: 3, code: 3 },
      quoted: frame.subarray(IP),
    });
    const [quoted] = layerOf(decodeFrame(redactFrame(error, error.length, redaction)), 'icmp').quoted;
    assert.equal(quoted?.kind === 'ipv4' && quoted.destination, vip);
  });

  it('leave checksums right, and no option that could hold one', () => {
    const toa = Uint8Array.of(254, 8, 0x9c, 0x40, 10, 0, 1, 2);
    const mss = Uint8Array.of(2, 4, 5, 0xb4);
    const frame = tcpFrame({
      ip: { options: Uint8Array.of(7, 7, 4, 10, 0, 1, 2, 0) },
      tcp: { options: Uint8Array.of(...toa, ...mss) },
    });
    const redacted = decodeFrame(filledUp(redactFrame(frame, frame.length, redaction), frame.length));
    assert.deepEqual([...layerOf(redacted, 'tcp').options], [1, 1, 1, 1, 1, 1, 1, 1, ...mss]);
    assert.deepEqual([...layerOf(redacted, 'ipv4').options], [1, 1, 1, 1, 1, 1, 1, 0]);
    assert.equal(layerOf(redacted, 'tcp').checksumOk, true);
    assert.equal(layerOf(redacted, 'ipv4').checksumOk, true);
  });
});
