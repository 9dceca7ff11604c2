import { activeDownInterval } from '../src/forwarder/vrrp/virtual-router.ts';
import type { FrameEvent, LabEvent } from '../src/lab/events.ts';
import { destinationOf } from '../src/packet/ethernet.ts';
import { GROUP_MAC } from '../src/packet/vrrp.ts';
import { benchDocker, examplePlan } from './docker-lab.ts';
import { awaited, pause } from './awaited.ts';
import { median } from './median.ts';

/**
 * How long a VIP is gone on Docker when its director's power is cut: from the last advertisement of the one to the first of
 * the other, both as the other one's interface captured them, against three intervals and the skew. The two directors of the
 * lesson take turns; whoever comes back stays a backup.
 */
const ROUNDS = 11;
const ADVERT_MS = 200;
const AIM_MS = 200;
const DIRECTORS = ['lb1', 'lb2'] as const;

const plan = examplePlan('lessons/takeover', (text) =>
  text
    .replace('advert: 1s', `advert: ${ADVERT_MS}ms`)
    .replace(/count: \d+/, 'count: 0')
    .replace(/^events:\n(?: .*\n)+/m, ''),
);

const without = (name: string) => ({
  ...plan,
  nodes: plan.nodes.map((node) =>
    node.name === name ? { ...node, state: 'stopped' as const, crashed: true as const } : node,
  ),
});

/** What a director said (`out`) or heard (`in`) of VRRP. */
const adverts = (events: readonly LabEvent[], name: string, direction: FrameEvent['direction']) =>
  events.filter(
    (event): event is FrameEvent =>
      event.kind === 'frame' &&
      event.node === name &&
      event.direction === direction &&
      destinationOf(event.bytes, 0) === GROUP_MAC,
  );

const docker = await benchDocker();
if (typeof docker === 'string') console.log(`takeover: ${docker}`);
else {
  const events: LabEvent[] = [];
  const engine = docker.engine(plan, (told) => events.push(...told));
  const late: number[] = [];
  const ratios: number[] = [];
  try {
    await engine.start();
    await awaited(() => adverts(events, DIRECTORS[0], 'out')[0]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const active = DIRECTORS[round % 2]!;
      const backup = DIRECTORS[(round + 1) % 2]!;
      // It has come up, and heard the active one.
      await pause(5 * ADVERT_MS);
      const sinceNs = engine.nowNs;
      await engine.apply(without(active));
      const first = await awaited(() =>
        adverts(events, backup, 'out').find(({ timeNs }) => timeNs >= sinceNs),
      );
      const last = adverts(events, backup, 'in').findLast(({ timeNs }) => timeNs < first.timeNs)!;
      const gapMs = (first.timeNs - last.timeNs) / 1e6;
      const router = plan.nodes.find(({ name }) => name === backup)!.forwarder!.redundancy!;
      const dueMs = activeDownInterval(router, router.interval);
      late.push(gapMs - dueMs);
      ratios.push(gapMs / dueMs);
      await engine.apply(plan);
    }
  } finally {
    await engine.stop();
    docker.client.close();
  }
  const middle = median(late);
  console.log(`takeover: ${ROUNDS} crashes of the active director, advertisements of ${ADVERT_MS} ms`);
  console.log(
    `after three intervals and the skew: median ${middle.toFixed(1)} ms, worst ${Math.max(...late).toFixed(1)} ms (${(middle / AIM_MS).toFixed(2)} of the aim of ${AIM_MS} ms)`,
  );
  console.log(`measured against that time: median ${median(ratios).toFixed(3)}`);
}
