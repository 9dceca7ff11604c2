import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mock } from 'node:test';
import { parseArgs } from 'node:util';
import { CliError, type Cli } from '../../src/cli/cli.ts';
import { plain } from '../../src/cli/paint.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import { record } from '../../src/cli/record.ts';
import { LabError } from '../../src/lab/docker/lab-problem.ts';
import type { Engine, EventSink } from '../../src/lab/engine.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { makeTranslate } from '../support/translate.ts';
import { root } from '../support/lb-lab.ts';

const cli: Cli = {
  translate: makeTranslate('en'),
  locale: 'en',
  paint: plain,
  out: assert.fail,
  err: assert.fail,
  parse: parseArgs,
};
const { plan } = loadTopology(readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8'), 'dr.lblab.yaml');

/** Tells so many frames of a flood, and is done. */
function flood(frames: number) {
  return {
    name: 'embedded' as const,
    make: (_plan: unknown, emit: EventSink): Promise<Engine> => {
      const bytes = new Uint8Array(14);
      return Promise.resolve({
        name: 'embedded',
        startedAt: '2026-01-01T00:00:00.000000000Z',
        start: () => {
          emit([{ kind: 'plan', timeNs: 0, epoch: 0, plan: plan!, changes: [], durationNs: 0 }]);
          const seen = {
            node: 'rs1',
            segment: 'inside',
            direction: 'in',
            bytes,
            originalLength: 14,
          } as const;
          emit(Array.from({ length: frames }, (_, index) => ({ kind: 'frame', timeNs: index + 1, ...seen })));
          return Promise.resolve();
        },
        nowNs: frames,
        settled: () => Promise.resolve(true),
        stop: () => Promise.resolve(),
      } as unknown as Engine);
    },
    close: () => undefined,
  };
}

describe('a recording on the command line', () => {
  const MANY = 215_000;

  it('that goes on until somebody ends it keeps the newest, and counts what was given up', async () => {
    const { report, frame } = await record(cli, plan!, flood(MANY), { duration: 0, open: true });
    assert.ok(report.counters.evictedFrames >= MANY - 210_000, `${report.counters.evictedFrames}`);
    assert.equal(frame(1).length, 0);
    assert.equal(frame(MANY).length, 14);
  });

  it('is worked out on the way, a little at once: who interrupts it does not wait', async () => {
    const { keepUp, report } = JourneyBuilder.prototype;
    const taken: number[] = [];
    const add = mock.method(JourneyBuilder.prototype, 'add');
    const looked = () => {
      taken.push(add.mock.calls.reduce((sum, call) => sum + call.arguments[0].length, 0));
      add.mock.resetCalls();
    };
    mock.method(JourneyBuilder.prototype, 'keepUp', function (this: JourneyBuilder) {
      looked();
      keepUp.call(this);
    });
    mock.method(JourneyBuilder.prototype, 'report', function (this: JourneyBuilder) {
      looked();
      return report.call(this);
    });
    try {
      await record(cli, plan!, flood(5000), { duration: undefined });
    } finally {
      mock.restoreAll();
    }
    assert.equal(
      taken.reduce((sum, one) => sum + one, 0),
      5001,
    );
    assert.ok(Math.max(...taken) <= 500, String(Math.max(...taken)));
  });

  const lost = (why: Error | undefined) => {
    const told: string[] = [];
    const chosen = {
      name: 'docker' as const,
      make: (): Promise<Engine> =>
        Promise.resolve({
          name: 'docker',
          startedAt: '2026-01-01T00:00:00.000000000Z',
          over: Promise.resolve(why),
          start: () => Promise.resolve(),
          nowNs: 0,
          settled: () => new Promise(() => undefined),
          stop: () => Promise.resolve(void told.push('stop')),
        } as unknown as Engine),
      close: () => void told.push('close'),
    };
    return { chosen, told };
  };
  const file = `${root}examples/dr.lblab.yaml`;
  const ways = {
    'a run': { duration: undefined },
    'a watch': { duration: undefined, watch: { file, adapt: (one: Plan) => one } },
    'a lab taken up': { duration: undefined, open: true },
  };
  for (const [name, options] of Object.entries(ways)) {
    it(`${name} whose engine is gone for good ends with that error`, async () => {
      const { chosen, told } = lost(new LabError('engine-gone', { seconds: '60' }));
      await assert.rejects(record({ ...cli, err: () => undefined }, plan!, chosen, options), (error) => {
        assert.ok(error instanceof CliError);
        assert.deepEqual([error.key, error.exitCode], ['docker.lab.engine-gone', 2]);
        return true;
      });
      assert.deepEqual(told, ['stop', 'close']);
    });

    it(`${name} whose lab somebody else has now ends with what was seen`, async () => {
      const { chosen, told } = lost(undefined);
      const { report, interrupted } = await record({ ...cli, err: () => undefined }, plan!, chosen, options);
      assert.deepEqual([report.counters.frames, interrupted, told], [0, false, ['stop', 'close']]);
    });
  }

  it('of a run that ends by itself is whole', async () => {
    const { report, frame } = await record(cli, plan!, flood(MANY), { duration: undefined });
    assert.equal(report.counters.evictedFrames, 0);
    assert.equal(frame(1).length, 14);
  });
});
