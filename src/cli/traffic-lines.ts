import type { CaptureChange, Load, Report } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';
import type { Painter } from './paint.ts';

/** What the loads came to. */
export function loadLines({ loads }: Report, translate: Translate, paint: Painter): string[] {
  if (loads.length === 0) return [];
  return ['', paint('heading', translate('cli.loads')), ...loads.flatMap((load) => lines(load, translate))];
}

function lines(load: Load, translate: Translate): string[] {
  const ms = (ns: number) => (ns / 1e6).toFixed(2);
  const line = translate('cli.load', {
    client: load.client,
    to: `${load.address}:${load.port}`,
    connections: load.connections,
    seconds: ((load.endNs - load.startNs) / 1e9).toFixed(2),
    requests: load.requests,
    rate: load.requestsPerSecond.toFixed(0),
    p50: ms(load.p50Ns),
    p99: ms(load.p99Ns),
    errors: load.errors,
    bytes: load.bytes,
  });
  return [`  ${line}`, ...(load.limited ? [`    ${translate('cli.load-limited')}`] : [])];
}

/** That, when and where the capture fell back past its packet budget, and what is missing for it. */
export function budgetLines(
  { engine, captures, counters }: Report,
  translate: Translate,
  paint: Painter,
): string[] {
  const { overBudget, cut, decisionsLost } = counters;
  if (captures.length === 0 && overBudget + cut + decisionsLost === 0) return [];
  const points = new Map<string, CaptureChange[]>();
  for (const change of captures) {
    const point = `${change.node}.${change.segment}`;
    points.set(point, [...(points.get(point) ?? []), change]);
  }
  return [
    '',
    paint(
      'warning',
      engine === 'capture'
        ? translate('cli.snap-length', { cut })
        : translate('cli.budget', { cut, overBudget, decisions: decisionsLost }),
    ),
    ...[...points].map(([point, changes]) => `  ${point}: ${changes.map(text).join(', ')}`),
  ];

  function text({ timeNs, detail }: CaptureChange): string {
    return translate(`cli.budget.${detail}`, { seconds: (timeNs / 1e9).toFixed(2) });
  }
}
