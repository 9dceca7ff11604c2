import assert from 'node:assert/strict';
import type { Ended } from '../request-ends.ts';
import { exampleText, planOf, runLab } from './testbed.ts';
import type { LoadResult } from '../../../src/lab/traffic/load-result.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { percentile } from '../../../src/lab/traffic/percentile.ts';

const base = planOf(exampleText('dr'));

interface Loaded {
  readonly result: LoadResult;
  readonly outcome: Ended['outcome'];
  readonly startNs: number;
  readonly timeNs: number;
}

function loaded(entry: Partial<Plan['traffic'][number]>, plan: Plan = base): Loaded {
  const [first] = plan.traffic;
  const load = { connections: 3, durationNs: 1e9 };
  const traffic = [{ ...first!, count: 1, afterNs: 0, load, ...entry }];
  const ends = runLab({ ...plan, traffic }).ends();
  assert.equal(ends.length, 1);
  const [{ load: result, outcome, startNs, endNs: timeNs }] = ends as [Ended];
  return { result: result!, outcome, startNs, timeNs };
}

describe('A load on the embedded engine', () => {
  it('is made over its connections, one request after the other, and bounded', () => {
    const { result, outcome, startNs, timeNs } = loaded({});
    assert.equal(outcome, 'answered');
    assert.equal(result.requests, 500);
    assert.equal(result.errors, 0);
    assert.equal(result.limited, true);
    assert.equal(timeNs - startNs, result.durationNs);
    assert.ok(result.durationNs < 1e9);
    assert.ok(result.p50Ns > 0 && result.p50Ns <= result.p99Ns);
  });

  it('ends when its time is over', () => {
    const { result } = loaded({ load: { connections: 3, durationNs: 5e6 } });
    assert.equal(result.durationNs, 5e6);
    assert.equal(result.limited, false);
    assert.ok(result.requests > 10 && result.requests < 100);
  });

  it('that is over before its connections are open has no errors, and begins nothing more', () => {
    for (const durationNs of [100e3, 300e3, 600e3]) {
      const { result, outcome } = loaded({ load: { connections: 3, durationNs } });
      assert.deepEqual([result.requests, result.errors, outcome], [0, 0, 'timed-out']);
    }
    const { frames } = runLab({
      ...base,
      traffic: [{ ...base.traffic[0]!, count: 1, afterNs: 0, load: { connections: 3, durationNs: 600e3 } }],
    });
    assert.ok(frames().every(({ timeNs }) => timeNs < 5e6));
  });

  it('is bounded in bytes too', () => {
    const { result } = loaded({ responseBytes: 1_000_000 });
    assert.equal(result.requests, 8);
    assert.ok(result.bytes > 8e6);
  });

  it('counts what nobody answers as errors, and ends all the same', () => {
    const nobody = loaded({ port: 81, timeoutNs: 50e6 });
    assert.equal(nobody.outcome, 'timed-out');
    assert.equal(nobody.result.requests, 0);
    assert.ok(nobody.result.errors > 0);
    const down = base.nodes.map((node) =>
      node.role === 'director'
        ? { ...node, interfaces: node.interfaces.map((port) => ({ ...port, down: true })) }
        : node,
    );
    const silence = loaded({ timeoutNs: 100e6 }, { ...base, nodes: down });
    assert.equal(silence.result.requests, 0);
    assert.ok(silence.result.errors > 0);
    assert.equal(silence.result.durationNs, 1e9);
  });

  it('percentiles are by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)], [50, 99, 0]);
  });
});
