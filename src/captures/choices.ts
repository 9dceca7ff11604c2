import type { Plan } from '../lab/topology/plan.ts';
import { nameOf, pointsOf } from './point.ts';
import type { Port } from './port.ts';
import type { CaptureNote } from './told.ts';

/** Where somebody said that something was recorded. */
export interface Choice {
  /** As it was written. */
  readonly text: string;
  /** What was placed: an interface, a file, or both as `FILE:INTERFACE`; `*` for all that have no place else. */
  readonly of: string;
  /** Left out where the file is of a mirror port, with copies of all that passes on the segment. */
  readonly node?: string;
  /** Left out where a node was named without one. */
  readonly segment?: string;
}

/** What stands for no node in particular. */
const ANY = '*.';

/**
 * Reads `WHAT=NODE.SEGMENT`, `WHAT=NODE`, `WHAT=*.SEGMENT` (a mirror port) and the same without `WHAT`; a note where there is no
 * such place in the plan.
 */
export function readChoices(texts: readonly string[], plan: Plan): readonly Choice[] | CaptureNote {
  const points = pointsOf(plan);
  const choices: Choice[] = [];
  for (const text of texts) {
    const equals = text.lastIndexOf('=');
    const of = equals < 0 ? '*' : text.slice(0, equals);
    const place = text.slice(equals + 1);
    const point = points.find((one) => nameOf(one) === place);
    const node = plan.nodes.find(({ name }) => name === place);
    const mirrored = plan.segments.find(({ name }) => place === `${ANY}${name}`);
    if (mirrored !== undefined) choices.push({ text, of, segment: mirrored.name });
    else if (point !== undefined) choices.push({ text, of, node: point.node, segment: point.segment });
    else if (node !== undefined) choices.push({ text, of, node: node.name });
    else return { code: 'no-such-point', params: { point: text, points: points.map(nameOf).join(', ') } };
  }
  return choices;
}

/**
 * What was chosen for a port, the most special first: `FILE:eth0`, `FILE:#0`, `FILE`, `eth0`, `#0`. A file may be written
 * with its folders or without.
 */
export function choiceFor(
  choices: readonly Choice[],
  file: string,
  { name, index, label }: Port,
): Choice | undefined {
  const files = [file, baseName(file)];
  const interfaces = [label, name, `#${index}`].filter((one) => one !== '');
  const called = [
    ...files.flatMap((one) => interfaces.map((own) => `${one}:${own}`)),
    ...files,
    ...interfaces,
  ];
  for (const one of called) {
    // The last one counts, as of every option.
    const choice = choices.findLast(({ of }) => of === one);
    if (choice !== undefined) return choice;
  }
  return undefined;
}

/** Without folders. */
export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
