import assert from 'node:assert/strict';
import { asItIs, comparison } from '../../src/comparison/compare.ts';
import type { Comparison } from '../../src/comparison/comparison.ts';
import { alignSteps } from '../../src/comparison/align.ts';
import type { Step } from '../../src/comparison/observe.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Role } from '../../src/lab/topology/plan.ts';
import { exampleText, planOf, runLab } from '../lab/embedded/testbed.ts';
import { makeTranslate } from '../support/translate.ts';
import { compared } from './labs.ts';

const translate = makeTranslate('en');
const sums = ({ columns }: Comparison) => columns.map((column) => column.sums!);

describe('a comparison', () => {
  const all = compared(exampleText('dr'), 'dnat', 'dr', 'tun', 'gue');

  it('has the same request in every column, and it was answered', () => {
    assert.equal(all.request, 'GET /');
    assert.deepEqual(
      sums(all).map(({ outcome }) => outcome),
      ['answered', 'answered', 'answered', 'answered'],
    );
  });

  it('has replies pass the director in D-NAT alone', () => {
    const director = all.rows.find(({ direction, role }) => direction === 'reply' && role === 'director');
    assert.deepEqual(
      director?.cells.map((cell) => cell?.to),
      ['router', undefined, undefined, undefined],
    );
    assert.deepEqual(
      sums(all).map(({ packets, forwarders }) => [forwarders[0]!.packets, packets]),
      [
        [10, 10],
        [6, 10],
        [6, 10],
        [6, 10],
      ],
    );
  });

  it('shows what the director wrote, each model its own', () => {
    const row = all.rows.find(({ direction, role }) => direction === 'request' && role === 'director');
    assert.deepEqual(
      row?.cells.map((cell) =>
        cell?.changes.filter(({ role }) => role === 'signature').map(({ field }) => field),
      ),
      [['ip.src', 'ip.dst'], ['eth.dst', 'eth.src'], ['ipip'], ['gue']],
    );
    assert.match(
      row?.cells[2]?.packet ?? '',
      /^10\.0\.2\.2 → 10\.0\.2\.11 \[10\.0\.1\.10:\d+ → 10\.0\.2\.100:80\]$/,
    );
  });

  it('counts the bytes that a wrapper adds, of each packet that the director sent', () => {
    assert.deepEqual(
      sums(all).map(({ added }) => added),
      [
        { bytes: 0, packets: 0 },
        { bytes: 0, packets: 0 },
        { bytes: 6 * 20, packets: 6 },
        { bytes: 6 * 32, packets: 6 },
      ],
    );
  });

  it('says whom the server sees: the director where it hides the client', () => {
    const [dnat, ...others] = sums(all).map(({ serverSees }) => serverSees?.sender.split(':')[0]);
    assert.equal(dnat, '10.0.2.2');
    assert.deepEqual(others, ['10.0.1.10', '10.0.1.10', '10.0.1.10']);
  });

  it('counts the bytes through the directors as the whole report does', () => {
    for (const name of ['dr', 'tun', 'dnat', 'nat']) {
      const plan = planOf(exampleText(name), name);
      const [seen] = sums(comparison([asItIs(plan, translate)]));
      const once = { ...plan, traffic: [{ ...plan.traffic[0]!, count: 1, afterNs: 0 }] };
      const builder = new JourneyBuilder(once, { engine: 'embedded', startedAt: 'T', translate });
      builder.add(runLab(once).events);
      assert.equal(seen?.forwarders[0]?.bytes, builder.report().counters.directorBytes, name);
    }
  });

  it('of a request that nobody answers has what was seen of it', () => {
    const text = exampleText('dr').replace(
      'at: { inside: 10.0.2.11 }',
      'at: { inside: { address: 10.0.2.11, down: true } }',
    );
    const { columns, rows } = compared(text, 'dr', 'tun');
    for (const [index, { sums }] of columns.entries()) {
      assert.equal(sums?.outcome, 'lost');
      assert.equal(sums?.serverSees, undefined);
      assert.ok(rows.every(({ direction, cells }) => direction === 'request' || cells[index] === null));
    }
  });

  it('of a lab in which nothing is asked is empty, and says so', () => {
    const { request, rows, columns } = compared(
      exampleText('dr').replace(/traffic:[\s\S]*/, ''),
      'dr',
      'tun',
    );
    assert.equal(request, '');
    assert.deepEqual(rows, []);
    assert.equal(columns[0]?.sums?.outcome, undefined);
  });

  it('of a ping and of datagrams has their packets', () => {
    const entry = '  - { from: client1, every: 1s, count: 4, request: GET / }';
    const ping = exampleText('dr').replace(entry, '  - { from: client1, protocol: icmp }');
    const seen = compared(ping, 'dr', 'dnat');
    assert.deepEqual(
      sums(seen).map(({ serverSees }) => serverSees?.sender),
      [undefined, undefined],
      'the director answers',
    );
    assert.equal(seen.rows[0]?.cells[0]?.kind, 'echo-request');
  });

  it('takes one request of a load', () => {
    const load = exampleText('dr').replace(
      'every: 1s, count: 4, request: GET /',
      'load: { connections: 8, for: 2s }',
    );
    assert.deepEqual(
      sums(compared(load, 'dr', 'tun')).map(({ packets }) => packets),
      [10, 10],
    );
  });

  it('of several files has each as it is', () => {
    const plans = ['dr', 'tun'].map((name) => planOf(exampleText(name), `${name}.lblab.yaml`));
    const { columns } = comparison(plans.map((plan) => asItIs(plan, translate)));
    assert.deepEqual(
      columns.map(({ lab, variant, isAsWritten }) => [lab, variant, isAsWritten]),
      [
        ['dr', 'dr', true],
        ['tun', 'tun', true],
      ],
    );
  });
});

describe('steps side by side', () => {
  const step = (word: string): Step => {
    const [role = '', from = role] = word.split('.');
    return { role: role as Role, cell: { from } as Step['cell'] };
  };
  const aligned = (...packets: string[][]) =>
    alignSteps(packets.map((steps) => steps.map(step))).map((row) =>
      row.map((one) => (one ? one.cell.from : '-')).join(' '),
    );

  it('leaves a gap where a packet does not come by', () => {
    assert.deepEqual(aligned(['server', 'director', 'router'], ['server', 'router']), [
      'server server',
      'director -',
      'router router',
    ]);
    assert.deepEqual(aligned(['server', 'router'], ['server', 'director', 'router']), [
      'server server',
      '- director',
      'router router',
    ]);
  });

  it('prefers the same node to one of the same role', () => {
    assert.deepEqual(
      aligned(['server.rs1', 'router.core', 'director', 'router.edge'], ['server.rs1', 'router.edge']),
      ['rs1 rs1', 'core -', 'director -', 'edge edge'],
    );
  });

  it('of other labs goes by roles', () => {
    assert.deepEqual(aligned(['client.a', 'router.b', 'director.c'], ['client.x', 'director.z']), [
      'a x',
      'b -',
      'c z',
    ]);
  });

  it('keeps columns that have nothing', () => {
    assert.deepEqual(aligned([], ['client'], []), ['- client -']);
    assert.deepEqual(aligned([], []), []);
  });
});
