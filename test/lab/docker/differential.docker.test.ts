import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import type { Report } from '../../../src/journey/report.ts';
import { DATAGRAM_LABS } from '../embedded/datagram-labs.ts';
import { difference, essence, untimely } from './compare-engines.ts';
import { dockerEngine, dockerHere, root, type DockerHere } from './docker-here.ts';
import { runEmbedded, runToEnd } from './run-lab.ts';

const files = ['examples', 'examples/lessons'].flatMap((folder) =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.lblab.yaml'))
    .map((name) => `${folder}/${name}`),
);

describe('Docker engine: every example and lesson, datagrams, fragments and pings as on the embedded engine', function () {
  this.timeout(180_000);
  let here: DockerHere;
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());

  it('how many bytes cross the director: d-nat carries every answer, dr none', async () => {
    const bytes = new Map<string, number>();
    for (const name of ['bandwidth', 'bandwidth-dnat']) {
      const { plan } = loadTopology(readFileSync(`${root}examples/lessons/${name}.lblab.yaml`, 'utf8'), name);
      const docker = await runToEnd(plan!, (emit) => dockerEngine(here, plan!, emit));
      const embedded = await runEmbedded(plan!);
      assert.equal(docker.report.counters.captureLoss, 0);
      for (const { report } of [docker, embedded])
        bytes.set(`${report.engine} ${name}`, report.counters.directorBytes);
    }
    for (const engine of ['docker', 'embedded']) {
      // Two answers of 100 KB.
      assert.ok(bytes.get(`${engine} bandwidth-dnat`)! > 200_000, JSON.stringify([...bytes]));
      assert.ok(bytes.get(`${engine} bandwidth`)! < 20_000, JSON.stringify([...bytes]));
    }
  });

  for (const file of files) {
    const { plan, expect } = loadTopology(readFileSync(`${root}${file}`, 'utf8'), basename(file));
    // A lesson about a plan that cannot be made has nothing to run.
    if (!plan) continue;
    // Directors in containers do not check their servers: such a lab is refused, which `no-checks.test.ts` sees.
    if (plan.nodes.some(({ forwarder }) => forwarder?.services.some(({ check }) => check))) continue;
    it(file, async () => {
      const met = meetsExpectation(await bothAgree(here, staggered(plan)), expect);
      assert.ok(met.ok, JSON.stringify(met.differences, null, 2));
    });
  }

  for (const [name, { text, outcome }] of DATAGRAM_LABS) {
    it(name, async () => {
      const { plan } = loadTopology(text.replaceAll('every: 1s', 'every: 300ms'), 'datagrams');
      const { flows } = await bothAgree(here, staggered(plan!));
      const kind = name.includes('ping') ? 'icmp' : 'udp';
      const outcomes = flows.filter((flow) => flow.kind === kind).map((flow) => flow.outcome.kind);
      assert.deepEqual([...new Set(outcomes)], [outcome]);
    });
  }
});

/** The report of the Docker engine, which says the same as that of the embedded one. */
async function bothAgree(here: DockerHere, plan: Plan): Promise<Report> {
  const docker = await runToEnd(plan, (emit) => dockerEngine(here, plan, emit));
  const embedded = await runEmbedded(plan);
  // What a flood cost the capture is told, and is another test's (load.docker.test.ts).
  if (docker.report.loads.length === 0) assert.equal(docker.report.counters.captureLoss, 0);
  const found = difference(
    essence(embedded.report, embedded.events, plan),
    essence(docker.report, docker.events, plan),
  );
  const asked = docker.report.requests.map(({ outcome, reason }) => [outcome, reason].join(' ').trim());
  if (found !== '') assert.fail(`the engines differ:\n${found}\nasked on Docker: ${asked.join(', ')}`);
  for (const { report } of [docker, embedded]) assert.deepEqual(untimely(report, plan), []);
  return docker.report;
}

/** Who comes first of two at the same time is chance, and decides who gets which server. Collisions stay as they are. */
function staggered(plan: Plan): Plan {
  const apartNs = 150e6;
  return {
    ...plan,
    traffic: plan.traffic.map((entry, index) =>
      entry.sourcePort === undefined ? { ...entry, afterNs: entry.afterNs + index * apartNs } : entry,
    ),
  };
}
