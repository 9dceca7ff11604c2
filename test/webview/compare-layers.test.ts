import assert from 'node:assert/strict';
import { frameDetails } from '../../src/extension/core/panel/frame-details.ts';
import { compareLayers } from '../../src/webview/compare-layers.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { planOf, tunText } from '../journey/plans.ts';
import { runLab } from '../lab/embedded/testbed.ts';

/** The frames before and after the director, header by header. */
describe('a packet before and after a node', () => {
  for (const [name, text, between] of [
    ['IP in IP', tunText, []],
    ['GUE', tunText.replace('port: 80,', 'port: 80, tunnel: gue,'), ['UDP ⊃', 'GUE ⊃']],
  ] as const) {
    const plan = planOf(`${text}\ntraffic: [{ from: client, count: 1 }]\n`);
    const { events } = runLab(plan);
    const frames = events.filter((event) => event.kind === 'frame');
    const { journeys } = reportOfEvents(plan, events);
    const { hops } = journeys.find(({ kind }) => kind === 'syn')!;
    const at = hops.findIndex(({ from }) => from === 'director');
    const [into, out] = [hops[at - 1]!, hops[at]!].map(({ frame }) =>
      frameDetails(frames[frame - 1]!, frame),
    );

    it(`${name}: what is put around it stands before it, all of it new and as foretold`, () => {
      const layers = compareLayers(into, out!, hops[at]!);
      assert.deepEqual(
        layers.map(({ title }) => title),
        ['Ethernet', 'IPv4 ⊃', ...between, 'IPv4', 'TCP'],
      );
      const envelope = layers.slice(1, 2 + between.length).flatMap(({ lines }) => lines);
      assert.ok(envelope.every(({ before, change }) => before === '' && change === 'signature'));
      const foretold = envelope.filter(({ expected }) => expected !== undefined);
      assert.equal(foretold.length, between.length === 0 ? 5 : 8);
      assert.ok(foretold.every(({ ok }) => ok));
      const inner = layers.at(-2)!.lines.find(({ name: field }) => field === 'ip.ttl');
      assert.deepEqual([inner?.before, inner?.after], ['63', '62']);
    });

    it(`${name}: and is gone when it is taken off`, () => {
      const layers = compareLayers(out, into!, hops[at]!);
      assert.deepEqual(
        layers.map(({ title }) => title),
        ['Ethernet', 'IPv4 ⊃', ...between, 'IPv4', 'TCP'],
      );
      assert.ok(layers[1]!.lines.every(({ after, place }) => after === '' && place === undefined));
    });
  }
});
