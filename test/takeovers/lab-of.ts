import { planOf } from '../journey/plans.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';

export interface Trial {
  readonly text: string;
  readonly plan: Plan;
  readonly directors: readonly string[];
  readonly advertMs: number;
}

/** A lab with two or three directors to which things happen. The same number gives the same lab. */
export function trialOf(seed: number): Trial {
  const random = sequence(seed);
  const one = <T>(...of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const directors = random() < 0.7 ? ['lb1', 'lb2'] : ['lb1', 'lb2', 'lb3'];
  const advertMs = one(100, 200, 400);
  const garp = `repeat: ${one(5, 5, 5, 0)}, delay: ${one('1s', '3s', '0')}, refresh: ${one('0', '0', '1s')}`;
  const happens = Array.from({ length: 2 + Math.floor(random() * 5) }, () => {
    const at = 2000 + Math.floor(random() * 9000);
    const node = one(...directors);
    const what = one(
      ...[`stop: ${node}`, `crash: ${node}`, `pause: ${node}`],
      ...[`start: ${node}`, `start: ${node}`],
      ...[`down: ${node}.inside`, `up: ${node}.inside`],
      ...[`set: nodes.${node}.at.inside.drop, to: [vrrp]`, `set: nodes.${node}.at.inside.drop, to: []`],
    );
    return { at, line: `  - { at: ${at}ms, ${what} }` };
  });
  const lines = happens.sort((a, b) => a.at - b.at).map(({ line }) => line);
  const text = `model: dr
service: { vip: 10.0.2.100, port: 80, directors: [${directors.join(', ')}], servers: [rs1] }
vrrp: { advert: ${advertMs}ms, preempt: ${one('true', 'false')}, garp: { ${garp} } }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client: { role: client, at: { outside: 10.0.1.10 }, gateway: router }
  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
${directors.map((name, at) => `  ${name}: { role: director, at: { inside: { address: 10.0.2.${at + 2} } }, gateway: router }`).join('\n')}
  rs1: { role: server, at: { inside: 10.0.2.11 }, gateway: router }
traffic:
  - { from: client, after: 2s, every: 310ms, count: 38, timeout: 300ms }
events:
${lines.join('\n')}
`;
  return { text, plan: planOf(text), directors, advertMs };
}

/** Numbers in [0, 1) by a linear congruence. */
function sequence(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  for (let i = 0; i < 8; i++) next();
  return next;
}
