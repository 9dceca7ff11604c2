import { totalsOf } from '../journey/request-totals.ts';
import type { Report, Request } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';
import type { Painter } from './paint.ts';

/** Of more, the command line says how many. */
const MOST_SHOWN = 10;

/** The requests that were not answered whole, or about which client and frames disagree. */
export function requestLines(
  { requests, evictedRequests }: Report,
  translate: Translate,
  paint: Painter,
): string[] {
  const failed = requests.filter(isNotSound);
  const { asked: gone } = totalsOf(evictedRequests.filter(isNotSound));
  if (failed.length === 0 && gone === 0) return [];
  const more = failed.length - MOST_SHOWN;
  return [
    '',
    paint('heading', translate('cli.requests')),
    ...failed.slice(0, MOST_SHOWN).flatMap((request) => lines(request, translate, paint)),
    ...(more > 0 ? [`  ${translate('cli.requests-more', { count: more })}`] : []),
    ...(gone > 0 ? [`  ${translate('cli.requests-gone', { count: gone })}`] : []),
  ];
}

function isNotSound({ outcome, finding }: Pick<Request, 'outcome' | 'finding'>): boolean {
  return outcome !== 'answered' || finding !== undefined;
}

/**
 * How many were answered, where that is not all of them. A capture has no asker: there it is said which answers broke off,
 * as their own heads show.
 */
export function answeredLines(report: Report, translate: Translate): string[] {
  if (report.engine === 'capture') return brokenLines(report, translate);
  const { asked, answered } = totalsOf([...report.requests, ...report.evictedRequests]);
  return asked === answered ? [] : [translate('cli.requests-answered', { answered, count: asked })];
}

function brokenLines({ flows }: Report, translate: Translate): string[] {
  const lines = flows.flatMap(({ id, outcome }) => {
    if (outcome.kind !== 'partial') return [];
    const { bytes, ofBytes = 0 } = outcome;
    return [translate('cli.answer-broke-off', { flow: id, bytes, ofBytes })];
  });
  const more = lines.length - MOST_SHOWN;
  return [
    ...lines.slice(0, MOST_SHOWN),
    ...(more > 0 ? [translate('cli.requests-more', { count: more })] : []),
  ];
}

function lines(request: Request, translate: Translate, paint: Painter): string[] {
  const { id, times = 1, client, address, port, askedNs, finding } = request;
  const line = translate('cli.request', {
    id: times === 1 ? id : `${id} ×${times}`,
    client,
    to: port === undefined ? address : `${address}:${port}`,
    seconds: (askedNs / 1e9).toFixed(2),
    outcome: paint(request.outcome === 'answered' ? 'good' : 'bad', outcomeText(request, translate)),
  });
  return [`  ${line}`, ...(finding ? [`    ${paint('bad', translate(`requests.finding.${finding}`))}`] : [])];
}

function outcomeText(
  { outcome, reason, bytes, ofBytes, load, flows }: Request,
  translate: Translate,
): string {
  const text = translate(`cli.outcome.${outcome}`);
  const how = load
    ? translate('requests.load', load)
    : reason
      ? translate(`requests.why.${reason}`)
      : outcome === 'partial' && bytes !== undefined
        ? ofBytes === undefined
          ? translate('requests.bytes', { bytes })
          : translate('requests.bytes-of', { bytes, ofBytes })
        : '';
  const where = flows.length > 0 && !load ? ` (#${flows.join(', #')})` : '';
  return `${how ? `${text}: ${how}` : text}${where}`;
}
