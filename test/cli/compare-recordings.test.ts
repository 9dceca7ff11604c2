import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { compare } from '../../src/cli/compare.ts';
import { run } from '../../src/cli/run.ts';
import type { Comparison } from '../../src/comparison/comparison.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { only } from '../captures/captured.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const example = (name: string) => `${root}examples/${name}.lblab.yaml`;

describe('lb-lab compare with recordings', () => {
  const folder = temporaryFolder();
  const recording = (name: string) => folder.path(`${name}.pcapng`);
  const names = ['dr', 'tun', 'dnat'];
  before(async () => {
    for (const name of names)
      await runCommand(run, [example(name), '--quiet', '--requests', '2', '--pcapng', recording(name)]);
  });
  after(folder.remove);

  async function compared(...files: readonly string[]): Promise<Comparison> {
    const json = folder.path('out.json');
    const { code, err } = await runCommand(compare, [...files, '--json', json]);
    assert.deepEqual([code, err], [0, '']);
    return JSON.parse(readFileSync(json, 'utf8')) as Comparison;
  }

  it('shows the same hops, headers and sums as the files of which they are, aligned alike', async () => {
    const [recorded, written] = [
      await compared(...names.map(recording)),
      await compared(...names.map(example)),
    ];
    assert.equal(recorded.request, 'GET /');
    const told = ({ rows }: Comparison) =>
      rows.map(({ direction, role, cells }) => ({
        direction,
        role,
        cells: cells.map((cell) => cell && { from: cell.from, to: cell.to, packet: cell.packet }),
      }));
    assert.deepEqual(told(recorded), told(written));
    const sums = ({ columns }: Comparison) =>
      columns.map(({ variant, sums }) => [
        variant,
        sums?.outcome,
        sums?.packets,
        sums?.forwarders,
        sums?.added,
        sums?.serverSees?.sender,
        sums?.clientSees?.sender,
      ]);
    assert.deepEqual(sums(recorded), sums(written));
  });

  it('says of each that it was recorded, and what its frames say; nothing is held against a draft', async () => {
    const { code, out } = await runCommand(compare, [recording('dr'), recording('tun')]);
    assert.equal(code, 0);
    assert.match(out, /^GET \/ in 2 labs/);
    assert.match(out, /dr\.pcapng, recorded +tun\.pcapng, recorded/);
    assert.match(out, /what its frames say +10\.0\.2\.100:80 dr/);
    assert.doesNotMatch(out, /the model says|had to change/);
  });

  it('stands beside a topology file', async () => {
    const { code, out } = await runCommand(compare, [example('dr'), recording('tun')], { locale: 'zh-cn' });
    assert.equal(code, 0);
    assert.match(out, /dr，原样 +tun\.pcapng，录制/);
  });

  it('of a place that was not captured says nothing: not that nothing came by', async () => {
    const all = readCapture(readFileSync(recording('dr')));
    const part = folder.path('servers.pcapng');
    writeFileSync(part, writePcapng(only(all, ['rs1.inside', 'rs2.inside', 'client1.outside'])));
    const [column] = (await compared(part, recording('dr'))).columns;
    assert.deepEqual([column?.sums?.forwarders, column?.sums?.added], [[], undefined]);
    const { out } = await runCommand(compare, [part, recording('dr')]);
    assert.match(out, /through the directors +not seen +director: 6 of 10 packets/);
  });

  const bad: [string, () => string[], RegExp][] = [
    ['one recording', () => [recording('dr')], /two to four/],
    ['models of a recording', () => [recording('dr'), '--models', 'dr,tun'], /leave out --models/],
    [
      'a recording in which nothing balances',
      () => [recording('dr'), recording('nothing')],
      /nothing\.pcapng.*no topology/,
    ],
    [
      'a file of another kind',
      () => [recording('dr'), recording('zip')],
      /zip\.pcapng is a file of another kind/,
    ],
  ];
  for (const [name, args, message] of bad)
    it(`${name}: exit 2 and one clear line`, async () => {
      writeFileSync(
        recording('nothing'),
        writePcapng(only(readCapture(readFileSync(recording('dr'))), ['rs2.inside'])),
      );
      writeFileSync(recording('zip'), Buffer.from('504b030400000000', 'hex'));
      const { code, out, err } = await runCommand(compare, args());
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.equal(err.trimEnd().split('\n').length, 1);
    });
});
