import { parse, stringify } from 'yaml';
import { runOf, type RunOf } from './verdict.ts';

type Tree = Record<string, unknown>;

interface Mended {
  readonly sound: boolean;
  /** What is still wrong. */
  readonly why: string;
}

/** Does what the remedies of all explanations say, to the settings that they name, and runs the file again. */
export function mended(text: string, { report }: RunOf): Mended {
  const document = parse(text) as Tree;
  const settings = new Set(report.explanations.flatMap(({ setting }) => setting ?? []));
  for (const setting of settings) undo(document, setting.split('.'));
  const after = runOf(stringify(document));
  if (after === undefined) return { sound: false, why: 'the check refuses it' };
  const said = after.report.explanations.map(({ code, setting }) => `${code} (${setting ?? '-'})`);
  return { sound: after.sound, why: `${after.outcomes.join(' ')}; ${said.join(', ')}` };
}

/** Most mistakes are mended by taking them away; the rest need another value. */
function undo(document: Tree, path: readonly string[]): void {
  const last = path.at(-1)!;
  const parent = at(document, path.slice(0, -1));
  if (typeof parent !== 'object' || parent === null) return;
  const branch = parent as Tree;
  const value = cures[last]?.(document, path);
  if (value === undefined) Reflect.deleteProperty(branch, last);
  else branch[last] = value;
}

const cures: Readonly<Record<string, (document: Tree, path: readonly string[]) => unknown>> = {
  gateway: (document, path) => gatewayOf(document, path[1]!),
  mtu: (_, path) => (path[0] === 'segments' ? 9000 : undefined),
  servers: (document, path) =>
    Object.fromEntries(Object.keys(at(document, path) as Tree).map((name) => [name, { weight: 1 }])),
  vip: (document) => freeAddress(document),
  to: (document) => (document['model'] === 'nat' ? nodesOf(document, 'server')[0] : undefined),
  role: () => 'router',
  snat: () => true,
  nat: (document, path) => otherSegment(document, path),
};

/** Somebody who passes packets on, on a segment of the node's. */
function gatewayOf(document: Tree, node: string): string | undefined {
  const nodes = document['nodes'] as Record<string, Tree>;
  const own = Object.keys(nodes[node]!['at'] as Tree);
  const near = Object.keys(nodes).filter(
    (name) => name !== node && own.some((segment) => segment in (nodes[name]!['at'] as Tree)),
  );
  const routers = near.filter((name) => nodes[name]!['role'] === 'router');
  // LVS-NAT: the director is the way back.
  return routers[0] ?? near.find((name) => nodes[name]!['role'] === 'director');
}

/** In the model nat the router must translate: towards its other side. Elsewhere none has to. */
function otherSegment(document: Tree, path: readonly string[]): unknown {
  if (document['model'] !== 'nat') return undefined;
  const own = Object.keys((document['nodes'] as Record<string, Tree>)[path[1]!]!['at'] as Tree);
  return own.find((segment) => segment !== at(document, path));
}

/** On the segment where the director meets the clients' side, and nobody's. */
function freeAddress(document: Tree): string {
  const nodes = document['nodes'] as Record<string, Tree>;
  const director = nodesOf(document, 'director')[0]!;
  const [place] = Object.values(nodes[director]!['at'] as Tree);
  const address = typeof place === 'string' ? place : (place as { address: string }).address;
  return address.replace(/\.\d+$/, '.200');
}

function nodesOf(document: Tree, role: string): string[] {
  const nodes = document['nodes'] as Record<string, Tree>;
  return Object.keys(nodes).filter((name) => nodes[name]!['role'] === role);
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((branch, key) => (branch as Tree | undefined)?.[key], tree);
}
