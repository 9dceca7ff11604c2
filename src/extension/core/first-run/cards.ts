import type { Flow, Hop, Journey, Report } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { Card } from '../../../panel-protocol/messages.ts';

/** The cards about an example as it was shipped, in their order. */
export const cardIds = ['predict', 'reply-path', 'break-it'] as const satisfies readonly Card['id'][];

/**
 * The cards of the first run that were not seen yet; none before there is a request to speak of. Only for DR, and only
 * where the recording bears out what they say: the request passed the director, its reply did not, no promise is broken,
 * and the file is not there to show a mistake.
 */
export function firstRunCards(
  report: Pick<Report, 'flows' | 'journeys' | 'promises'>,
  plan: Plan,
  seen: ReadonlySet<string>,
  translate: Translate,
): Card[] {
  const service = plan.services.find(({ model }) => model === 'dr');
  const server = service?.servers[0]?.name;
  const flow = report.flows.find(({ kind, outcome }) => kind === 'tcp' && outcome.kind === 'answered');
  const syn = flow && journeyOf(report, flow, 'syn');
  const answer = flow && journeyOf(report, flow, 'syn-ack');
  if (!service || server === undefined || !flow || !syn || !answer) return [];
  if (plan.expect || report.promises.some(({ verdict }) => verdict === 'broken')) return [];
  const hop = syn.hops.findIndex(({ from }) => from === service.director);
  const changed = changedBy(syn.hops[hop]);
  const isAround = answer.hops.every(({ from, to }) => from !== service.director && to !== service.director);
  if (hop < 0 || !changed.mac || changed.address || changed.port || !isAround) return [];
  const hides = plan.nodes.find(({ name }) => name === server)?.sysctls.arp_ignore === 1;
  const text = (key: string, params = {}) => translate(`extension.card.${key}`, params);
  const cards: Record<(typeof cardIds)[number], Card> = {
    predict: {
      id: 'predict',
      title: text('predict'),
      text: text('predict.text', { hops: syn.hops.length, director: service.director }),
      after: text(changed.ttl ? 'predict.after-ttl' : 'predict.after'),
      choices: [
        { text: text('predict.mac'), right: true },
        { text: text('predict.address'), right: false },
        { text: text('predict.port'), right: false },
      ],
      actions: [{ text: text('predict.action'), kind: 'reveal' }],
      flow: flow.id,
      journey: syn.id,
      hop,
    },
    'reply-path': {
      id: 'reply-path',
      title: text('reply-path'),
      text: text('reply-path.text'),
      choices: [],
      actions: [{ text: text('show'), kind: 'show' }],
      flow: flow.id,
      journey: answer.id,
    },
    'break-it': {
      id: 'break-it',
      title: text('break-it'),
      text: text('break-it.text', { server }),
      choices: [],
      actions: [{ text: text('break-it.action'), kind: 'edit' }],
    },
  };
  const asked = hides ? cardIds : cardIds.filter((id) => id !== 'break-it');
  return asked.filter((id) => !seen.has(id)).map((id) => cards[id]);
}

/** What the director changed that is the model's doing; and whether it took one from the TTL, as whoever forwards does. */
function changedBy(hop: Hop | undefined): Readonly<Record<'mac' | 'address' | 'port' | 'ttl', boolean>> {
  const changes = hop?.changes ?? [];
  const own = changes.filter(({ role }) => role === 'signature').map(({ field }) => field);
  const has = (pattern: RegExp) => own.some((field) => pattern.test(field));
  return {
    mac: has(/^eth\./),
    address: has(/^ip/),
    port: has(/port$/),
    ttl: changes.some(({ field }) => field === 'ip.ttl'),
  };
}

export function journeyOf(
  { journeys }: Pick<Report, 'journeys'>,
  flow: Pick<Flow, 'id'>,
  kind: Journey['kind'],
): Journey | undefined {
  return journeys.find((journey) => journey.flow === flow.id && journey.kind === kind);
}
