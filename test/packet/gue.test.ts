import assert from 'node:assert/strict';
import { asIpv4, asMac } from '../../src/packet/address.ts';
import { buildIcmpError, buildTcp, buildUdp } from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { diffFrames } from '../../src/packet/diff.ts';
import { innerAt } from '../../src/packet/gue.ts';

const ethernet = { source: asMac(0x020000000202), destination: asMac(0x020000000211) };
const inside = buildTcp({
  ethernet,
  ip: { source: asIpv4(0x0a00010a), destination: asIpv4(0x0a000264), ttl: 62 },
  tcp: { sourcePort: 50000, destinationPort: 80, sequence: 1, acknowledgement: 0, flags: 2, window: 1 },
});
const wrapped = (header: readonly number[] = [0, 4, 0, 0], port = 6080, ttl = 62): Uint8Array =>
  buildUdp({
    ethernet,
    ip: { source: asIpv4(0x0a000202), destination: asIpv4(0x0a00020b), ttl },
    udp: { sourcePort: 40000, destinationPort: port, withChecksum: false },
    payload: Uint8Array.from([...header, ...inside.subarray(14)]),
  });
const kinds = (frame: Uint8Array) => decodeFrame(frame).layers.map(({ kind }) => kind);
const diff = (before: Uint8Array, after: Uint8Array) =>
  diffFrames(decodeFrame(before), decodeFrame(after)).map((change) => Object.values(change).join(' | '));

describe('GUE', () => {
  it('stands between UDP and the packet inside, whatever the port', () => {
    for (const port of [6080, 1])
      assert.deepEqual(kinds(wrapped([0, 4, 0, 0], port)), [
        ...['ethernet', 'ipv4', 'udp', 'gue', 'ipv4', 'tcp'],
      ]);
    const gue = decodeFrame(wrapped()).layers.find(({ kind }) => kind === 'gue');
    assert.deepEqual(gue, { kind: 'gue', start: 42, end: 46, version: 0, protocol: 4, flags: 0 });
  });

  it('is none with another version, length, protocol or flag: what IPVS never sends', () => {
    for (const header of [
      [0x40, 4, 0, 0],
      [0x20, 4, 0, 0],
      [1, 4, 0, 0],
      [0, 41, 0, 0],
      [0, 4, 0, 1],
    ])
      assert.deepEqual(kinds(wrapped(header)), ['ethernet', 'ipv4', 'udp', 'payload'], header.join());
  });

  it('nor where the lengths do not agree, or the packet inside is none', () => {
    const frame = wrapped();
    assert.equal(innerAt(frame, 34, frame.length), 46);
    for (const at of [39, 46, 49]) {
      const other = frame.slice();
      other[at]! ^= 0x11;
      assert.equal(innerAt(other, 34, other.length), 0, String(at));
    }
    for (let end = 34; end < 66; end++) assert.equal(innerAt(frame, 34, end), 0);
    // The rest may be cut.
    assert.equal(innerAt(frame, 34, 66), 46);
  });

  it('longer than its IPv4 packet is a datagram of a bad length', () => {
    const frame = wrapped();
    const view = new DataView(frame.buffer);
    view.setUint16(16, view.getUint16(16) - 4);
    const { layers, problem } = decodeFrame(frame);
    assert.deepEqual([layers.length, problem?.problem, problem?.where], [2, 'bad-length', 'udp']);
  });

  it('is seen in the quote of an ICMP error', () => {
    const error = buildIcmpError({
      ethernet,
      ip: { source: asIpv4(1), destination: asIpv4(2) },
      icmp: { type: 3, code: 3, rest: 0 },
      quoted: wrapped().subarray(14),
    });
    const icmp = decodeFrame(error).layers.find((layer) => layer.kind === 'icmp');
    assert.deepEqual(
      icmp?.quoted.map(({ kind }) => kind),
      ['ipv4', 'udp', 'gue', 'ipv4', 'tcp'],
    );
  });

  it('put around a packet or taken off is one change; what stays around it is compared too', () => {
    const text = '10.0.2.2:40000 → 10.0.2.11:6080';
    assert.deepEqual(diff(inside, wrapped()), [`gue |  | ${text}`]);
    assert.deepEqual(diff(wrapped(), inside), [`gue | ${text} | `]);
    assert.deepEqual(diff(wrapped(), wrapped()), []);
    assert.deepEqual(diff(wrapped(), wrapped([0, 4, 0, 0], 6081)), ['udp.dstport | 6080 | 6081']);
  });
});
