import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Cli } from '../../src/cli/cli.ts';
import { plain } from '../../src/cli/paint.ts';
import { watchTopology } from '../../src/cli/watch-topology.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { DockerError } from '../../src/lab/docker/docker-problem.ts';
import { makeTranslate } from '../support/translate.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await wait(20);
  assert.ok(condition(), 'it did not happen');
}

describe('a watched topology file', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let errors: string[];
  let stop: () => void;
  const cli: Cli = {
    translate: makeTranslate('en'),
    locale: 'en',
    paint: plain,
    out: assert.fail,
    err: (line) => errors.push(line),
    parse: parseArgs,
  };
  const save = (change: (text: string) => string) => writeFileSync(file, change(readFileSync(file, 'utf8')));

  beforeEach(() => {
    errors = [];
    folder = temporaryFolder();
    file = folder.path('dr.lblab.yaml');
    copyFileSync(`${root}examples/dr.lblab.yaml`, file);
  });
  afterEach(() => {
    stop();
    folder.remove();
  });

  for (const [name, failure, said] of [
    [
      'a fault of ours',
      new TypeError('x is not a function'),
      /could not be applied \(x is not a function\): the lab goes on/,
    ],
    ['what is no error at all', 'nothing' as unknown as Error, /could not be applied \(nothing\)/],
    [
      'a problem of the engine',
      new DockerError('engine-error', { message: 'overloaded', endpoint: '' }),
      /overloaded/,
    ],
  ] as const)
    it(`${name} in a change is told; the next save is applied`, async () => {
      const applied: Plan[] = [];
      let fails = true;
      stop = watchTopology(cli, file, (plan) => {
        if (fails) return Promise.reject(failure);
        applied.push(plan);
        return Promise.resolve();
      });
      save((text) => text.replace('scheduler: rr\n', 'scheduler: sh\n'));
      await until(() => errors.length > 0);
      assert.match(errors.join('\n'), said);
      fails = false;
      // The same text again: it is not what runs.
      save((text) => text);
      await until(() => applied.length === 1);
    });

  it('with errors is told about, and the lab stays as it is', async () => {
    const applied: Plan[] = [];
    stop = watchTopology(cli, file, (plan) => Promise.resolve(void applied.push(plan)));
    save(() => 'model: dr\n');
    await until(() => errors.some((line) => line.includes('stays as it is')));
    copyFileSync(`${root}examples/nat.lblab.yaml`, file);
    await until(() => applied.length === 1);
  });
});
