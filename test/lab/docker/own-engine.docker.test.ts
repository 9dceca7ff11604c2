import assert from 'node:assert/strict';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { openDocker } from '../../../src/lab/docker/open-docker.ts';
import { findLabs, sweep } from '../../../src/lab/docker/sweep.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { dockerEngine, dockerHere, outcomesOf } from './docker-here.ts';
import { cannotStartEngine, PrivateEngine } from './private-engine.ts';
import { planOf } from './run-lab.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('Docker engine: a daemon of its own', function () {
  this.timeout(240_000);
  let daemon: PrivateEngine;
  let client: DockerClient;
  let image: string;
  let engine: DockerEngine | undefined;

  before(async function () {
    const here = await dockerHere(this);
    image = here.image;
    const from = here.client.engine.endpoint;
    here.client.close();
    const missing = cannotStartEngine();
    if (missing !== undefined) {
      if (process.env['CI']) throw new Error(missing);
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    daemon = new PrivateEngine();
    await daemon.start();
    await daemon.load(from, image);
    client = await openDocker({
      environment: { DOCKER_HOST: daemon.host },
      home: '',
      windows: false,
      readText: () => '',
    });
  });
  after(async () => {
    client?.close();
    await daemon?.remove();
  });

  afterEach(() => engine?.stop().catch(() => undefined));

  const firewalls = [
    {
      // The first: once such a segment was let through, connection tracking knows it.
      name: 'drops what belongs to no connection that it saw begin',
      rules: [
        ['sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_loose=0'],
        ['iptables', '-I', 'DOCKER-USER', '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP'],
      ],
      code: 'replies-blocked',
      ends: { from: '10.0.2.100', to: '10.0.1.10' },
    },
    {
      name: 'drops what goes to the VIP',
      rules: [['iptables', '-I', 'DOCKER-USER', '-d', '10.0.2.100', '-j', 'DROP']],
      code: 'frames-blocked',
      ends: { from: '10.0.1.10', to: '10.0.2.100' },
    },
  ] as const;
  for (const { name, rules, code, ends } of firewalls) {
    it(`the host’s firewall ${name}: the start ends with the segment, and nothing is left`, async () => {
      daemon.inside('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1');
      for (const rule of rules) daemon.inside(...rule);
      const lab = dockerEngine({ client, image }, planOf('examples/dr.lblab.yaml'), () => undefined);
      try {
        await assert.rejects(lab.start(), (error) => {
          assert.ok(error instanceof LabError, String(error));
          const { nodes, ...params } = error.problem.params;
          assert.deepEqual(
            { code: error.problem.code, params },
            { code, params: { segment: 'outside', ...ends } },
          );
          assert.equal(nodes, 'client2, router');
          return true;
        });
      } finally {
        await lab.stop();
        daemon.inside('iptables', '-D', 'DOCKER-USER', '1');
      }
      assert.deepEqual(await findLabs(client), []);
    });
  }

  it('restarted: the lab waits for it, says which nodes are gone, starts them again and leaves nothing', async () => {
    const plan = planOf('examples/dr.lblab.yaml');
    const quiet: Plan = { ...plan, traffic: [{ ...plan.traffic[0]!, count: 0, timeoutNs: 5e9 }] };
    const events: LabEvent[] = [];
    const warnings: string[] = [];
    engine = dockerEngine({ client, image }, quiet, (told) => events.push(...told), {
      onWarning: ({ code }) => warnings.push(code),
    });
    await engine.start();
    await engine.request();
    await daemon.stop();
    await assert.rejects(client.ping(), DockerError);
    await daemon.start();
    const failed = () =>
      new Set(
        events.flatMap((event) => (event.kind === 'node' && event.state === 'failed' ? [event.node] : [])),
      );
    for (let i = 0; i < 600 && failed().size < plan.nodes.length; i += 1) await pause(100);
    assert.deepEqual(failed(), new Set(plan.nodes.map(({ name }) => name)));
    assert.deepEqual([...new Set(warnings)].sort(), [
      'docker.warning.engine-gone',
      'docker.warning.node-gone',
    ]);
    for (const { name } of plan.nodes) assert.equal(await engine.setNode(name, 'running'), true);
    await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
    await engine.stop();
    assert.deepEqual(await findLabs(client), []);
    assert.equal(warnings.filter((code) => code.endsWith('engine-gone')).length, 1);
  });

  it('gone for good: the end of the lab says so, and what it left is swept when it is back', async () => {
    engine = dockerEngine({ client, image }, planOf('examples/nat.lblab.yaml'), () => undefined);
    await engine.start();
    await daemon.stop();
    await assert.rejects(engine.stop(), (error) => {
      assert.ok(error instanceof DockerError);
      assert.match(error.problem.code, /not-answering|no-engine|connection-lost/);
      return true;
    });
    await daemon.start();
    assert.equal((await findLabs(client)).length, 1);
    assert.equal((await sweep(client)).length, 1);
    assert.deepEqual(await findLabs(client), []);
  });
});
