import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFacts, type FrameFacts } from '../../../src/journey/records/frame-facts.ts';
import { brokenAnswer, hasWholeAnswer } from '../../../src/journey/ledger/answer-bytes.ts';
import { asIpv4, asMac } from '../../../src/packet/address.ts';
import { buildTcp } from '../../../src/packet/build.ts';

const START = 0xffff_fff0;

/** A segment with this payload, so many bytes after the first one; of which so many were captured. It acknowledges as many. */
function segment(text: string, at: number, captured = Infinity, acknowledged = 0, start = START): FrameFacts {
  const bytes = buildTcp({
    ethernet: { source: asMac(1), destination: asMac(2) },
    ip: { source: asIpv4(3), destination: asIpv4(4) },
    tcp: {
      sourcePort: 80,
      destinationPort: 5,
      sequence: (start + at) >>> 0,
      acknowledgement: (start + acknowledged) >>> 0,
      flags: 16,
    },
    payload: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  });
  return readFacts(bytes.subarray(0, 54 + captured));
}

/** In segments of so many bytes. */
function cut(text: string, size: number, start = START): FrameFacts[] {
  const pieces = [];
  for (let at = 0; at < text.length; at += size)
    pieces.push(segment(text.slice(at, at + size), at, Infinity, 0, start));
  return pieces;
}

const answer = (length: number, there = length, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nServer: rs1\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(there)}`;
const GET = cut('GET / HTTP/1.1\r\n\r\n', 100);
const broken = (text: string, requests = GET) => brokenAnswer(cut(text, 30), requests);

describe('what segments show of an HTTP answer', () => {
  it('where it breaks off, by what its head says; in any order, and sent twice', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.nat(300),
        fc.integer({ min: 1, max: 80 }),
        fc.nat(),
        fc.constantFrom(0, 0x3fff_ffc0, 0x7fff_ffc0, START),
        (one, other, size, seed, start) => {
          const [bytes, ofBytes] = [Math.min(one, other), Math.max(one, other)];
          const segments = cut(answer(ofBytes, bytes), size, start);
          const mixed = [...segments, segments[seed % segments.length]!];
          mixed.push(...mixed.splice(0, seed % mixed.length));
          const part = brokenAnswer(mixed, [segment('GET / HTTP/1.1\r\n\r\n', 0, Infinity, 0, start)]);
          assert.deepEqual(part, bytes < ofBytes ? { bytes, ofBytes } : undefined);
          assert.equal(hasWholeAnswer(mixed), bytes === ofBytes);
        },
      ),
    );
  });

  it('of several on one connection the last one', () => {
    assert.equal(broken(answer(50) + answer(70)), undefined);
    assert.deepEqual(broken(answer(50) + answer(70, 20)), { bytes: 20, ofBytes: 70 });
    assert.deepEqual(broken(answer(0, 0, '204 No Content') + answer(70, 20)), { bytes: 20, ofBytes: 70 });
  });

  it('nothing where either end speaks of bytes behind the last that is there', () => {
    const segments = cut(answer(70, 20), 30);
    const all = answer(70, 20).length;
    // The end of the stream has a number of its own.
    for (const [acknowledged, is] of [
      [all, true],
      [all + 1, true],
      [all + 2, false],
    ] as const) {
      const part = brokenAnswer(segments, [...GET, segment('', 18, Infinity, acknowledged)]);
      assert.equal(part !== undefined, is, String(acknowledged));
    }
    assert.ok(brokenAnswer([...segments, segment('', all)], GET));
    assert.equal(brokenAnswer([...segments, segment('', all + 1)], GET), undefined);
  });

  it('nothing where it cannot be told', () => {
    for (const [why, text] of Object.entries({
      'no length': 'HTTP/1.1 200 OK\r\n\r\nxxxx',
      chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 90\r\n\r\nxxxx',
      'another protocol’s': 'HTTP/1.1 101 Switching Protocols\r\nContent-Length: 90\r\n\r\nxxxx',
      'no head': 'xxxxxxxx',
      'another’s head': 'RTSP/1.0 200 OK\r\nContent-Length: 90\r\n\r\nxxxx',
      'half a head': 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n',
      'no body, whatever it says': answer(90, 0, '304 Not Modified'),
    }))
      assert.equal(broken(text), undefined, why);
    assert.equal(broken(answer(90, 0), cut('HEAD / HTTP/1.1\r\n\r\n', 100)), undefined);
    assert.equal(brokenAnswer([], GET), undefined);
  });

  it('nothing where some of it is missing in between', () => {
    for (const length of [100, 200]) {
      const segments = cut(answer(length, 100), 30);
      for (let missing = 0; missing < segments.length - 1; missing++) {
        const rest = segments.filter((_, index) => index !== missing);
        assert.equal(brokenAnswer(rest, GET), undefined, String(missing));
        assert.equal(hasWholeAnswer(rest), false, String(missing));
      }
    }
  });

  it('counts what was on the wire where less of it was captured', () => {
    const text = answer(200, 100);
    const body = text.length - 100;
    const segments = [segment(text.slice(0, body), 0), segment(text.slice(body), body, 10)];
    assert.deepEqual(brokenAnswer(segments, GET), { bytes: 100, ofBytes: 200 });
    assert.equal(brokenAnswer([segment(text, 0, 20)], GET), undefined);
    // Sent again, more of it was captured.
    assert.deepEqual(brokenAnswer([segment(text, 0, 20), segment(text, 0)], GET), {
      bytes: 100,
      ofBytes: 200,
    });
    // Of the first answer's body nothing is asked, to the end of its segment.
    const one = answer(100);
    const both = [segment(one, 0, one.length - 50), segment(text, one.length)];
    assert.deepEqual(brokenAnswer(both, GET), { bytes: 100, ofBytes: 200 });
  });

  it('does not take for an acknowledgement what a segment says without the flag', () => {
    const [asks, first] = [segment('GET / HTTP/1.1\r\n\r\n', 0), segment('', 0, Infinity, 500)];
    const segments = cut(answer(90, 40), 30);
    assert.equal(brokenAnswer(segments, [first, asks]), undefined);
    first.flags = 2;
    assert.deepEqual(brokenAnswer(segments, [first, asks]), { bytes: 40, ofBytes: 90 });
  });

  it('reads a head of two kilobytes, and no longer one', () => {
    for (const [length, part] of [
      [2048, { bytes: 3, ofBytes: 9 }],
      [2049, undefined],
    ] as const) {
      const [first, last] = ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\nServer: ', '\r\n\r\n'];
      const head = `${first}${'x'.repeat(length - first.length - last.length)}${last}`;
      for (const size of [700, 1460, 4000])
        assert.deepEqual(brokenAnswer(cut(`${head}abc`, size), GET), part);
    }
  });
});
