import type { Path } from '../../../lab/topology/places.ts';
import { sameData } from '../../../lab/topology/same-data.ts';

/** One difference between two versions of a file. */
export interface EditedSetting {
  readonly path: Path;
  /** `scheduler rr → sh`, `+ rs1.hideVip: false`, `− rs3`: the file's own words, so it needs no translation. */
  readonly text: string;
}

/** What was edited, setting by setting, in the order of the file: from one `TopologyDocument.written` to another. */
export function describeEdit(before: unknown, after: unknown, path: Path = []): EditedSetting[] {
  if (sameData(before, after)) return [];
  if (before === undefined) return [{ path, text: `+ ${nameOf(path)}${valueText(after)}` }];
  if (after === undefined) return [{ path, text: `− ${nameOf(path)}${valueText(before)}` }];
  const [old, now] = [childrenOf(before), childrenOf(after)];
  if (!old || !now) {
    return [{ path, text: `${nameOf(path)} ${written(before)} → ${written(after)}` }];
  }
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((key) =>
    describeEdit(old.get(key), now.get(key), [...path, key]),
  );
}

/** Maps, and lists of maps, are compared inside; a list of words is one value. */
function childrenOf(value: unknown): Map<string | number, unknown> | undefined {
  if (Array.isArray(value)) {
    return value.some(isMap) ? new Map(value.map((item: unknown, index) => [index, item])) : undefined;
  }
  return isMap(value) ? new Map(Object.entries(value)) : undefined;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the chapter of the file it stands in: `rs1.hideVip`, `scheduler`, `traffic 1 count`, `events 2 at`. */
function nameOf(path: Path): string {
  const [chapter, ...rest] = path;
  if (rest.length === 0) return String(chapter ?? '');
  if (chapter === 'traffic' || chapter === 'events')
    return [chapter, Number(rest[0]) + 1, ...rest.slice(1)].join(' ');
  return rest.join('.');
}

/** Small values are worth reading; of a whole node or service its name is enough. */
function valueText(value: unknown): string {
  return childrenOf(value) ? '' : `: ${written(value)}`;
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  return isMap(value) ? '{…}' : String(value);
}
