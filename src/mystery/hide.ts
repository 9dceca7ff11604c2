import { checkedPlan } from '../lab/topology/check.ts';
import type { TopologyDocument } from '../lab/topology/parse.ts';
import type { Path } from '../lab/topology/places.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { hasError } from '../lab/topology/problem.ts';
import { topologySchema } from '../lab/topology/schema.ts';
import { withSetting } from '../lab/topology/written-setting.ts';
import type { Fault, HiddenSetting } from './faults.ts';

/**
 * The plan of a file with what is hidden under it. What the file says wins: a hidden setting whose key it writes, at whatever
 * value, is not there, nor is one of a node or an interface that it does not have. A file without a plan has none here either.
 */
export function planWithHidden(
  document: TopologyDocument,
  { hidden }: Pick<Fault, 'hidden'>,
): Plan | undefined {
  const own = checkedPlan(document);
  if (!own.plan || hasError(own.problems)) return undefined;
  const { lab, places } = document;
  let written = document.written;
  for (const setting of hidden) written = withHidden(written, setting) ?? written;
  if (written === document.written) return own.plan;
  const parsed = topologySchema.safeParse(written);
  if (!parsed.success) return own.plan;
  // Two that make no sense together: what the file says has changed what was hidden, and is a lab of its own.
  return checkedPlan({ lab, topology: parsed.data, written, places }).plan ?? own.plan;
}

function withHidden(written: unknown, { path, value }: HiddenSetting): unknown {
  if (isWritten(written, path) || !hasRoom(written, path)) return undefined;
  return withSetting(written, path, value);
}

function isWritten(written: unknown, path: Path): boolean {
  let branch = written;
  for (const key of path) {
    if (!isMap(branch) || !Object.hasOwn(branch, key)) return false;
    branch = branch[key];
  }
  return true;
}

/** A node, an interface, a server of the file's: the keys that its author chose must be there. */
function hasRoom(written: unknown, path: Path): boolean {
  const [chapter, name, group, segment] = path;
  if (!isMap(written)) return false;
  if (chapter === 'service') {
    const { service } = written;
    if (!isMap(service)) return false;
    // `servers: [rs1]` has a place for `rs1`, and so has a service that names none.
    const { servers } = service;
    if (name !== 'servers' || servers === undefined) return true;
    return Array.isArray(servers) ? servers.includes(group) : has(servers, group);
  }
  const node = isMap(written['nodes']) ? written['nodes'][name!] : undefined;
  if (!isMap(node)) return false;
  return group !== 'at' || has(node['at'], segment);
}

function has(value: unknown, key: string | number | undefined): boolean {
  return isMap(value) && key !== undefined && Object.hasOwn(value, key);
}

function isMap(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
