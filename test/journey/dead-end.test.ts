import assert from 'node:assert/strict';
import type { LabEvent } from '../../src/lab/events.ts';
import { planOf, runLab } from '../lab/embedded/testbed.ts';
import { reportOf, reportOfEvents } from './build-report.ts';
import { drText, tunText } from './plans.ts';

/** As an engine tells it whose hosts say nothing of what they do not send. */
function unheard(text: string, entry = '') {
  const plan = planOf(`${text}\ntraffic: [{ from: client, count: 1${entry} }]\n`);
  const { events } = runLab(plan);
  const silent = events.filter(({ kind }) => kind !== 'host');
  return { plan, events: silent, whole: events };
}

const alone = (text: string) =>
  text.replace(/(rs1: .*), +gateway: router/, '$1 ').replace('servers: [rs1, rs2]', 'servers: [rs1]');

describe('a server that knows no way back to its client', () => {
  for (const [name, text] of [
    ['dr', alone(drText)],
    ['tun', alone(tunText)],
  ] as const)
    it(`${name}: is named from the request that it took, where its kernel is not heard`, () => {
      const { plan, events, whole } = unheard(text);
      const report = reportOf({ plan, events });
      const flow = report.flows.find(({ kind }) => kind === 'tcp');
      assert.equal(flow?.outcome.kind, 'lost');
      assert.deepEqual([flow.outcome.at, flow.outcome.reason], ['rs1', 'no-route']);
      const said = report.explanations.map(({ code, setting, text: words }) => [code, setting, words]);
      assert.deepEqual(said[0]?.slice(0, 2), ['no-route', 'nodes.rs1.gateway']);
      // The same as with the kernel's own words.
      const { explanations } = reportOf({ plan, events: whole });
      assert.deepEqual(
        said,
        explanations.map(({ code, setting, text: words }) => [code, setting, words]),
      );
    });

  it('of datagrams too', () => {
    const udp = alone(drText).replace('port: 80', 'port: 80, protocol: udp');
    const { plan, events } = unheard(udp, ', protocol: udp');
    assert.deepEqual(
      reportOf({ plan, events }).explanations.map(({ code, setting }) => [code, setting]),
      [['no-route', 'nodes.rs1.gateway']],
    );
  });

  it('is said of nobody where somebody answers, and in a capture, whose hosts may have other routes', () => {
    const sound = unheard(drText);
    assert.deepEqual(reportOf(sound).explanations, []);
    const { plan, events } = unheard(alone(drText));
    const frames = events.filter((event: LabEvent) => event.kind === 'frame' || event.kind === 'plan');
    const report = reportOfEvents(plan, frames, 'capture');
    assert.deepEqual(report.explanations, []);
    assert.ok(report.flows.every(({ outcome }) => outcome.kind !== 'lost'));
  });
});
