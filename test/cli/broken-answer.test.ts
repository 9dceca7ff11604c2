import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../src/cli/explain.ts';
import { run } from '../../src/cli/run.ts';
import type { FlowOutcome, Report } from '../../src/journey/report.ts';
import type { Capture, CaptureRecord } from '../../src/packet/capture.ts';
import { fillChecksums } from '../../src/packet/checksum.ts';
import { readFacts } from '../../src/journey/records/frame-facts.ts';
import { FIN, RST } from '../../src/packet/tcp.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const CONTENT_LENGTH = 'Content-Length: 20000';

describe('an answer that breaks off, in somebody else’s capture', () => {
  const folder = temporaryFolder();
  const topology = folder.path('large.lblab.yaml');
  let recorded: Capture;
  before(async () => {
    const text = readFileSync(join(root, 'examples/dnat.lblab.yaml'), 'utf8');
    writeFileSync(topology, text.replace(/count: \d+,/, 'count: 1, response: 20000,'));
    const path = folder.path('recorded.pcapng');
    assert.equal((await runCommand(run, [topology, '--quiet', '--requests', '1', '--pcapng', path])).code, 0);
    recorded = readCapture(readFileSync(path));
  });
  after(folder.remove);

  async function explained(records: readonly CaptureRecord[], locale: 'en' | 'zh-cn' = 'en') {
    const [path, json] = [folder.path('cut.pcapng'), folder.path('cut.json')];
    writeFileSync(path, writePcapng({ ...recorded, records }));
    const { out } = await runCommand(explain, [path, '--topology', topology, '--json', json], { locale });
    const { flows } = JSON.parse(readFileSync(json, 'utf8')) as Report;
    const [outcome] = flows.flatMap((flow): FlowOutcome[] => (flow.kind === 'tcp' ? [flow.outcome] : []));
    return { out, outcome: outcome! };
  }

  const isReply = ({ bytes }: CaptureRecord) => {
    const { kind, sourcePort, destinationPort } = readFacts(bytes);
    return kind === 'tcp' && sourcePort < destinationPort;
  };
  const payload = ({ bytes }: CaptureRecord) => readFacts(bytes).payloadLength;
  /** The same segment, at each point where it was captured, made otherwise. */
  const changed = (records: readonly CaptureRecord[], change: (bytes: Buffer) => void) =>
    records.map((record): CaptureRecord => {
      const bytes = Buffer.from(record.bytes);
      change(bytes);
      if (!bytes.equals(record.bytes)) fillChecksums(bytes, 14, bytes.length);
      return { ...record, bytes };
    });

  it('is whole when all of it is there', async () => {
    const { out, outcome } = await explained(recorded.records);
    assert.equal(outcome.kind, 'answered');
    assert.match(out, /Everything captured was answered/);
    assert.doesNotMatch(out, /broke off/);
  });

  it('where the capture ends', async () => {
    const client = recorded.interfaces.findIndex(({ name }) => name.startsWith('client1.'));
    const came = recorded.records.filter(
      (one) => one.interface === client && isReply(one) && payload(one) > 0,
    );
    const middle = recorded.records.indexOf(came[5]!);
    const { out, outcome } = await explained(recorded.records.slice(0, middle));
    assert.ok(outcome.kind === 'partial', outcome.kind);
    const { bytes, ofBytes } = outcome;
    assert.ok(bytes > 1000 && bytes < 20_000, String(bytes));
    assert.equal(ofBytes, 20_000);
    assert.match(out, new RegExp(`^#\\d+: the answer broke off at ${bytes} of 20000 bytes\\.$`, 'm'));
    assert.doesNotMatch(out, /Everything captured was answered/);
    const { out: chinese } = await explained(recorded.records.slice(0, middle), 'zh-cn');
    assert.match(chinese, new RegExp(`应答在 20000 字节中的第 ${bytes} 字节处中断`));
  });

  it('where the server ends it', async () => {
    const { out, outcome } = await explained(
      changed(recorded.records, (bytes) => {
        const at = bytes.indexOf(CONTENT_LENGTH);
        if (at >= 0) bytes.write('9', at + CONTENT_LENGTH.length - 5);
      }),
    );
    assert.deepEqual(outcome, { kind: 'partial', bytes: 20_000, ofBytes: 90_000, frames: [] });
    assert.match(out, /the answer broke off at 20000 of 90000 bytes/);
  });

  it('where it is reset, and by whom', async () => {
    const fins = recorded.records.filter((one) => isReply(one) && readFacts(one.bytes).flags & FIN);
    const until = recorded.records.indexOf(fins.at(-1)!) + 1;
    const { outcome } = await explained(
      changed(recorded.records.slice(0, until), (bytes) => {
        const at = bytes.indexOf(CONTENT_LENGTH);
        if (at >= 0) bytes.write('9', at + CONTENT_LENGTH.length - 5);
        const facts = readFacts(bytes);
        if (facts.kind !== 'tcp' || !(facts.flags & FIN)) return;
        if (facts.sourcePort < facts.destinationPort) bytes[facts.l4At + 13] = RST | 16;
        else bytes[facts.l4At + 13] = 16;
      }),
    );
    assert.ok(outcome.kind === 'partial', JSON.stringify(outcome));
    assert.equal(outcome.ofBytes, 90_000);
    assert.equal(outcome.reason, 'reset-by-server');
    assert.ok(outcome.at?.startsWith('rs'), outcome.at);
    assert.ok(outcome.frames.length > 0);
  });
});
