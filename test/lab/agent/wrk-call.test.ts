import assert from 'node:assert/strict';
import { wrkArguments, wrkResult, wrkScript } from '../../../src/lab/agent/wrk-call.ts';
import type { LoadEntry } from '../../../src/lab/traffic/traffic-schedule.ts';
import { asIpv4 } from '../../../src/packet/address.ts';

const entry: LoadEntry = {
  from: 'client',
  to: asIpv4(0x0a00_0264),
  port: 8080,
  afterNs: 0,
  everyNs: 0,
  count: 1,
  request: 'GET /hello?"a"',
  responseBytes: 5,
  requestBytes: 0,
  timeoutNs: 2.5e9,
  load: { connections: 16, durationNs: 200e6 },
};

describe('agent: wrk', () => {
  it('is asked for what the plan says, with arguments only, in whole seconds', () => {
    const args = wrkArguments(entry, '/tmp/x.lua');
    const after = (name: string) => args[args.indexOf(name) + 1];
    assert.equal(after('--connections'), '16');
    assert.equal(after('--duration'), '1s');
    assert.equal(after('--timeout'), '3s');
    assert.equal(after('--script'), '/tmp/x.lua');
    assert.ok(args.includes('X-Response-Bytes: 5'));
    assert.equal(args.at(-1), 'http://10.0.2.100:8080/hello?"a"');
  });

  it('sends a body as curl does', () => {
    assert.match(wrkScript(entry), /wrk\.method = "GET"/);
    assert.ok(!wrkScript(entry).includes('wrk.body'));
    const posting = wrkScript({ ...entry, requestBytes: 20 });
    assert.match(posting, /wrk\.method = "POST"/);
    assert.match(posting, /string\.rep\("request\\n", 3\):sub\(1, 20\)/);
  });

  it('its result is read from the line the script prints', () => {
    const line = '{"requests":10,"errors":1,"us":2000000,"bytes":400,"p50":120,"p99":900}';
    assert.deepEqual(wrkResult(`Running 2s test\nRequests/sec: 5\n\n${line}\n`), {
      requests: 10,
      errors: 1,
      durationNs: 2e9,
      bytes: 400,
      p50Ns: 120_000,
      p99Ns: 900_000,
      limited: false,
    });
    assert.equal(wrkResult('unable to connect to 10.0.2.100:8080 Connection refused\n'), undefined);
  });
});
