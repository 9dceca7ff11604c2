import { parse, stringify } from 'yaml';
import { addressAfter, formatIpv4, parseCidr } from '../../src/packet/address.ts';
import { placesIn, type Surroundings } from './mistaken-values.ts';

/** One key of a sound file with a value that it should not have, or without the value that it should. */
export interface Mistake {
  readonly example: string;
  /** `nodes.rs1.gateway`. */
  readonly key: string;
  /** As in the file; `undefined` when the key was taken away. */
  readonly value: unknown;
  readonly text: string;
}

type Tree = Record<string, unknown>;

/** Every single mistake that a file of this schema can have, put into `text`. */
export function mistakesIn(example: string, text: string): Mistake[] {
  const document = writtenOut(parse(text) as Tree);
  const around = surroundingsOf(document);
  return placesIn(document).flatMap(({ path, values, optional }) => {
    if (path[0] === 'expect') return [];
    const before = at(document, path);
    const others = values(around).filter((value) => !same(value, before));
    const candidates = optional && before !== undefined ? [...others, undefined] : others;
    return candidates.map((value): Mistake => ({
      example,
      key: path.join('.'),
      value,
      // There are thousands, and not all are asked.
      get text() {
        const changed = structuredClone(document);
        put(changed, path, value);
        return stringify(changed);
      },
    }));
  });
}

/** Short forms are written out, so that every key has a place. */
function writtenOut(document: Tree): Tree {
  for (const service of servicesOf(document)) {
    if (Array.isArray(service['servers']))
      service['servers'] = Object.fromEntries((service['servers'] as string[]).map((name) => [name, {}]));
  }
  for (const node of Object.values(document['nodes'] as Record<string, Tree>)) {
    const places = node['at'] as Tree;
    for (const [segment, address] of Object.entries(places))
      if (typeof address === 'string') places[segment] = { address };
  }
  const segments = document['segments'] as Tree;
  for (const [name, subnet] of Object.entries(segments))
    if (typeof subnet === 'string') segments[name] = { subnet };
  return document;
}

function servicesOf(document: Tree): Tree[] {
  const several = Object.values((document['services'] as Record<string, Tree> | undefined) ?? {});
  const single = document['service'] as Tree | undefined;
  return single ? [single, ...several] : several;
}

function surroundingsOf(document: Tree): Surroundings {
  const segments = document['segments'] as Record<string, { subnet: string }>;
  return {
    nodes: Object.keys(document['nodes'] as Tree),
    segments: Object.keys(segments),
    nobody: Object.values(segments).map(({ subnet }) =>
      formatIpv4(addressAfter(parseCidr(subnet)!.network, 253)),
    ),
    elsewhere: '172.30.9.0/24',
  };
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((branch, key) => (branch as Tree | undefined)?.[key], tree);
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const key = path.at(-1)!;
  let branch = tree;
  for (const step of path.slice(0, -1)) {
    branch[step] ??= {};
    branch = branch[step] as Tree;
  }
  if (value === undefined) Reflect.deleteProperty(branch, key);
  else branch[key] = value;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
