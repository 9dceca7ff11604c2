import assert from 'node:assert/strict';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { findLabs } from '../../../src/lab/docker/sweep.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { decodeFrame } from '../../../src/packet/decode.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { planOf } from '../embedded/testbed.ts';
import { spokenIn, type Spoken } from '../spoken.ts';
import { edit, pair } from '../topology/fixtures.ts';
import { attachedEngine, dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';
import { reportOf, stopLab } from './run-lab.ts';

const ADVERT_MS = 200;
/** Of lb2, whose priority is 100: what a silent and a departing director leave it to wait. */
const SKEW_MS = (ADVERT_MS * 156) / 256;
const DOWN_MS = 3 * ADVERT_MS + SKEW_MS;
/** A timer and a capture's clock may differ by so much. */
const EARLY_MS = 20;

/** `lb1` is preferred. */
const text = (advert: string) =>
  edit(
    pair,
    ['directors: [director, second]', 'directors: [lb1, lb2]'],
    ['second: {', 'lb2: {'],
    ['director: {', 'lb1: {'],
    ['count: 4', 'count: 0, timeout: 3s'],
    ['nodes:', `vrrp: { advert: ${advert} }\nnodes:`],
  );

describe('Docker engine: directors that stand in for each other', function () {
  this.timeout(120_000);
  let here: DockerHere;
  let engine: DockerEngine;
  let plan: Plan;
  const events: LabEvent[] = [];
  const hear = (told: readonly LabEvent[]) => void events.push(...told);

  before(async function () {
    here = await dockerHere(this);
    plan = planOf(text(`${ADVERT_MS}ms`));
    engine = dockerEngine(here, plan, hear);
    await engine.start();
  });
  after(async () => {
    await stopLab(engine);
    here?.client.close();
  });

  const adverts = (node: string, sinceNs = 0): Spoken[] =>
    spokenIn(events).filter(
      (said) => said.node === node && said.timeNs >= sinceNs && said.what.startsWith('advertises'),
    );

  async function until<Value>(look: () => Value | undefined): Promise<Value> {
    for (let tries = 0; tries < 400; tries += 1) {
      const value = look();
      if (value !== undefined) return value;
      await pause(50);
    }
    throw new Error(`it does not come about: ${spokenIn(events).slice(-20).map(textOf).join(', ')}`);
  }

  /** Resolves with its first advertisement since then. */
  const active = (node: string, sinceNs: number): Promise<Spoken> => until(() => adverts(node, sinceNs)[0]);

  async function answered(): Promise<void> {
    await engine.request();
    assert.equal((await outcomesOf(engine)).at(-1), 'answered');
  }

  /** What the other one says first, and for how long nobody had said anything then. */
  async function takeover(by: string, from: string, sinceNs: number): Promise<number> {
    const first = await active(by, sinceNs);
    await until(() => announced(by, first.timeNs));
    const last = adverts(from).findLast(({ timeNs }) => timeNs < first.timeNs);
    return (first.timeNs - last!.timeNs) / 1e6;
  }

  /** When lb2 began to speak though lb1 had not been silent for so long: a machine that stands still makes one silent. */
  const tooSoon = (sinceNs: number, downMs = DOWN_MS): string[] =>
    adverts('lb2', sinceNs)
      .filter(({ timeNs }, index, all) => timeNs - (all[index - 1]?.timeNs ?? 0) > 2 * ADVERT_MS * 1e6)
      .filter(({ timeNs }) => {
        const last = adverts('lb1').findLast((said) => said.timeNs < timeNs);
        return timeNs - (last?.timeNs ?? 0) < (downMs - EARLY_MS) * 1e6;
      })
      .map(textOf);

  const announced = (node: string, sinceNs: number) =>
    spokenIn(events).find(
      (said) => said.node === node && said.timeNs >= sinceNs && said.what === 'announces 10.0.2.100',
    );

  it('one of them has the VIP, announces it and serves', async () => {
    await active('lb1', 0);
    await until(() => announced('lb1', 0));
    await answered();
    assert.deepEqual(tooSoon(0), []);
    assert.equal(await engine.settled(20e9), true, 'what they say all the time keeps no run alive');
  });

  it('stopped by hand it says so: the other one has the VIP after its skew', async () => {
    const { nowNs } = engine;
    assert.ok(await engine.setNode('lb1', 'stopped'));
    const silentMs = await takeover('lb2', 'lb1', nowNs);
    assert.equal(adverts('lb1').at(-1)?.what, 'advertises 0');
    assert.ok(silentMs > SKEW_MS - EARLY_MS, String(silentMs));
    await answered();
  });

  it('started again it takes over again', async () => {
    const { nowNs } = engine;
    assert.ok(await engine.setNode('lb1', 'running'));
    await takeover('lb1', 'lb2', nowNs);
    await answered();
  });

  it('without power it says nothing: three advertisements and the skew after its last one', async () => {
    const { nowNs } = engine;
    const crashed = plan.nodes.map((node) =>
      node.name === 'lb1' ? { ...node, state: 'stopped' as const, crashed: true as const } : node,
    );
    assert.ok(await engine.apply({ ...plan, nodes: crashed }));
    const silentMs = await takeover('lb2', 'lb1', nowNs);
    assert.equal(adverts('lb1').at(-1)?.what, 'advertises 200');
    assert.ok(silentMs > DOWN_MS - EARLY_MS, String(silentMs));
    await answered();
    assert.ok(await engine.apply(plan));
    await takeover('lb1', 'lb2', engine.nowNs - 1e9);
  });

  it('paused it is taken for dead; awake again it has both for a moment, and the higher one wins', async () => {
    const pausedNs = engine.nowNs;
    assert.ok(await engine.setNode('lb1', 'paused'));
    await takeover('lb2', 'lb1', pausedNs);
    await answered();
    const awakeNs = engine.nowNs;
    assert.ok(await engine.setNode('lb1', 'running'));
    await takeover('lb1', 'lb2', awakeNs);
    await answered();
    const lastOf2 = adverts('lb2').at(-1)!.timeNs;
    const firstOf1 = adverts('lb1', awakeNs)[0]!.timeNs;
    assert.ok(lastOf2 - firstOf1 < ADVERT_MS * 1e6, 'it steps down when it hears the other one');
  });

  it('a paused backup that wakes up hears first what was said meanwhile', async () => {
    const { nowNs } = engine;
    assert.ok(await engine.setNode('lb2', 'paused'));
    await pause(2 * DOWN_MS);
    assert.ok(await engine.setNode('lb2', 'running'));
    await pause(2 * DOWN_MS);
    await answered();
    assert.deepEqual(tooSoon(nowNs), []);
  });

  it('other settings, and another controller, change nothing in who has it', async () => {
    const { nowNs } = engine;
    plan = planOf(text('100ms'));
    assert.ok(await engine.apply(plan));
    await engine.detach();
    const lab = (await findLabs(here.client)).find(({ id }) => id === engine.id);
    engine = await attachedEngine(lab!, hear, here);
    await engine.start();
    await pause(2 * DOWN_MS);
    await answered();
    assert.deepEqual(tooSoon(nowNs, DOWN_MS / 2), []);
    const spoken = adverts('lb1', nowNs);
    assert.ok(spoken.length > 0 && spoken.every(({ what }) => what === 'advertises 200'));
  });

  it('without the interface on which it speaks it lets go, and begins anew with it', async () => {
    const { nowNs } = engine;
    const down = plan.nodes.map((node) =>
      node.name === 'lb1'
        ? { ...node, interfaces: node.interfaces.map((port) => ({ ...port, down: true })) }
        : node,
    );
    assert.ok(await engine.apply({ ...plan, nodes: down }));
    await takeover('lb2', 'lb1', nowNs);
    await answered();
    const upNs = engine.nowNs;
    assert.ok(await engine.apply(plan));
    await takeover('lb1', 'lb2', upNs);
    await answered();
  });

  it('a forwarder that dies and is started again begins as a backup', async () => {
    const command = ['pkill', '-KILL', '-f', 'forwarder-process'];
    assert.equal((await here.client.execute(engine.containerOf('lb1')!, { command })).exitCode, 0);
    const { timeNs } = await until(() =>
      events.find((event) => event.kind === 'node' && event.reason === 'forwarder-restarted'),
    );
    const first = await active('lb1', timeNs);
    await until(() => announced('lb1', first.timeNs));
    await answered();
  });

  it('a director that is the only one from now on has the VIP at once', async () => {
    const alone = edit(text('100ms'), ['  directors: [lb1, lb2]\n', '  director: lb1\n']);
    assert.ok(await engine.apply(planOf(edit(alone, ['vrrp: { advert: 100ms }\n', '']))));
    const { nowNs } = engine;
    await answered();
    await pause(500);
    assert.deepEqual([...adverts('lb1', nowNs + 200e6), ...adverts('lb2', nowNs + 200e6)], []);
  });

  it('nobody’s kernel has answered for the VIP, nor said anything of what it does not understand', async () => {
    await engine.settled(0);
    const directors = plan.nodes.filter(({ role }) => role === 'director');
    const macs = directors.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac));
    for (const event of events) {
      if (event.kind !== 'frame') continue;
      for (const layer of decodeFrame(event.bytes).layers) {
        assert.notEqual(layer.kind === 'icmp' && layer.type === 3, true, event.node);
        if (layer.kind === 'arp' && layer.operation === 2 && formatIpv4(layer.senderIp) === '10.0.2.100')
          assert.ok(macs.includes(layer.senderMac));
      }
    }
  });

  it('the report says who took over, and why', () => {
    const { flows } = reportOf(planOf(text(`${ADVERT_MS}ms`)), engine, events);
    const takeovers = flows.flatMap(({ takeover: one }) => (one ? [`${one.to} ${one.how ?? 'first'}`] : []));
    for (const one of ['lb2 told', 'lb1 preempted', 'lb2 silence'])
      assert.ok(takeovers.includes(one), `${one}: ${takeovers.join(', ')}`);
  });
});

function textOf({ timeNs, node, what }: Spoken): string {
  return `${Math.floor(timeNs / 1e6)} ${node} ${what}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
