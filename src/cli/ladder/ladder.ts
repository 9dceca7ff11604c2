import { askedOf, saysOf } from '../../journey/flow-title.ts';
import { namesOf } from '../../journey/names.ts';
import { openedFlows } from '../../journey/opened-flows.ts';
import type { Flow, FlowOutcome, Report } from '../../journey/report.ts';
import type { Translate } from '../../l10n/translate.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import type { LadderContext, LadderOptions } from './context.ts';
import { journeyLines } from './journey-lines.ts';
import { header, lanesOf } from './lanes.ts';

/** The sequence diagram as lines of text: lanes are nodes in path order, arrows are frames, below each what it changed. */
export function ladder(report: Report, plan: Plan, title: string, options: LadderOptions): string[] {
  const { translate, paint } = options;
  const context = contextOf(plan, options);
  const lines = headLines(report, plan, title, context);
  const opened = openedFlows(report.flows, options.full);
  let epoch = report.epochs[0]?.epoch ?? 0;
  const goOnTo = (next: number) => {
    for (; epoch < next; epoch++) lines.push('', paint('heading', epochLine(report, epoch + 1, translate)));
  };
  const skips = [...report.skips];
  const skipTo = (timeNs: number) => {
    for (let skip = skips[0]; skip && skip.timeNs <= timeNs; skip = skips[0]) {
      const seconds = (skip.durationNs / 1e9).toFixed(1);
      lines.push('', paint('routine', translate('cli.idle', { seconds })));
      skips.shift();
    }
  };
  for (const flow of report.flows) {
    goOnTo(flow.epoch);
    skipTo(flow.startNs);
    lines.push(...flowLines(flow, opened.has(flow.id), context));
  }
  goOnTo(report.epochs.at(-1)?.epoch ?? 0);
  skipTo(Infinity);
  return lines;
}

export function contextOf(plan: Plan, options: LadderOptions): LadderContext {
  return { ...options, lanes: lanesOf(plan), names: namesOf(plan, options.values) };
}

/** The title and the lanes. */
export function headLines(
  { model, engine }: Pick<Report, 'model' | 'engine'>,
  plan: Plan,
  title: string,
  { translate, paint, lanes }: LadderContext,
): string[] {
  const heading = [translate(`cli.model.${model}`), title, translate(`cli.engine.${engine}`)].join(' · ');
  return [paint('heading', heading), '', ...header(plan, lanes, translate)];
}

/** One flow: its packets too when it is unfolded. */
export function flowLines(flow: Flow, isOpened: boolean, context: LadderContext): string[] {
  if (!isOpened) return [flowLine(flow, '▸', context)];
  const packets = flow.journeys.flatMap((id) => journeyLines(context.journey(id), context));
  return ['', flowLine(flow, '▾', context), ...packets, ''];
}

function flowLine(flow: Flow, mark: string, context: LadderContext): string {
  const { names, translate } = context;
  const end = (name: string, port: number | undefined) => (port === undefined ? name : `${name}:${port}`);
  const parts = [
    saysOf(flow, names, translate) ??
      `${askedOf(flow, translate) || translate(`kind.${flow.kind}`)} → ${end(names(flow.service.address), flow.service.port)}`,
    end(flow.client.node || flow.client.address, flow.client.port),
    flow.server?.node ?? '',
    flow.response,
    flow.begun === 'middle' ? translate('cli.begun-middle') : '',
    translate('cli.packets', { count: flow.journeys.length }),
    `${((flow.endNs - flow.startNs) / 1e6).toFixed(2)} ms`,
    flow.kind === 'vrrp' ? '' : outcomeText(flow, context),
    flow.partial ? translate(`cli.partial.${flow.partial}`) : '',
  ];
  return `${mark} #${flow.id}  ${parts.filter(Boolean).join('   ')}`;
}

/** Gratuitous ARP: who has an address says so, and asks nobody. */
function isAnnouncement({ kind, client, service, outcome }: Flow): boolean {
  return kind === 'arp' && client.address === service.address && outcome.kind === 'open';
}

function outcomeText(flow: Flow, { translate, paint }: LadderContext): string {
  if (isAnnouncement(flow)) return paint('routine', translate('cli.outcome.announced'));
  const { outcome, requests } = flow;
  const count = requests && requests.asked > 1 ? ` (${translate('requests.of', requests)})` : '';
  const text = `${translate(`cli.outcome.${outcome.kind}`)}${count}`;
  if (outcome.kind === 'answered') return paint('good', `✓ ${text}`);
  if (outcome.kind === 'open') return outcome.reason ? translate(`reason.${outcome.reason}`) : text;
  if (outcome.kind === 'ambiguous') return paint('warning', `? ${text} (${outcome.candidates})`);
  if (outcome.kind === 'partial') return partialText(outcome, text, { translate, paint });
  const place = outcome.kind === 'lost' ? outcome.at : outcome.by;
  const by = place || (outcome.kind === 'refused' ? translate('cli.outcome.by-unknown') : '');
  const where = by === '' ? text : `${text} · ${by}`;
  return paint('bad', `✗ ${where}: ${translate(`reason.${outcome.reason}`)}`);
}

function partialText(
  { bytes, ofBytes, at, reason }: Extract<FlowOutcome, { readonly kind: 'partial' }>,
  text: string,
  { translate, paint }: Pick<LadderContext, 'translate' | 'paint'>,
): string {
  const how = translate(ofBytes === undefined ? 'requests.bytes' : 'requests.bytes-of', {
    bytes,
    ofBytes: ofBytes ?? 0,
  });
  const why = reason === undefined ? '' : ` · ${at ?? ''}: ${translate(`reason.${reason}`)}`;
  return paint('bad', `✗ ${text}: ${how}${why}`);
}

function epochLine(report: Report, number: number, translate: Translate): string {
  const { changes = [], by, timeNs = 0 } = report.epochs.find(({ epoch }) => epoch === number) ?? {};
  const texts = changes
    .filter(({ kind }) => by === undefined || kind === 'neighbour-forgotten')
    .map(({ kind, name }) => translate(`cli.change.${kind}`, { name }));
  if (by === undefined) return translate('cli.epoch', { epoch: number, changes: texts.join(', ') });
  const event = [by, ...texts].join(', ');
  return translate('cli.epoch.event', { epoch: number, event, seconds: timeNs / 1e9 });
}
