import { changeText } from '../../journey/change-text.ts';
import { headerText } from '../../journey/header-text.ts';
import type { Hop, HopChange, Journey } from '../../journey/report.ts';
import { decodeFrame } from '../../packet/decode.ts';
import type { LadderContext } from './context.ts';
import { arrow, MARGIN } from './lanes.ts';

const INDENT = ' '.repeat(MARGIN);

/** One packet: its kind, then for each hop the arrow, what changed, and what the receiving node did. */
export function journeyLines(journey: Journey, context: LadderContext): string[] {
  const { translate, paint } = context;
  const again = journey.retransmission ? paint('warning', translate('cli.retransmission')) : '';
  // That a router's two sides are joined by what routing leaves alone is the ordinary case and not worth a word.
  const unsure =
    journey.confidence === 'certain' || journey.confidence === 'strong'
      ? ''
      : paint('warning', translate(`cli.confidence.${journey.confidence}`));
  const kind = paint('heading', translate(`kind.${journey.kind}`));
  const title = [kind, paint('routine', translate(`direction.${journey.direction}`)), again, unsure]
    .filter(Boolean)
    .join('  ');
  return [
    `  ${title}`,
    ...journey.hops.flatMap((hop, index) => hopLines(journey, hop, index === 0, context)),
  ];
}

function hopLines(journey: Journey, hop: Hop, first: boolean, context: LadderContext): string[] {
  const { translate, paint, names, lanes, frame, frameName = String } = context;
  const { layers } = decodeFrame(frame(hop.frame));
  const wrapped = layers.filter(({ kind }) => kind === 'ipv4').length > 1;
  const signature = hop.changes.filter(({ role }) => role === 'signature');
  const routine = hop.changes.filter(({ role }) => role === 'routine');
  const time = (hop.timeNs / 1e6).toFixed(2).padStart(MARGIN - 2);
  const lines = [
    `${time}  ${arrow(lanes, journey, hop, wrapped || signature.length > 0)}  ${paint('routine', hop.segment)}  #${frameName(hop.frame)}`,
  ];
  const add = (text: string) => lines.push(INDENT + text);
  const list = (changes: readonly HopChange[], separator: string) =>
    changes.map((change) => changeText(change, names)).join(separator);
  if (first) add(headerText(layers, names));
  if (signature.length > 0) add(paint('signature', list(signature, ' · ')));
  if (routine.length > 0) add(paint('routine', `+${routine.length}  ${list(routine, ', ')}`));
  for (const { field, expected, observed } of hop.expected.filter(({ ok }) => !ok)) {
    add(
      paint(
        'bad',
        translate('cli.unexpected', { field, expected: names(expected), observed: names(observed) }),
      ),
    );
  }
  const arrival = arrivalText(hop, context);
  if (arrival) add(arrival);
  return lines;
}

function arrivalText({ arrival }: Hop, { translate, paint }: LadderContext): string {
  const { fate, reason, decision } = arrival;
  const scheduled =
    decision?.rule === 'schedule' ? [decision.server, decision.detail].filter(Boolean).join(' · ') : '';
  const chosen = scheduled ? translate('cli.scheduled', { choice: scheduled }) : '';
  if (fate === 'forwarded') return chosen ? paint('routine', `▼ ${chosen}`) : '';
  // Nobody says what became of it: a sealed lab.
  if (fate === 'unseen' && !reason) return '';
  const because = reason ? `: ${translate(`reason.${reason}`)}` : '';
  const bad = fate === 'dropped' || fate === 'lost';
  const mark = bad ? '✕' : fate === 'unseen' ? '?' : '▼';
  return paint(bad ? 'bad' : 'routine', `${mark} ${translate(`fate.${fate}`)}${because}`);
}
