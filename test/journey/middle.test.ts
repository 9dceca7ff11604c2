import assert from 'node:assert/strict';
import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import { reportOfEvents } from './build-report.ts';
import { dnatTable, drTable, natTable, Story, tunTable, type Table } from './oracle.ts';
import { dnatText, drText, natText, planOf, tunText } from './plans.ts';

const models: readonly (readonly [text: string, table: Table])[] = [
  [drText, drTable()],
  [tunText, tunTable()],
  [dnatText, dnatTable()],
  [natText, natTable()],
];

/** The flow of the last two frames, both captures of a reply's last leg, with nothing before. */
function lastLeg(text: string, table: Table, name: 'syn-ack' | 'ok' | 'ack-get') {
  const story = new Story(planOf(text)).talk(table, [name]);
  const frames = story.events.filter((event): event is FrameEvent => event.kind === 'frame');
  const report = reportOfEvents(story.plan, frames.slice(-2) as LabEvent[], 'docker');
  assert.equal(report.flows.length, 1);
  return report.flows[0]!;
}

describe('flows that begin in their middle', () => {
  for (const [text, table] of models) {
    for (const name of ['syn-ack', 'ok', 'ack-get'] as const) {
      it(`${text.trim().split('\n')[0]!}: a ${name} first seen at a router keeps its sides, and claims no server`, () => {
        const flow = lastLeg(text, table, name);
        assert.equal(flow.begun, 'middle');
        assert.equal(flow.server, undefined);
        const { destination, destinationPort } = table.request[0]!;
        assert.deepEqual([flow.service.address, flow.service.port], [destination, destinationPort]);
        assert.equal(flow.client.node, table.request[0]!.from);
      });
    }
  }

  it('name the server when it was seen itself', () => {
    const story = new Story(planOf(drText)).talk(drTable('rs2'), ['ok']);
    const [flow] = reportOfEvents(story.plan, story.events, 'docker').flows;
    assert.deepEqual([flow!.begun, flow!.server?.node], ['middle', 'rs2']);
  });

  it('are those without a SYN; all others were seen to begin', () => {
    const story = new Story(planOf(dnatText)).talk(dnatTable(), ['get', 'ack-get']);
    story.talk(dnatTable(true, 'rs2', 40002, 50002), ['syn', 'syn-ack']);
    story.arp('middle', 'router', '10.0.2.1', '10.0.2.100', 'director');
    const { flows } = reportOfEvents(story.plan, story.events, 'docker');
    assert.deepEqual(
      flows.map(({ kind, begun }) => [kind, begun]),
      [
        ['tcp', 'middle'],
        ['tcp', 'seen'],
        ['arp', 'seen'],
      ],
    );
  });
});
