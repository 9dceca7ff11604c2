import type { Report } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Card } from '../../../panel-protocol/messages.ts';

/**
 * What came of the third card, once the recording shows it: since the edit another machine answers ARP for the VIP too.
 * Whom the request after it went to is a race; the card says how this one ended.
 * @param epoch The present one.
 * @param canUndo The edit was made for the reader, who may want it taken back.
 */
export function brokenCard(
  { explanations, promises, journeys }: Pick<Report, 'explanations' | 'promises' | 'journeys'>,
  epoch: number,
  canUndo: boolean,
  translate: Translate,
): Card | undefined {
  const told = explanations.find((one) => one.code === 'vip-two-answers' && one.epoch === epoch);
  if (!told || epoch === 0) return undefined;
  const server = told.params['node'] ?? '';
  const text = (key: string) => translate(`extension.card.${key}`, { server });
  const through = promises.find(({ id, epoch: of }) => id === 'through-director' && of === epoch)?.verdict;
  const race = { broken: 'broken.lost', kept: 'broken.won', 'not seen': undefined }[through ?? 'not seen'];
  const place = journeys
    .filter(({ kind }) => kind === 'arp-reply')
    .flatMap((journey) => journey.hops.map((hop, index) => ({ journey, hop, index })))
    .find(({ hop }) => hop.from === server && hop.frames.some((frame) => told.frames.includes(frame)));
  return {
    id: 'broken',
    title: text('broken'),
    text: [text('broken.text'), ...(race ? [text(race)] : [])].join(' '),
    choices: [],
    actions: [
      ...(place ? [{ text: text('show'), kind: 'show' } as const] : []),
      ...(canUndo ? [{ text: text('broken.undo'), kind: 'undo' } as const] : []),
    ],
    ...(place && { flow: place.journey.flow, journey: place.journey.id, hop: place.index }),
    change: epoch,
  };
}

/** After the last of them: where to go from here. */
export function nextCard(translate: Translate): Card {
  const text = (key: string) => translate(`extension.card.${key}`);
  return {
    id: 'what-next',
    title: text('what-next'),
    text: text('what-next.text'),
    choices: [],
    actions: [
      { text: text('what-next.tun'), kind: 'tun' },
      { text: text('what-next.lessons'), kind: 'lessons' },
      { text: text('what-next.own'), kind: 'own' },
    ],
  };
}
