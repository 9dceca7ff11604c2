import type { Answer } from '../../simulation/all.ts';
import type { Happening, Outcome, Scheduling, StepOutcome } from '../../simulation/fleet.ts';
import type { Cli } from '../cli.ts';
import { padded, widthOf } from '../columns.ts';

/** Of each row: the way of scheduling, then what a step brought. */
const columns = ['table', 'load', 'rerouted', 'moved', 'unserved', 'broken', 'minimum', 'rehashed'] as const;

/** The answer as text: what was assumed, a table for each thing that happened, and what its columns are. */
export function simulationLines(cli: Cli, answer: Answer): string[] {
  return [
    ...assumptions(cli, answer),
    ...answer.scenarios.flatMap((scenario) => ['', ...scenarioLines(cli, answer, scenario)]),
    '',
    cli.translate('simulate.legend'),
  ];
}

function assumptions({ translate }: Cli, answer: Answer): string[] {
  const number = (value: number): string => value.toLocaleString('en');
  const { flows, clients, directors, servers, seed, protocol, otherOrder } = answer;
  return [
    translate('simulate.fleet', {
      flows: number(flows),
      clients: number(clients),
      directors: number(directors),
      servers: number(servers),
      protocol: protocol.toUpperCase(),
      seed: String(seed),
    }),
    translate('simulate.router', { policy: String(answer.policy) }),
    translate(answer.sync ? 'simulate.sync-on' : 'simulate.sync-off'),
    ...(protocol === 'tcp' ? [translate(answer.sloppyTcp ? 'simulate.sloppy-1' : 'simulate.sloppy-0')] : []),
    translate(`simulate.on-remove-${answer.onRemove}`),
    ...(otherOrder === null ? [] : [translate('simulate.order', { director: otherOrder })]),
    translate('simulate.without'),
  ];
}

function scenarioLines(
  { translate, paint }: Cli,
  { flows }: Answer,
  { happenings, runs }: Answer['scenarios'][number],
): string[] {
  const head = ['', ...columns.map((column) => translate(`simulate.column.${column}`))];
  return happenings.flatMap((happening, step) => {
    const rows = runs.map((run) => [scheduled(run), ...cells(run, run.steps[step]!, flows, step)]);
    const widths = head.map((_, place) => Math.max(...[head, ...rows].map((row) => widthOf(row[place]!))));
    const line = (row: readonly string[]): string =>
      row
        .map((cell, place) =>
          place === 0 ? padded(cell, widths[0]!) : ' '.repeat(widths[place]! - widthOf(cell)) + cell,
        )
        .join('  ')
        .trimEnd();
    return [paint('heading', happened(happening, step)), line(head), ...rows.map(line)];
  });
}

/** The option's own words. */
function happened({ kind, name }: Happening, step: number): string {
  return `${step > 0 ? '… ' : ''}${kind} ${name}`;
}

function scheduled({ scheduler, flags, tableSize }: Scheduling): string {
  return [scheduler, ...flags, tableSize].filter((word) => word !== undefined).join(' ');
}

function cells(
  { tableUnevenness, loadUnevenness }: Outcome,
  step: StepOutcome,
  flows: number,
  place: number,
): string[] {
  const times = (value: number | null): string => (value === null || place > 0 ? '–' : value.toFixed(3));
  return columns.map((column) => {
    if (column === 'table') return times(tableUnevenness);
    if (column === 'load') return times(loadUnevenness);
    return share(step[column], flows);
  });
}

/** Of all flows; what is there is never shown as nothing. */
function share(count: number | null, flows: number): string {
  if (count === null) return '–';
  if (count === 0) return '0 %';
  const percent = (count / flows) * 100;
  return percent < 0.005 ? '<0.01 %' : `${percent.toFixed(2)} %`;
}
