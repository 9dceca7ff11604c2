import type { Hop, Journey } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { HopDetails } from '../../../panel-protocol/messages.ts';
import type { Place } from '../../../lab/place.ts';
import { connectionRow } from './connection-row.ts';
import { frameDetails } from './frame-details.ts';
import type { ShownLab } from './shown-lab.ts';

/** All that is known of one hop, for the details pane. Throws for a hop that is not there. */
export async function hopDetails(
  lab: ShownLab,
  journey: Journey,
  number: number,
  translate: Translate,
): Promise<HopDetails> {
  const hop = journey.hops[number];
  if (!hop) throw new Error(translate('panel.gone'));
  const before = previousOf(journey, number);
  const decided = before ?? hop;
  // On what setting it rests is no frame's to say.
  const decision = lab.sealed ? undefined : decided.arrival.decision;
  const node = before ? hop.from : hop.to;
  const line = decision && lab.lineOf(placeOf(decision, node, lab));
  const connection = decided.arrival.decision?.connection;
  const rows = connection === undefined ? [] : await lab.connections(node);
  const row = rows.find(({ serial }) => serial === connection);
  const out = lab.frame(hop.frame);
  const into = before && lab.frame(before.frame);
  return {
    hop: plain(hop),
    confidence: hop.confidence,
    out: out && frameDetails(out, hop.frame, lab.captures),
    in: before && into && frameDetails(into, before.frame, lab.captures),
    ...(decision && { decision }),
    ...(line !== undefined && { line }),
    ...(row && { connection: connectionRow(row) }),
  };
}

/** The hop by which the packet had come to the sender of this one. */
export function previousOf({ hops }: Journey, number: number): Hop | undefined {
  const { from } = hops[number]!;
  return hops.slice(0, number).findLast(({ to }) => to === from);
}

function placeOf(
  { rule, service }: NonNullable<Hop['arrival']['decision']>,
  node: string,
  { plan }: ShownLab,
): Place {
  if (!service) return { kind: 'node', name: node };
  const single = plan.services.length === 1 && plan.services[0]!.name === service;
  const path = single ? 'service' : `services.${service}`;
  return rule === 'schedule'
    ? { kind: 'setting', path: `${path}.scheduler` }
    : { kind: 'service', name: service };
}

/** Getters do not cross to the view: a copy holds their values. */
function plain(hop: Hop): Hop {
  return { ...hop };
}
