import assert from 'node:assert/strict';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { EngineWatch } from '../../../src/lab/docker/engine-watch.ts';

/** An engine whose streams break; it answers when asked for the time that `answers` says. */
function watchOf(answers: (asked: number) => boolean, patienceMs: number) {
  let asked = 0;
  const warnings: string[] = [];
  const client = {
    watch: () => Promise.reject(new Error('broken')),
    ping: () => (answers(++asked) ? Promise.resolve() : Promise.reject(new Error('no answer'))),
  } as unknown as DockerClient;
  const watch = new EngineWatch(
    client,
    'lab',
    ({ code, params }) => {
      warnings.push(`${code} ${params['seconds']}`);
      if (warnings.length === 2) watch.end();
    },
    patienceMs,
  );
  return { watch, warnings };
}

describe('the watch on a Docker engine', () => {
  it('ends when the engine is not back in time', async () => {
    const { watch, warnings } = watchOf(() => false, 0);
    assert.equal(await watch.run(), 'gone');
    assert.deepEqual(warnings, ['docker.warning.engine-gone 0']);
  });

  it('goes on when it is back, until nobody wants to know any more', async () => {
    const { watch, warnings } = watchOf((asked) => asked > 1, 60_000);
    assert.equal(await watch.run(), 'ended');
    assert.equal(warnings.length, 2);
  });
});
