import assert from 'node:assert/strict';
import { LabRecording } from '../../../../src/extension/core/labs/lab-recording.ts';
import { totalsOf } from '../../../../src/journey/request-totals.ts';
import type { RequestEnd } from '../../../../src/lab/events.ts';
import { planOf } from '../../../lab/embedded/testbed.ts';
import { example, translate } from '../../support.ts';

const MOST_FRAMES = 400;
const ASKED = 20_000;

describe('extension: the recording of a lab that runs for long', () => {
  for (const [name, isWithFrame] of [
    ['a frame now and then', true],
    ['no frames at all', false],
  ] as const)
    it(`keeps bounded what was asked, and all of it in its totals: ${name}`, () => {
      const plan = planOf(example('dr'));
      const head = { engine: 'embedded', startedAt: '2026-01-01T00:00:00.000000000Z', plan } as const;
      const recording = new LabRecording(head, { maxFrames: MOST_FRAMES, maxBytes: Infinity }, translate);
      const [entry] = plan.traffic;
      const bytes = new Uint8Array(60);
      const end: RequestEnd = { outcome: 'unsent', reason: 'node-stopped' };
      let most = 0;
      for (let id = 1; id <= ASKED; id++) {
        const timeNs = id * 1e6;
        const asked = { kind: 'request', timeNs, id, node: 'client1', entry: entry!, by: 'file' } as const;
        recording.add([{ ...asked, protocol: 'tcp' }]);
        recording.add([{ ...asked, protocol: 'tcp', end }]);
        recording.add([{ kind: 'host', timeNs, node: 'client1', reason: 'no-route' }]);
        const seen = { node: 'client1', segment: 'outside', direction: 'out', originalLength: 60 } as const;
        if (isWithFrame) recording.add([{ kind: 'frame', timeNs, bytes, ...seen }]);
        if (id % 1000 === 0) most = Math.max(most, recording.events().length);
      }
      assert.ok(most < MOST_FRAMES * 8, String(most));
      const kept = recording.events().filter(({ kind }) => kind === 'request');
      assert.ok(kept.length < MOST_FRAMES * 4, String(kept.length));
      const { requests, evictedRequests } = recording.report();
      assert.ok(requests.length <= MOST_FRAMES, String(requests.length));
      assert.equal(totalsOf([...requests, ...evictedRequests]).unsent, ASKED);
    });
});
