import { randomBytes } from 'node:crypto';
import { containerSysctls } from '../src/lab/docker/container.ts';
import { LABEL, objectName } from '../src/lab/docker/labels.ts';
import { ownerOf } from '../src/lab/docker/owner.ts';
import { removeLab } from '../src/lab/docker/sweep.ts';
import { benchDocker, examplePlan, type BenchDocker } from './docker-lab.ts';
import { median } from './median.ts';

/**
 * From the call of `start` to a lab that is ready (self-test passed, everything configured and read back), the DR
 * example with its image present; against the bare API calls that create the same networks and containers, connect and
 * start them, as many at once as the lab does: a container waits for a network only when it is to be connected to it. In
 * turns; the ratio is the median of each round's own.
 */
const ROUNDS = 7;
const plan = examplePlan('dr', (text) => text.replace(/count: \d+/g, 'count: 0'));

async function lab(docker: BenchDocker): Promise<{ ms: number; steps: Map<string, number> }> {
  const steps = new Map<string, number>();
  const began = performance.now();
  let [last, lastAt] = ['', began];
  const engine = docker.engine(plan, () => undefined, {
    onStep: (step) => {
      const now = performance.now();
      if (last) steps.set(last, now - lastAt);
      [last, lastAt] = [step, now];
    },
  });
  try {
    await engine.start();
    return { ms: performance.now() - began, steps };
  } finally {
    await engine.stop();
  }
}

async function bare({ client, image }: BenchDocker): Promise<number> {
  const id = randomBytes(4).toString('hex');
  const labels = { [LABEL.lab]: id, [LABEL.owner]: ownerOf() };
  const began = performance.now();
  try {
    const networks = new Map(
      plan.segments.map(({ name }, index) => {
        const network = client.createNetwork({
          name: objectName(id, name),
          labels,
          subnet: `198.19.${200 + index}.0/24`,
          options: {
            'com.docker.network.bridge.enable_ip_masquerade': 'false',
            'com.docker.network.bridge.inhibit_ipv4': 'true',
          },
        });
        return [name, network] as const;
      }),
    );
    await Promise.all([
      ...networks.values(),
      ...plan.nodes.map(async ({ name, interfaces, sysctls }) => {
        const container = await client.createContainer({
          name: objectName(id, name),
          image,
          labels,
          entrypoint: ['sleep', '600'],
          networkMode: 'none',
          capabilities: ['NET_ADMIN', 'NET_RAW', 'SETGID'],
          sysctls: containerSysctls(sysctls),
        });
        await client.startContainer(container);
        await client.disconnectNetwork('none', container);
        for (const { segment } of interfaces)
          await client.connectNetwork(await networks.get(segment)!, container);
      }),
    ]);
    return performance.now() - began;
  } finally {
    await removeLab(client, id);
  }
}

const docker = await benchDocker();
if (typeof docker === 'string') console.log(`docker-start: ${docker}`);
else {
  const rounds: { ms: number; bare: number; steps: Map<string, number> }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareMs = await bare(docker);
    rounds.push({ ...(await lab(docker)), bare: bareMs });
  }
  docker.client.close();
  const ms = (values: number[]) => `${median(values).toFixed(0)} ms`;
  console.log(
    `docker-start: the DR example, ${plan.nodes.length} nodes, medians of ${ROUNDS} rounds in turns`,
  );
  console.log(`bare API calls  ${ms(rounds.map(({ bare: own }) => own))}`);
  console.log(`lab ready       ${ms(rounds.map((round) => round.ms))}`);
  for (const step of rounds[0]!.steps.keys())
    console.log(`  ${step.padEnd(12)}  ${ms(rounds.map(({ steps }) => steps.get(step) ?? 0))}`);
  console.log(
    `ratio           ${median(rounds.map((round) => round.ms / round.bare)).toFixed(2)}   (aim 1.3)`,
  );
}
