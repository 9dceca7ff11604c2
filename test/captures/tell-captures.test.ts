import assert from 'node:assert/strict';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import { byNode, capturedOf, only, type Captured } from './captured.ts';

const empty = { interfaces: [], records: [], names: [], problems: [] };

describe('several captures', () => {
  let captured: Captured;
  before(async () => (captured = await capturedOf('dr')));

  it('one file of each node tells what one file of all tells, in the files’ own numbers', () => {
    const { plan, capture } = captured;
    const whole = tellCaptures([{ name: 'all', capture }], plan);
    const sources = byNode(captured);
    const split = tellCaptures(sources, plan);
    assert.equal(split.events.length, whole.events.length);
    assert.ok(whole.refs.length > 300);
    const frames = split.events.filter((event) => event.kind === 'frame');
    for (const [index, { source, number }] of split.refs.entries()) {
      const record = sources[source]!.capture.records[number - 1]!;
      assert.equal(record.bytes, frames[index]!.bytes);
      assert.equal(Number(record.timeNs - split.startNs), frames[index]!.timeNs);
    }
    // Frames of one moment at several nodes may stand in any order.
    const sorted = (told: typeof whole) =>
      told.events.map((event) => JSON.stringify({ ...event, plan: undefined })).sort();
    assert.deepEqual(sorted(split), sorted(whole));
    assert.deepEqual(split.points, whole.points);
    assert.deepEqual(split.notes, whole.notes);
    assert.deepEqual(whole.notes, [{ code: 'unknown-decisions', params: {} }]);
  });

  it('what cannot be told is a problem, and there are no frames', () => {
    const { plan, capture } = captured;
    const nowhere = {
      ...only(capture, ['director.inside']),
      interfaces: [{ name: '', linkType: 1, snapLength: 0 }],
    };
    const cooked = { ...nowhere, interfaces: [{ name: 'any', linkType: 192, snapLength: 0 }] };
    const cases = [
      [[{ name: 'a', capture: nowhere }], [], 'unplaced-pcap'],
      [[{ name: 'a', capture: nowhere }], ['a.b'], 'no-such-point'],
      [[{ name: 'a', capture: cooked }], [], 'not-ethernet'],
      [
        [{ name: 'a', capture: { ...empty, problems: [{ problem: 'bad-capture', where: '', at: 0 }] } }],
        [],
        'no-capture',
      ],
    ] as const;
    for (const [sources, interfaces, code] of cases) {
      const told = tellCaptures(sources, plan, { interfaces });
      assert.equal(told.problem?.code, code);
      assert.equal(told.refs.length, 0);
    }
  });
});
