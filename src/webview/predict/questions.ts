import type { LabView, LaneView } from '../../panel-protocol/messages.ts';
import { askedFields, type AskedField, type Guess } from '../../panel-protocol/predict.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { Rows } from '../records/rows.ts';
import { previousHop } from '../rows/changes.ts';
import { isStep, stepKey, type Cover } from './cover.ts';

/** A hop that shows what a forwarder did, and has not been answered. */
export interface StepPlace {
  readonly flow: number;
  readonly journey: number;
  readonly hop: number;
  readonly key: string;
}

/** The step at a hop, answered or not. */
export function stepAt(
  rows: Rows,
  lanes: readonly LaneView[],
  journey: number,
  hop: number,
): StepPlace | undefined {
  const row = rows.journey(journey);
  const hops = rows.hopsOf(journey);
  if (!row || row.kind.startsWith('arp') || !isStep(hops, hop, lanes)) return undefined;
  // Where the packet came covered itself, an earlier step or a request's waits to be answered first.
  if (previousHop(hops, hop)!.covered) return undefined;
  return { flow: row.flow, journey, hop, key: stepKey(row.flow, row.reply, hops[hop]!.from) };
}

/**
 * The step to be asked next: of this flow, then of those after it, then of all.
 * @param rows With the cover over them.
 */
export function nextStep(
  rows: Rows,
  lanes: readonly LaneView[],
  cover: Cover,
  flow?: number,
): StepPlace | undefined {
  const ids = [...rows.flowIds()];
  const at = Math.max(0, flow === undefined ? 0 : ids.indexOf(flow));
  for (const id of [...ids.slice(at), ...ids.slice(0, at)]) {
    for (const journey of rows.journeyIds(id)) {
      for (let hop = 1; hop < rows.hopCountOf(journey); hop++) {
        const step = stepAt(rows, lanes, journey, hop);
        if (step && !cover.has(step.key)) return step;
      }
    }
  }
  return undefined;
}

/** What is asked of a packet that came by this hop: of one without ports, no ports. */
export function fieldsOf({ protocol }: HopRow): readonly AskedField[] {
  const hasPorts = protocol === 6 || protocol === 17;
  return hasPorts ? askedFields : askedFields.filter((field) => !field.endsWith('port'));
}

/** What can be said of a field in this lab: the roles that there are in it, whatever would be right. */
export function guessesFor(field: AskedField, { nodes, services, model }: LabView): readonly Guess[] {
  if (field === 'ttl') return ['unchanged', 'less'];
  if (field === 'outer') return ['unchanged', 'on', 'off'];
  const has = (role: LaneView['role']) => nodes.some((node) => !node.gone && node.role === role);
  const isMac = field.endsWith('mac');
  const guesses: Guess[] = ['unchanged', 'client'];
  // A router has addresses too, but only one that translates gives them to packets.
  if (has('router') && (isMac || model === 'nat')) guesses.push('router');
  if (services.length > 0 && !isMac) guesses.push('vip');
  if (has('director')) guesses.push('director');
  return [...guesses, 'server'];
}
