import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseSize } from '../../../src/lab/topology/quantities.ts';
import type { PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import { asciiBytes, asciiText } from '../../../src/lab/traffic/ascii.ts';
import { filler } from '../../../src/lab/traffic/filler.ts';
import { MessageReader, wholeNumber } from '../../../src/lab/traffic/message-reader.ts';
import {
  requestMessage,
  RESPONSE_BYTES_HEADER,
  responseMessage,
  wholeMessage,
  type WrittenMessage,
} from '../../../src/lab/traffic/messages.ts';
import { requestTime } from '../../../src/lab/traffic/schedule.ts';
import { asIpv4, parseIpv4 } from '../../../src/packet/address.ts';

const entry: PlannedTraffic = {
  from: 'client',
  to: parseIpv4('10.0.2.100')!,
  port: 80,
  afterNs: 100,
  everyNs: 10,
  count: 3,
  request: 'GET /',
  responseBytes: 0,
  requestBytes: 0,
  timeoutNs: 1e9,
};

const textOf = (message: WrittenMessage): string => asciiText(wholeMessage(message));

describe('Request and response', () => {
  const requests: readonly (readonly [string, Partial<PlannedTraffic>, string])[] = [
    ['a plain GET', {}, 'GET / HTTP/1.1\r\nHost: 10.0.2.100\r\nUser-Agent: lb-lab\r\n\r\n'],
    ['another port', { port: 8080 }, 'GET / HTTP/1.1\r\nHost: 10.0.2.100:8080\r\nUser-Agent: lb-lab\r\n\r\n'],
    [
      'a body makes it a POST',
      { requestBytes: 3 },
      'POST / HTTP/1.1\r\nHost: 10.0.2.100\r\nUser-Agent: lb-lab\r\nContent-Length: 3\r\n\r\nreq',
    ],
    [
      'a wanted size',
      { responseBytes: 9, request: 'GET /a' },
      'GET /a HTTP/1.1\r\nHost: 10.0.2.100\r\nUser-Agent: lb-lab\r\nX-Response-Bytes: 9\r\n\r\n',
    ],
  ];
  for (const [name, fields, text] of requests) {
    it(name, () => {
      assert.equal(textOf(requestMessage({ ...entry, ...fields })), text);
    });
  }

  it('the response names the server and whom it saw', () => {
    const head = 'HTTP/1.1 200 OK\r\nServer: rs1\r\nContent-Length: ';
    const seen = '\r\nX-Seen-Client: 10.0.1.10:40112\r\n\r\n';
    const client = { address: parseIpv4('10.0.1.10')!, port: 40112 };
    assert.equal(textOf(responseMessage('rs1', client, 0)), `${head}4${seen}rs1\n`);
    assert.equal(textOf(responseMessage('rs1', client, 10)), `${head}10${seen}rs1\nrs1\nrs`);
  });
});

describe('A long body', () => {
  const LARGEST = parseSize('1 GB')!;

  it('repeats its text across its pieces, to the byte', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,31}$/),
        fc.constantFrom(0, 1, 262_143, 262_144, 262_145, 600_000),
        (name, length) => {
          const line = `${name}\n`;
          const body = asciiText(wholeMessage(filler(line, length)));
          assert.equal(body, line.repeat(Math.ceil(length / line.length)).slice(0, length));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('takes the memory of a short one', () => {
    const message = responseMessage('rs1', { address: asIpv4(1), port: 2 }, LARGEST);
    const buffers = new Set(message.map(({ buffer }) => buffer));
    assert.ok([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0) < 1e6);
  });

  it('of every size that a file may ask for is asked for and announced as that size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: LARGEST }), (size) => {
        const [head] = requestMessage({ ...entry, responseBytes: size });
        const [request] = new MessageReader().read(head!);
        const asked = wholeNumber(request!.headers.get(RESPONSE_BYTES_HEADER.toLowerCase()));
        assert.equal(asked, size);
        const reader = new MessageReader();
        const answer = responseMessage('rs1', { address: asIpv4(1), port: 2 }, asked);
        const found = answer.flatMap((piece) => reader.read(piece));
        assert.deepEqual(
          found.map(({ bodyLength }) => bodyLength),
          [size],
        );
      }),
      { examples: [[LARGEST], [1e8], [999_999_999]], numRuns: 20 },
    );
  });
});

describe('MessageReader', () => {
  it('finds every message, however the bytes are cut', () => {
    const messages = [
      requestMessage(entry),
      requestMessage({ ...entry, requestBytes: 700 }),
      responseMessage('rs1', { address: asIpv4(1), port: 2 }, 50),
    ];
    const stream = Uint8Array.from(messages.flatMap((message) => [...wholeMessage(message)]));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 })), (cuts) => {
        const reader = new MessageReader();
        const found: number[] = [];
        let at = 0;
        for (const size of [...cuts, stream.length]) {
          found.push(...reader.read(stream.subarray(at, at + size)).map(({ bodyLength }) => bodyLength));
          at += size;
        }
        assert.deepEqual(found, [0, 700, 50]);
      }),
    );
  });

  it('reads a head', () => {
    const [message] = new MessageReader().read(asciiBytes('GET / HTTP/1.1\r\nX-A: b: c\r\nbad\r\n\r\n'));
    assert.equal(message?.startLine, 'GET / HTTP/1.1');
    assert.deepEqual([...message.headers], [['x-a', 'b: c']]);
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        new MessageReader().read(bytes);
      }),
    );
    new MessageReader().read(new Uint8Array(100_000).fill(65));
  });
});

describe('requestTime', () => {
  it('is the start, the interval and the count', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((index) => requestTime(entry, index)),
      [100, 110, 120, undefined],
    );
  });
});
