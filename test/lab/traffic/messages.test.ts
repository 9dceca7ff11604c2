import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import { asciiBytes, asciiText } from '../../../src/lab/traffic/ascii.ts';
import { MessageReader } from '../../../src/lab/traffic/message-reader.ts';
import { requestMessage, responseMessage } from '../../../src/lab/traffic/messages.ts';
import { requestTime } from '../../../src/lab/traffic/schedule.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';

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
      assert.equal(asciiText(requestMessage({ ...entry, ...fields })), text);
    });
  }

  it('the response names the server and whom it saw', () => {
    const head = 'HTTP/1.1 200 OK\r\nServer: rs1\r\nContent-Length: ';
    const seen = '\r\nX-Seen-Client: 10.0.1.10:40112\r\n\r\n';
    const client = { address: parseIpv4('10.0.1.10')!, port: 40112 };
    assert.equal(asciiText(responseMessage('rs1', client, 0)), `${head}4${seen}rs1\n`);
    assert.equal(asciiText(responseMessage('rs1', client, 10)), `${head}10${seen}rs1\nrs1\nrs`);
  });
});

describe('MessageReader', () => {
  it('finds every message, however the bytes are cut', () => {
    const messages = [
      requestMessage(entry),
      requestMessage({ ...entry, requestBytes: 700 }),
      responseMessage('rs1', { address: 1, port: 2 }, 50),
    ];
    const stream = Uint8Array.from(messages.flatMap((message) => [...message]));
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
