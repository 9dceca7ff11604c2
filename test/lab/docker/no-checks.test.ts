import assert from 'node:assert/strict';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { makeTranslate } from '../../support/translate.ts';
import { planOf } from '../embedded/testbed.ts';
import { checked } from '../topology/fixtures.ts';

describe('health checks on Docker', () => {
  it('are refused before anything is made, and it is said why', async () => {
    const engine = new DockerEngine(planOf(checked), () => undefined, {
      client: {} as DockerClient,
      ...{ image: 'none', bundles: 'none', version: '0' },
    });
    await assert.rejects(engine.start(), (error) => {
      assert.ok(error instanceof LabError);
      assert.deepEqual(error.problem, { code: 'no-checks', params: { services: 'service' } });
      const text = makeTranslate('en')(`docker.lab.${error.problem.code}`, error.problem.params);
      assert.match(text, /^The director of service checks/);
      return true;
    });
  });
});
