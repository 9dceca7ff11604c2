import assert from 'node:assert/strict';
import { EmbeddedEngine } from '../../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Flow, Report } from '../../../src/journey/report.ts';
import { takeoverText } from '../../../src/journey/takeover-text.ts';
import { makeTranslate } from '../../support/translate.ts';
import { exampleText, planOf, SECOND } from '../../lab/embedded/testbed.ts';
import { edit, pair } from '../../lab/topology/fixtures.ts';
import { reportOfEvents } from '../build-report.ts';

const PAIR = edit(
  pair,
  ['directors: [director, second]', 'directors: [lb1, lb2]'],
  ['second: {', 'lb2: {'],
  ['director: {', 'lb1: {'],
  ['count: 4', 'count: 1, after: 4s'],
);

function reportAfter(seconds: number, events = '', text = PAIR): Report {
  const plan = planOf(events === '' ? text : `${text}events:\n${events}`);
  const told: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan, (news) => told.push(...news));
  engine.startNow();
  engine.run(seconds * SECOND);
  return reportOfEvents(plan, told);
}

const vrrpFlows = ({ flows }: Report): Flow[] => flows.filter(({ kind }) => kind === 'vrrp');
const texts = (report: Report): string[] =>
  vrrpFlows(report).map(({ takeover, journeys }) =>
    takeover ? takeoverText(takeover, (value) => value, makeTranslate('en')) : `goes on: ${journeys.length}`,
  );

describe('what VRRP routers say', () => {
  it('is folded by router, from its first advertisement to its last, and is no request', () => {
    const report = reportAfter(8.5);
    assert.deepEqual(
      vrrpFlows(report).map(({ client, service, journeys, outcome, requests }) => [
        ...[client.node, service.address, journeys.length, outcome.kind, requests],
      ]),
      [['lb1', '224.0.0.18', 6, 'open', undefined]],
    );
    assert.equal(report.requests.length, 1);
    const { journeys } = report;
    const adverts = journeys.filter(({ kind }) => kind === 'vrrp-advertisement');
    assert.equal(adverts.length, 6);
    for (const { outcome, hops, retransmission } of adverts) {
      assert.deepEqual([outcome, retransmission], ['arrived', false]);
      const fates = hops.map(({ to, arrival }) => `${to} ${arrival.fate}`).sort();
      assert.deepEqual(fates, ['lb2 accepted', 'router ignored', 'rs1 ignored', 'rs2 ignored']);
    }
  });

  it('says who takes over, from whom, after how long and why', () => {
    assert.deepEqual(texts(reportAfter(8, '  - { at: 4500ms, stop: lb1 }\n')), [
      'lb1 is active: it has 10.0.2.100',
      'lb2 takes over 10.0.2.100 (0.6 s): lb1 said that it stops',
    ]);
    assert.deepEqual(texts(reportAfter(9, '  - { at: 4500ms, crash: lb1 }\n')), [
      'lb1 is active: it has 10.0.2.100',
      'lb2 takes over 10.0.2.100 (3.6 s): nothing was heard of lb1',
    ]);
    const back = '  - { at: 4500ms, stop: lb1 }\n  - { at: 5s, start: lb1 }\n';
    assert.deepEqual(texts(reportAfter(9, back)), [
      'lb1 is active: it has 10.0.2.100',
      'lb2 takes over 10.0.2.100 (0.6 s): lb1 said that it stops',
      'lb1 takes over 10.0.2.100 from lb2: it has the higher priority',
    ]);
  });

  it('two at once are told apart from one after the other', () => {
    // lb2 hears nothing: it is as if a switch between them lost one direction.
    const deaf = edit(PAIR, [
      'at: { inside: 10.0.2.2 }',
      'at: { inside: { address: 10.0.2.2, loss: 100% } }',
    ]);
    assert.deepEqual(texts(reportAfter(6, '', deaf)), [
      'lb1 is active: it has 10.0.2.100',
      'lb2 takes 10.0.2.100 too, although lb1 goes on',
    ]);
  });

  it('what is long is told in parts, and only the first one takes over', () => {
    const report = reportAfter(70);
    assert.deepEqual(texts(report), ['lb1 is active: it has 10.0.2.100', 'goes on: 7']);
  });

  it('in both languages', () => {
    for (const locale of ['en', 'zh-cn'] as const)
      for (const how of [undefined, 'told', 'silence', 'preempted', 'both'] as const) {
        const takeover = {
          to: 'lb2',
          from: 'lb1',
          silentNs: 6e8,
          addresses: ['10.0.2.100'],
          ...(how && { how }),
        };
        const text = takeoverText(takeover, () => 'VIP', makeTranslate(locale));
        assert.match(text, /lb2.*VIP|VIP.*lb2/);
      }
  });

  it('does not break what the model promises, whichever director carries a request', () => {
    const plan = planOf(exampleText('lessons/takeover'));
    const told: LabEvent[] = [];
    const engine = new EmbeddedEngine(plan, (news) => told.push(...news));
    engine.startNow();
    engine.runUntilSettled(100 * SECOND);
    const { promises, explanations } = reportOfEvents(plan, told);
    assert.deepEqual(
      promises.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id),
      [],
    );
    assert.deepEqual([...new Set(explanations.map(({ code }) => code))], ['director-down']);
  });
});
