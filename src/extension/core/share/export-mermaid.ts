import { askedOf } from '../../../journey/flow-title.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { decodeFrame } from '../../../packet/decode.ts';
import { changeText } from '../../../journey/change-text.ts';
import { headerText } from '../../../journey/header-text.ts';
import { mermaidText } from './mermaid-text.ts';
import { namesOf, type Names } from '../../../journey/names.ts';
import { openedFlows } from '../../../journey/opened-flows.ts';
import type { Flow, Hop, Journey } from '../../../journey/report.ts';

export interface MermaidSource {
  /** In the order in which they are drawn. */
  readonly flows: readonly Flow[];
  readonly plan: Plan;
  readonly translate: Translate;
  /** Draws every flow; otherwise the first of each outcome in each epoch, and of the others a line. */
  readonly full: boolean;
  /** A packet, by its number: only those of drawn flows are asked for. */
  readonly journey: (id: number) => Journey;
  /** The captured bytes of a frame, by its number. */
  readonly frame: (number: number) => Uint8Array;
}

/**
 * Flows as a `sequenceDiagram` of Mermaid: a participant for each node that has a part in them, in the order of the plan; an
 * arrow for each frame; what nodes changed, chose and did as notes.
 */
export function exportMermaid(source: MermaidSource): string {
  const { flows, plan, full, journey } = source;
  const opened = openedFlows(flows, full);
  const drawn = flows.map((flow) => ({
    flow,
    journeys: opened.has(flow.id) ? flow.journeys.map(journey) : [],
  }));
  const hops = drawn.flatMap(({ journeys }) => journeys.flatMap((one) => one.hops));
  const used = new Set(hops.flatMap(({ from, to }) => [from, to]).filter((node) => node !== ''));
  const planned = plan.nodes.map(({ name }) => name);
  const nodes =
    used.size === 0
      ? planned
      : [...planned.filter((name) => used.has(name)), ...[...used].filter((name) => !planned.includes(name))];
  // A name of its own for each: in Mermaid's grammar a node's might mean something else.
  const idOf = (node: string) => `n${nodes.indexOf(node)}`;
  const context = { ...source, idOf, names: namesOf(plan, false) };
  const across = [...new Set([idOf(nodes[0]!), idOf(nodes.at(-1)!)])].join(',');
  return [
    'sequenceDiagram',
    ...nodes.map((node) => `  participant ${idOf(node)} as ${mermaidText([node])}`),
    ...drawn.flatMap(({ flow, journeys }) => [
      note(across, flowTexts(flow, context)),
      ...journeys.flatMap((one) =>
        one.hops.flatMap((hop, index) => hopLines(one, hop, index === 0, context)),
      ),
    ]),
    '',
  ].join('\n');
}

interface Context extends Pick<MermaidSource, 'translate' | 'frame'> {
  readonly idOf: (node: string) => string;
  readonly names: Names;
}

function note(over: string, texts: readonly string[]): string {
  return `  Note over ${over}: ${mermaidText(texts)}`;
}

function flowTexts(flow: Flow, { names, translate }: Context): string[] {
  const { service, client, server, outcome } = flow;
  const end = (name: string, port: number | undefined) => (port === undefined ? name : `${name}:${port}`);
  const way = [client.node || client.address, end(names(service.address), service.port), server?.node];
  const reason = 'reason' in outcome && outcome.reason ? `: ${translate(`reason.${outcome.reason}`)}` : '';
  return [
    `${flow.id}. ${askedOf(flow, translate) || translate(`kind.${flow.kind}`)} · ${way.filter(Boolean).join(' → ')}`,
    [flow.response, `${translate(`cli.outcome.${outcome.kind}`)}${reason}`].filter(Boolean).join(' · '),
  ];
}

/** One frame: what the node before changed, the arrow, and what the node that got it did. */
function hopLines(journey: Journey, hop: Hop, first: boolean, context: Context): string[] {
  const { idOf, names, translate, frame } = context;
  const signature = hop.changes.filter(({ role }) => role === 'signature');
  const routine = hop.changes.length - signature.length;
  const from = idOf(hop.from);
  const to = hop.to === '' ? from : idOf(hop.to);
  const isLost = hop.to === '' || hop.arrival.fate === 'lost';
  const stroke = journey.direction === 'reply' ? '--' : '-';
  const words = [
    translate(`kind.${journey.kind}`),
    journey.retransmission ? translate('cli.retransmission') : '',
    `(${hop.segment}, ${hop.frame})`,
  ];
  const wrong = hop.expected
    .filter(({ ok }) => !ok)
    .map(({ field, expected, observed }) =>
      translate('cli.unexpected', { field, expected: names(expected), observed: names(observed) }),
    );
  const before = first
    ? [headerText(decodeFrame(frame(hop.frame)).layers, names)]
    : [
        ...signature.map((change) => changeText(change, names)),
        ...(routine > 0 ? [translate('mermaid.routine', { count: routine })] : []),
      ];
  const after = arrivalText(hop, translate);
  return [
    ...(before.length > 0 ? [note(from, before)] : []),
    `  ${from}${stroke}${isLost ? 'x' : '>>'}${to}: ${mermaidText([words.filter(Boolean).join(' ')])}`,
    ...(wrong.length > 0
      ? [
          note(
            to,
            wrong.map((text) => `✗ ${text}`),
          ),
        ]
      : []),
    ...(after === '' ? [] : [note(to, [after])]),
  ];
}

/** What is worth a note: a choice, and where the packet's way ended. */
function arrivalText({ arrival: { fate, reason, decision } }: Hop, translate: Translate): string {
  if (fate === 'forwarded') {
    if (decision?.rule !== 'schedule') return '';
    return translate('cli.scheduled', {
      choice: [decision.server, decision.detail].filter(Boolean).join(' · '),
    });
  }
  const because = reason ? `: ${translate(`reason.${reason}`)}` : '';
  const mark = fate === 'dropped' || fate === 'lost' ? '✗ ' : '';
  return `${mark}${translate(`fate.${fate}`)}${because}`;
}
