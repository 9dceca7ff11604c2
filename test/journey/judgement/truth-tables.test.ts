import assert from 'node:assert/strict';
import { reportOf, verdictsOf } from '../build-report.ts';
import { dnatTable, drTable, natTable, Story, tunTable, type Table } from '../oracle.ts';
import { dnatText, drText, natText, planOf, tunText } from '../plans.ts';

const plainDnat = dnatText.replace('port: 80,', 'port: 80, snat: false,');

describe('journeys of the truth tables', () => {
  const models: readonly (readonly [
    name: string,
    text: string,
    table: Table,
    promises: readonly string[],
  ])[] = [
    ['nat', natText, natTable(), ['one-address', 'right-host', 'headers']],
    [
      'dnat',
      dnatText,
      dnatTable(),
      ['vip-only', 'through-director', 'rewritten', 'both-ways', 'server-sees-dip', 'end-to-end', 'headers'],
    ],
    [
      'dnat without snat',
      plainDnat,
      dnatTable(false),
      ['vip-only', 'through-director', 'rewritten', 'both-ways', 'end-to-end', 'server-sees-cip', 'headers'],
    ],
    [
      'dr',
      drText,
      drTable(),
      ['vip-only', 'through-director', 'ip-untouched', 'reply-direct', 'server-sees-cip', 'headers'],
    ],
    [
      'tun',
      tunText,
      tunTable(),
      [
        'vip-only',
        'through-director',
        'encapsulated',
        'inner-untouched',
        'reply-direct',
        'server-sees-cip',
        'headers',
      ],
    ],
  ];

  for (const [name, text, table, kept] of models) {
    it(`${name}: ten packets are ten journeys of one answered flow, every field as foretold`, () => {
      const report = reportOf(new Story(planOf(text)).talk(table));
      assert.equal(report.flows.length, 1);
      const [flow] = report.flows;
      assert.deepEqual(flow!.outcome, { kind: 'answered' });
      assert.equal(flow!.request, 'GET /');
      assert.equal(flow!.response, '200 OK');
      assert.equal(flow!.client.node, table.request[0]!.from);
      assert.equal(flow!.server?.node, table.server);
      assert.deepEqual(
        report.journeys.map(({ kind }) => kind),
        ['syn', 'syn-ack', 'ack', 'data', 'ack', 'data', 'ack', 'fin', 'fin', 'ack'],
      );
      for (const journey of report.journeys) {
        const rows = table[journey.direction];
        assert.deepEqual(
          journey.hops.map(({ from, to, segment }) => ({ from, to, segment })),
          rows.map(({ from, to, segment }) => ({ from, to, segment })),
        );
        assert.equal(journey.outcome, 'arrived');
        for (const hop of journey.hops) {
          assert.ok(hop.expected.length > 15, `${hop.from}: nothing foretold`);
          assert.deepEqual(
            hop.expected.filter(({ ok }) => !ok),
            [],
          );
        }
      }
      const verdicts = verdictsOf(report);
      for (const id of kept) assert.equal(verdicts[id], 'kept', id);
      assert.ok(!Object.values(verdicts).includes('broken'));
      assert.deepEqual(report.explanations, []);
    });
  }

  it('marks as signature what the model is about, and nothing else', () => {
    const signatures = (text: string, table: Table) =>
      reportOf(new Story(planOf(text)).talk(table, ['syn', 'syn-ack'])).journeys.map(({ hops }) =>
        hops.map(({ changes }) =>
          changes.filter(({ role }) => role === 'signature').map(({ field }) => field),
        ),
      );
    assert.deepEqual(signatures(drText, drTable()), [
      [[], [], ['eth.dst', 'eth.src']],
      [[], []],
    ]);
    assert.deepEqual(signatures(tunText, tunTable()), [
      [[], [], ['ipip'], []],
      [[], []],
    ]);
    assert.deepEqual(signatures(dnatText, dnatTable()), [
      [[], [], ['ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport']],
      [[], ['ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport'], []],
    ]);
    assert.deepEqual(signatures(natText, natTable()), [
      [[], ['ip.src', 'tcp.srcport']],
      [[], ['ip.dst', 'tcp.dstport']],
    ]);
  });

  it('says how each packet arrived', () => {
    const fates = (text: string, table: Table) =>
      reportOf(new Story(planOf(text)).talk(table, ['syn'])).journeys[0]!.hops.map(
        ({ arrival }) => arrival.fate,
      );
    assert.deepEqual(fates(drText, drTable()), ['forwarded', 'forwarded', 'accepted']);
    assert.deepEqual(fates(tunText, tunTable()), ['forwarded', 'forwarded', 'forwarded', 'unwrapped']);
  });
});
