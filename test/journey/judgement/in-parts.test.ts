import assert from 'node:assert/strict';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Report } from '../../../src/journey/report.ts';
import { ask } from '../asking.ts';
import { dnatTable, drTable, natTable, Story, tunTable, type Tamper } from '../oracle.ts';
import { dnatText, drText, natText, planOf, tunText } from '../plans.ts';
import { Judged } from './judged.ts';

/** All that is said of what was told, in words that do not depend on how it was told. */
function said({ state }: Judged): unknown {
  const { judge, deriver, joiner } = state;
  const shown = (hop: { readonly frame: number }) => hop.frame;
  return {
    ambiguousJoins: judge.ambiguousJoins,
    directorBytes: judge.directorBytes.each,
    tallies: [...judge.tallies.values()].map((tally) => [
      tally.notable,
      tally.verdicts((key) => key).map(({ id, verdict, evidence }) => [id, verdict, evidence]),
    ]),
    journeys: state.journeys
      .filter(({ gone }) => !gone)
      .map(({ kind, outcome, confidence, pending, retransmission, hops }) => [
        [kind, outcome, confidence, pending, retransmission],
        ...hops.map(({ from, to, fate, frame }) => [from, to, fate, frame]),
      ]),
    flows: [...deriver.flows].map(
      ({ kind, client, server, outcome, partial, choices, requests, journeys }) => [
        ...[kind, client, server, outcome, partial, journeys.map(({ first }) => shown(first))],
        requests.map(({ asked }) => asked.id),
        choices.map(({ by, ...choice }) => ({ ...choice, by: [shown(by.first), by.gone] })),
      ],
    ),
    requests: [...joiner.ledger.records].map(({ asked, flows }) => [
      asked.id,
      [...flows].map((flow) => [flow.gone, shown(flow.journeys[0]!.first)]),
    ]),
  };
}

/** Each event comes so many places later than it happened; decisions only, or all of some nodes. */
function delayed(
  events: readonly LabEvent[],
  by: number,
  isLate: (event: LabEvent) => boolean,
): readonly LabEvent[] {
  const late = events.map((event, index) => ({ event, at: isLate(event) ? index + by + 0.5 : index }));
  late.sort((a, b) => a.at - b.at);
  let timeNs = 0;
  return late.map(({ event }) => ({ ...event, timeNs: (timeNs = Math.max(timeNs, event.timeNs)) }));
}

const zeroId: Tamper = (step) => {
  step.spoil = (bytes) => bytes.fill(0, step.outer ? 38 : 18, step.outer ? 40 : 20);
};
const refused: Tamper = (step) => {
  step.ends = step.name === 'syn' && step.leg === 1;
  if (step.ends) step.decision = { relation: 'dropped', rule: 'schedule', reason: 'no-server' };
};
const lossy: Tamper = (step) => {
  step.lost = step.name === 'ack' && step.leg === 1;
};

/** Some packets of two connections, with a loss, a sending again and a request, one question about an address. */
const stories: Readonly<Record<string, Story>> = {
  dr: new Story(planOf(drText))
    .arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director')
    .talk(drTable(), ['syn', 'syn', 'syn-ack', 'ack', 'get', 'ok'], lossy)
    .talk(drTable('rs2', 40002), ['syn', 'syn-ack', 'get', 'ok', 'fin', 'fin-ack'], undefined, 90_000)
    .talk(drTable('rs2', 40003), ['syn'], refused),
  tun: new Story(planOf(tunText)).talk(tunTable(), ['syn', 'syn-ack', 'ack', 'ack', 'get', 'ok'], lossy),
  dnat: new Story(planOf(dnatText))
    .talk(dnatTable(), ['syn', 'syn-ack', 'ack', 'get', 'get', 'ok'], lossy)
    .talk(dnatTable(true, 'rs2', 40002, 50002), ['syn', 'syn-ack', 'rst'], undefined, 90_000),
  nat: new Story(planOf(natText))
    .talk(natTable('pc1', 50000, 40001), ['syn'], zeroId)
    .talk(natTable('pc2', 50000, 40002), ['syn'], zeroId)
    .talk(natTable('pc1', 50000, 40001), ['syn-ack', 'get', 'ok'], zeroId)
    .talk(natTable('pc2', 50001, 40001), ['syn', 'syn-ack'], undefined, 90_000),
};

describe('what is judged in parts', () => {
  const isDecision = ({ kind }: LabEvent) => kind === 'decision';
  const isDirectors = (event: LabEvent) => event.kind === 'frame' && /^(director|nat)$/.test(event.node);
  const ways: readonly (readonly [
    name: string,
    engine: Report['engine'],
    told: (events: readonly LabEvent[]) => readonly LabEvent[],
  ])[] = [
    ['as it happened', 'embedded', (events) => events],
    ['with decisions told later', 'embedded', (events) => delayed(events, 4, isDecision)],
    ['without what was decided', 'embedded', (events) => events.filter((event) => !isDecision(event))],
    ['of a capture', 'capture', (events) => events.filter((event) => !isDecision(event))],
    [
      'of a capture, one clock of which is late',
      'capture',
      (events) =>
        delayed(
          events.filter((event) => !isDecision(event)),
          3,
          isDirectors,
        ),
    ],
    [
      'of a capture, one clock of which is early',
      'capture',
      (events) =>
        delayed(
          events.filter((event) => !isDecision(event)),
          5,
          (event) => !isDirectors(event),
        ),
    ],
  ];

  for (const [name, story] of Object.entries(stories)) {
    const { plan } = story;
    ask(story, { timeNs: 1, node: plan.nodes[0]!.name, end: { outcome: 'timed-out' } });
    for (const [way, engine, told] of ways)
      it(`is what is judged of all at once: ${name}, ${way}`, () => {
        const events = told(story.events);
        const expected = said(new Judged(plan, engine).tell(events));
        for (let cut = 1; cut < events.length; cut++) {
          const [first, rest] = [events.slice(0, cut), events.slice(cut)];
          const looked = new Judged(plan, engine).tell(first).tell(rest);
          assert.deepEqual(said(looked), expected, `cut before event ${cut}`);
          const unseen = new Judged(plan, engine).tell(first, false).tell(rest, false).tell([]);
          assert.deepEqual(said(unseen), expected, `nobody looks, cut before event ${cut}`);
        }
        const each = new Judged(plan, engine);
        for (const event of events) each.tell([event]);
        assert.deepEqual(said(each), expected, 'event by event');
      });
  }
});
