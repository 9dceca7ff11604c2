import type { LabEvent } from '../src/lab/events.ts';
import { u16 } from '../src/packet/bytes.ts';
import { benchDocker, examplePlan } from './docker-lab.ts';
import { awaited, pause } from './awaited.ts';
import { median } from './median.ts';

/**
 * From `apply` of a plan in which only a weight differs to the first packet that goes by the new rule, on Docker: the DR
 * example under steady requests. The new rule drains the server that the next request would have gone to, so the
 * first SYN at the other one after the change is told is that packet. Both are read off the event stream's own times, with
 * the call's time on the same clock; a request every 20 ms adds half of that. (More of them would be a flood to the capture.)
 */
const ROUNDS = 21;
const EVERY_MS = 20;
const AIM_MS = 250;
const TCP = 6;
const SYN = 0x02;

const weighted = (rs1: number, rs2: number) => {
  const plan = examplePlan('dr', (text) =>
    text
      .replace('scheduler: rr\n', 'scheduler: wrr\n')
      .replace('servers: [rs1, rs2]', `servers: { rs1: { weight: ${rs1} }, rs2: { weight: ${rs2} } }`),
  );
  const [entry] = plan.traffic;
  return { ...plan, traffic: [{ ...entry!, everyNs: EVERY_MS * 1e6, count: 1_000_000 }] };
};

function isSyn(event: LabEvent, node: string): boolean {
  if (event.kind !== 'frame' || event.node !== node || event.direction !== 'in') return false;
  const { bytes } = event;
  return bytes.length >= 54 && u16(bytes, 12) === 0x0800 && bytes[23] === TCP && bytes[47] === SYN;
}

const docker = await benchDocker();
if (typeof docker === 'string') console.log(`docker-edit: ${docker}`);
else {
  const events: LabEvent[] = [];
  const engine = docker.engine(weighted(1, 0), (told) => events.push(...told));
  const packets: number[] = [];
  const calls: number[] = [];
  try {
    await engine.start();
    await pause(1000);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [server, plan] = round % 2 === 0 ? ['rs2', weighted(0, 1)] : ['rs1', weighted(1, 0)];
      const from = events.length;
      const calledNs = engine.nowNs;
      await engine.apply(plan);
      calls.push((engine.nowNs - calledNs) / 1e6);
      const first = await awaited(() =>
        events.slice(from).find((event) => event.timeNs >= calledNs && isSyn(event, server)),
      );
      packets.push((first.timeNs - calledNs) / 1e6);
      await pause(100);
    }
  } finally {
    await engine.stop();
    docker.client.close();
  }
  const middle = median(packets);
  console.log(`docker-edit: a changed weight of the DR example, ${ROUNDS} changes`);
  console.log(
    `to the first packet under the new rule: median ${middle.toFixed(1)} ms, worst ${Math.max(...packets).toFixed(1)} ms (${(middle / AIM_MS).toFixed(2)} of the aim of ${AIM_MS} ms)`,
  );
  console.log(`until \`apply\` resolves: median ${median(calls).toFixed(1)} ms`);
}
