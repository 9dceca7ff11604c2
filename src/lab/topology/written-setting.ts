import type { Path } from './places.ts';

type Written = Readonly<Record<string | number, unknown>>;

/**
 * What an author wrote, with the setting at `path` set to `to`, or without it where `to` is left out. What stands in its short
 * form on the way is written out (`inside: 10.0.2.11`, `servers: [rs1]`, no `servers` at all), and maps that are missing are
 * made. Undefined when something on the way is no map or list, or has no such place. The value given stays as it is.
 */
export function withSetting(written: unknown, path: Path, to?: unknown): unknown {
  const root = isMap(written) ? written : {};
  return place(root, path, 0, to, root);
}

function place(value: unknown, path: Path, depth: number, to: unknown, root: Written): unknown {
  if (depth === path.length) return to;
  const key = path[depth]!;
  const around = writtenOut(value, path.slice(0, depth), root);
  if (Array.isArray(around)) {
    const at = Number(key);
    if (!Number.isInteger(at) || at < 0 || at >= around.length) return undefined;
    const inner = place(around[at], path, depth + 1, to, root);
    if (inner !== undefined) return around.with(at, inner);
    return depth + 1 === path.length ? around.toSpliced(at, 1) : undefined;
  }
  if (!isMap(around)) return undefined;
  const isLast = depth + 1 === path.length;
  const { [key]: before, ...rest } = around;
  if (isLast && to === undefined) return Object.hasOwn(around, key) ? rest : undefined;
  const inner = place(before, path, depth + 1, to, root);
  // In its place among the others: the order of nodes and servers counts.
  return inner === undefined ? undefined : { ...around, [key]: inner };
}

/** The long form of what stands at a path, when something inside it is meant. */
function writtenOut(value: unknown, path: Path, root: Written): unknown {
  const [chapter] = path;
  const last = path.at(-1);
  const isService =
    (chapter === 'service' && path.length === 2) || (chapter === 'services' && path.length === 3);
  if (isService && last === 'servers') {
    if (Array.isArray(value)) return Object.fromEntries(value.map((name) => [String(name), {}]));
    return value ?? Object.fromEntries(serverNodes(root).map((name) => [name, {}]));
  }
  if (isService && last === 'persistence' && isScalar(value)) return { timeout: value };
  if (chapter === 'nodes' && path[2] === 'at' && path.length === 4 && isScalar(value))
    return { address: value };
  if (chapter === 'segments' && path.length === 2 && isScalar(value)) return { subnet: value };
  return value ?? {};
}

/** Who serves when a service names no servers. */
function serverNodes({ nodes }: Written): string[] {
  if (!isMap(nodes)) return [];
  return Object.entries(nodes).flatMap(([name, node]) =>
    isMap(node) && node['role'] === 'server' ? [name] : [],
  );
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isMap(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
