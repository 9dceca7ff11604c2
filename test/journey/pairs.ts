import { runLab, SECOND, startLab, type Run } from '../lab/embedded/testbed.ts';
import { edit, pair } from '../lab/topology/fixtures.ts';
import { planOf } from './plans.ts';

/** Two directors in dr, `lb1` preferred; each advertises every 200 ms. Requests from 1.5 s on, one a second. */
export const PAIR = edit(
  pair,
  ['directors: [director, second]', 'directors: [lb1, lb2]'],
  ['second: {', 'lb2: {'],
  ['director: {', 'lb1: {'],
  ['count: 4', 'count: 9, after: 1500ms'],
  ['segments:', 'vrrp: { advert: 200ms }\nsegments:'],
);

/** The same as LVS-NAT, where `rs1` answers by `lb1` alone. */
export const FIXED_GATEWAY = edit(
  PAIR,
  ['model: dr', 'model: dnat'],
  ['port: 80', 'snat: false\n  port: 80'],
  ['inside: 10.0.2.11 },  gateway: router', 'inside: 10.0.2.11 },  gateway: lb1'],
  ['inside: 10.0.2.12 },  gateway: router', 'inside: 10.0.2.12 },  gateway: 10.0.2.254'],
  ['advert: 200ms', 'advert: 200ms, alsoMoves: [10.0.2.254]'],
);

/** lb2 hears no advertisement. */
export const DEAF = edit(PAIR, [
  'at: { inside: 10.0.2.3 }',
  'at: { inside: { address: 10.0.2.3, drop: [vrrp] } }',
]);

/** No takeover is announced. */
export const MUTE = edit(PAIR, ['advert: 200ms', 'advert: 200ms, garp: { repeat: 0 }']);

/** Neither hears the other for six seconds, then `lb2` hears `lb1` again. */
export const HEALED = `${PAIR}events:
  - { at: 2s, set: nodes.lb1.at.inside.drop, to: [vrrp] }
  - { at: 2s, set: nodes.lb2.at.inside.drop, to: [vrrp] }
  - { at: 8s, set: nodes.lb2.at.inside.drop, to: [] }
`;

export const runPair = (text = PAIR): Run => runLab(planOf(text));

/** `lb1` is shut down by hand at three seconds. */
export function runWithStop(text = PAIR): Run {
  const run = startLab(planOf(text));
  run.engine.run(3 * SECOND);
  run.engine.setNodeNow('lb1', 'stopped');
  run.engine.runUntilSettled(1000 * SECOND);
  return run;
}
