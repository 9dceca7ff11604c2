import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../src/cli/explain.ts';
import { run } from '../../src/cli/run.ts';
import type { Report } from '../../src/journey/report.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { only } from '../captures/captured.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const topology = join(root, 'examples/dr.lblab.yaml');

describe('explained captures as one file', () => {
  const folder = temporaryFolder();
  const hosts = ['client1', 'director', 'rs1'];
  const files = hosts.map((host) => folder.path(`${host}.pcapng`));
  before(async () => {
    const path = folder.path('all.pcapng');
    await runCommand(run, [topology, '--quiet', '--pcapng', path]);
    const all = readCapture(readFileSync(path));
    for (const [index, host] of hosts.entries()) {
      const names = all.interfaces.flatMap(({ name }) => (name.startsWith(`${host}.`) ? [name] : []));
      const part = only(all, names);
      // The director's recorder says nothing of what it missed.
      const interfaces = part.interfaces.map(({ statistics, ...one }) =>
        host === 'director' ? one : { ...one, ...(statistics && { statistics }) },
      );
      writeFileSync(files[index]!, writePcapng({ ...part, interfaces }));
    }
  });
  after(folder.remove);

  const explained = async (captures: readonly string[], ...more: readonly string[]) => {
    const json = folder.path('report.json');
    const printed = await runCommand(explain, [
      ...[...captures, '--topology', topology, '--quiet', '--json', json],
      ...more,
    ]);
    return { ...printed, report: JSON.parse(readFileSync(json, 'utf8')) as Report };
  };
  const verdictsOf = ({ promises, flows }: Report) => [
    promises.map(({ id, verdict }) => `${id} ${verdict}`),
    flows.map(({ outcome }) => outcome.kind),
  ];

  it('tells the same when it is explained, and claims no more than the captures do', async () => {
    const out = folder.path('out.pcapng');
    const { code, report, err } = await explained(files, '--pcapng', out);
    assert.equal(code, 0, err);
    const { interfaces, records } = readCapture(readFileSync(out));
    assert.deepEqual(
      interfaces.map(({ name, statistics }) => [name, statistics?.dropped]),
      [
        ['client1.outside', 0n],
        ['director.inside', undefined],
        ['rs1.inside', 0n],
      ],
    );
    assert.equal(records.length, report.counters.frames);
    assert.ok(records.some(({ comments }) => comments.length > 0));
    const again = await explained([out]);
    assert.deepEqual(verdictsOf(again.report), verdictsOf(report));
  });

  it('goes without payloads, with other addresses', async () => {
    const out = folder.path('redacted.pcapng');
    const { code } = await explained(files, '--pcapng', out, '--payload', 'none', '--replace-addresses');
    assert.equal(code, 0);
    const bytes = readFileSync(out);
    assert.equal(bytes.includes('GET /'), false);
    assert.equal(bytes.includes(Buffer.from([10, 0, 2, 100])), false);
    assert.equal(readFileSync(files[0]!).includes('GET /'), true);
    assert.equal(
      (await runCommand(explain, [...files, '--topology', topology, '--payload', 'none'])).code,
      2,
    );
  });
});
