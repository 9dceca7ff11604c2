import assert from 'node:assert/strict';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { difference, essence } from './compare-engines.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';
import { planOf, runEmbedded, runToEnd, stopLab } from './run-lab.ts';

const once = (plan: Plan): Plan => ({
  ...plan,
  traffic: [{ ...plan.traffic[0]!, count: 1, timeoutNs: 500e6 }],
});

describe('Docker engine: `drop` where packet sockets see the frame first', function () {
  this.timeout(120_000);
  let here: DockerHere;
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());

  const cases = [
    {
      name: 'a director: the forwarder does not get what its interface drops',
      plan: () =>
        once(
          planOf('examples/dr.lblab.yaml', (text) =>
            text.replace('at: { inside: 10.0.2.2 }', 'at: { inside: { address: 10.0.2.2, drop: [tcp] } }'),
          ),
        ),
    },
    {
      name: 'a tun server: the decapsulator does not get what its interface drops',
      plan: () =>
        once(
          planOf('examples/tun.lblab.yaml', (text) =>
            text.replace(/(rs[12]:.*at: \{ \w+: )([\d.]+)( \})/g, '$1{ address: $2, drop: [ipip] }$3'),
          ),
        ),
    },
  ];
  for (const { name, plan } of cases) {
    it(name, async () => {
      const dropping = plan();
      assert.ok(dropping.nodes.some(({ interfaces }) => interfaces.some(({ drop }) => drop.length > 0)));
      const docker = await runToEnd(dropping, (emit) => dockerEngine(here, dropping, emit));
      const embedded = await runEmbedded(dropping);
      const [flow] = docker.report.flows.filter(({ kind }) => kind === 'tcp');
      assert.equal(flow?.outcome.kind, 'lost');
      assert.equal(
        difference(
          essence(embedded.report, embedded.events, dropping),
          essence(docker.report, docker.events, dropping),
        ),
        '',
      );
    });
  }

  it('a changed `drop` reaches the running forwarder', async () => {
    const open = once(planOf('examples/dr.lblab.yaml'));
    const asked = { ...open, traffic: open.traffic.map((entry) => ({ ...entry, count: 0 })) };
    const closed: Plan = {
      ...asked,
      nodes: asked.nodes.map((node) =>
        node.role === 'director'
          ? { ...node, interfaces: node.interfaces.map((port) => ({ ...port, drop: ['tcp' as const] })) }
          : node,
      ),
    };
    const engine = dockerEngine(here, asked, () => undefined);
    try {
      await engine.start();
      for (const plan of [closed, asked]) {
        await engine.apply(plan);
        await engine.request();
      }
      assert.deepEqual(await outcomesOf(engine), ['timed-out', 'answered']);
    } finally {
      await stopLab(engine);
    }
  });
});
