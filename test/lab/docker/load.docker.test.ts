import assert from 'node:assert/strict';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';
import { planOf, reportOf, stopLab } from './run-lab.ts';

/** Frames a second: a slow machine, busy with other tests, makes several times as many, and a calm lab next to none. */
const BUDGET = 50;

/** One load, made when it is asked for. */
function loadPlan(seconds: number): Plan {
  const plan = planOf('examples/dr.lblab.yaml');
  const [entry] = plan.traffic;
  const load = { connections: 4, durationNs: seconds * 1e9 };
  return {
    ...plan,
    traffic: [
      { ...entry!, count: 0, load },
      { ...entry!, count: 0 },
    ],
  };
}

/** Whether the last word of every interface is that it records whole frames. */
function calm(events: readonly LabEvent[]): boolean {
  const details = new Map<string, string>();
  for (const event of events)
    if (event.kind === 'capture') details.set(`${event.node}.${event.segment}`, event.detail);
  return [...details.values()].every((detail) => detail === 'frames');
}

/** A flood is more than fits into one call. */
const hear = (events: LabEvent[]) => (told: readonly LabEvent[]) => {
  for (const event of told) events.push(event);
};

describe('Docker engine: under load', function () {
  this.timeout(180_000);
  let here: DockerHere;
  let engine: DockerEngine | undefined;
  before(async function () {
    here = await dockerHere(this);
  });
  afterEach(() => stopLab(engine));
  after(() => here?.client.close());

  /** Frames across each interface of the lab, both ways, as its kernel counted them. */
  async function across(lab: DockerEngine, plan: Plan): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const { name, interfaces } of plan.nodes) {
      const { stdout } = await here.client.execute(lab.containerOf(name)!, {
        command: ['ip', '-json', '-statistics', 'link', 'show'],
      });
      const links = JSON.parse(stdout) as {
        address?: string;
        stats64: { rx: { packets: number }; tx: { packets: number } };
      }[];
      for (const { segment, mac } of interfaces) {
        const text = mac.toString(16).padStart(12, '0').match(/../g)!.join(':');
        const link = links.find(({ address }) => address === text)!;
        counts.set(`${name}.${segment}`, link.stats64.rx.packets + link.stats64.tx.packets);
      }
    }
    return counts;
  }

  /** The same when nothing moves: a late ARP frame may come between the end of the traffic and the reading. */
  async function acrossWhenQuiet(lab: DockerEngine, plan: Plan): Promise<Map<string, number>> {
    await lab.settled(20e9);
    for (let counts = await across(lab, plan), tries = 0; ; tries += 1) {
      await lab.settled(20e9);
      const again = await across(lab, plan);
      if ([...again].every(([point, count]) => counts.get(point) === count)) return again;
      assert.ok(tries < 20, 'frames keep coming');
      counts = again;
    }
  }

  it('a flood falls back, every frame is recorded or counted, and whole frames come back', async () => {
    const plan = loadPlan(4);
    const events: LabEvent[] = [];
    const lab = dockerEngine(here, plan, hear(events), { captureBudget: BUDGET });
    engine = lab;
    await lab.start();
    // What neighbours ask of each other after the start is over, recorded and counted, before anything is compared.
    const before = await acrossWhenQuiet(lab, plan);
    const begun = events.length;
    await lab.request(0);
    // Calm again: every interface records whole frames.
    for (let tries = 0; tries < 600 && !calm(events); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await lab.request(1);
    const after = await acrossWhenQuiet(lab, plan);

    const seen = new Map<string, number>();
    for (const event of events.slice(begun))
      if (event.kind === 'frame' || event.kind === 'loss') {
        const point = `${event.node}.${event.segment}`;
        seen.set(point, (seen.get(point) ?? 0) + (event.kind === 'frame' ? 1 : event.frames));
      }
    for (const [point, count] of after)
      assert.equal(seen.get(point) ?? 0, count - before.get(point)!, `${point} does not add up`);

    const details = events.flatMap((event) =>
      event.kind === 'capture' && event.node === 'client1' ? [event.detail] : [],
    );
    // Between them: a second that holds the end of the flood, or a pause in it, is worth headers.
    assert.deepEqual(details.slice(0, 2), ['headers', 'counters']);
    assert.equal(details.at(-1), 'frames', details.join());
    const { counters, captures, loads, flows } = reportOf(plan, lab, events);
    assert.ok(counters.overBudget > 0, JSON.stringify(counters));
    const frames = events.flatMap((event) => (event.kind === 'frame' ? [event] : []));
    assert.equal(counters.frames, frames.length);
    assert.equal(
      counters.cut,
      frames.filter(({ bytes, originalLength }) => bytes.length < originalLength).length,
    );
    assert.ok(counters.decisionsLost > 0, JSON.stringify(counters));
    assert.equal(captures.length, events.filter(({ kind }) => kind === 'capture').length);
    const [load] = loads;
    assert.ok(load && load.requests > 100, JSON.stringify(load));
    assert.equal(load.errors, 0);
    assert.ok(load.p50Ns > 0 && load.p99Ns >= load.p50Ns);
    // Nothing is said of what was not recorded whole; the request after the flood is.
    assert.ok(flows.every(({ partial, outcome }) => !partial || ['answered', 'open'].includes(outcome.kind)));
    const last = flows.findLast(({ kind }) => kind === 'tcp')!;
    assert.equal(last.outcome.kind, 'answered');
  });

  it('without a budget everything is recorded', async () => {
    const plan = loadPlan(1);
    const events: LabEvent[] = [];
    const lab = dockerEngine(here, plan, hear(events), { captureBudget: 0 });
    engine = lab;
    await lab.start();
    await lab.request(0);
    await lab.settled(20e9);
    assert.ok(events.every(({ kind }) => kind !== 'capture'));
    assert.equal(reportOf(plan, lab, events).counters.overBudget, 0);
    assert.equal((await outcomesOf(lab))[0], 'answered');
  });
});
