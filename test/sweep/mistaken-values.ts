import type * as z from 'zod/mini';
import * as field from '../../src/lab/topology/fields.ts';
import { topologySchema } from '../../src/lab/topology/schema.ts';

/** What a value may be mistaken for, in the file that it stands in. */
export interface Surroundings {
  readonly nodes: readonly string[];
  readonly segments: readonly string[];
  /** One on each segment that nobody has. */
  readonly nobody: readonly string[];
  /** Another subnet than any of the file's. */
  readonly elsewhere: string;
}

type Schema = z.core.$ZodType;
type Values = (around: Surroundings) => readonly unknown[];

const fixed = (...values: unknown[]): Values => {
  return () => values;
};

/** By the field itself: what a key may hold is said once, in the schema. */
const fields = new Map<Schema, Values>([
  [field.name, ({ nodes, segments }) => [...nodes, ...segments]],
  [field.address, ({ nobody }) => nobody],
  [field.subnet, ({ elsewhere }) => [elsewhere]],
  [field.nodeOrAddress, ({ nodes, nobody }) => [...nodes, ...nobody]],
  [field.mac, fixed('02:00:00:00:00:02')],
  [field.duration, fixed('1ms', '100ms', '10s')],
  [field.positiveDuration, fixed('1ms', '100ms', '10s')],
  [field.advertisementInterval, fixed('10ms', '10s')],
  [field.size, fixed('1400', '20KB')],
  [field.probability, fixed('60%', '100%')],
  [field.portRange, fixed('40000-40000', '80-80')],
  [field.port, fixed(81, 8081)],
  [field.mtu, fixed(576, 1400, 9000)],
  [field.request, fixed('GET /elsewhere')],
]);

/** One place in the file where something may stand that it should not. */
export interface Place {
  readonly path: readonly string[];
  readonly values: Values;
  /** It may be left out. */
  readonly optional: boolean;
}

/**
 * Every scalar that the schema knows of, at every place where the file has a node, an interface, a service, an entry of
 * its traffic. `document` is the file's, with its short forms written out.
 */
export function placesIn(document: unknown): Place[] {
  return walk(topologySchema, document, [], false);
}

function walk(schema: Schema, value: unknown, path: readonly string[], optional: boolean): Place[] {
  const known = fields.get(schema);
  if (known) return [{ path, values: known, optional }];
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'prefault':
    case 'default':
      return walk(def.innerType, value, path, true);
    case 'object':
      // What is not there has no keys that could be wrong; but the durations of `timeouts` are keys like any other.
      if (value === undefined && !optional) return [];
      return Object.entries(def.shape).flatMap(([key, inner]) =>
        walk(inner, (value as Record<string, unknown> | undefined)?.[key], [...path, key], false),
      );
    case 'record':
      return Object.keys((value as object | undefined) ?? {}).flatMap((key) => [
        { path: [...path, key], values: fixed(), optional: true },
        ...walk(def.valueType, (value as Record<string, unknown>)[key], [...path, key], false),
      ]);
    case 'array': {
      const { element } = def;
      if (isScalar(element)) return [{ path, values: lists(element), optional }];
      if (!Array.isArray(value)) return [];
      return value.flatMap((item, index) => walk(element, item, [...path, String(index)], false));
    }
    case 'union':
      return ofUnion(def.options, value, path, optional);
    case 'boolean':
      return [{ path, values: fixed(true, false), optional }];
    case 'enum':
      return [{ path, values: fixed(...Object.values(def.entries)), optional }];
    case 'literal':
      return [{ path, values: fixed(...def.values), optional }];
    case 'number':
      return [{ path, values: fixed(...ends(schema)), optional }];
    default:
      throw new Error(`nothing is known of mistakes at ${path.join('.')}: ${def.type}`);
  }
}

/** The long form, where there is one; otherwise whatever any of them may be. */
function ofUnion(
  options: readonly Schema[],
  value: unknown,
  path: readonly string[],
  optional: boolean,
): Place[] {
  const long = options.find((option) => ['object', 'record'].includes(typeOf(option)));
  const scalars = options.filter(isScalar);
  if (long && (typeof value === 'object' || scalars.length === 0)) return walk(long, value, path, optional);
  const places = scalars.flatMap((option) => walk(option, value, path, optional));
  return [
    { path, optional, values: (around) => [...new Set(places.flatMap(({ values }) => values(around)))] },
  ];
}

function typeOf(schema: Schema): string {
  return (schema as z.core.$ZodTypes)._zod.def.type;
}

function isScalar(schema: Schema): boolean {
  return fields.has(schema) || ['boolean', 'enum', 'literal', 'number', 'string'].includes(typeOf(schema));
}

/** A list of one, for each that may be on it. */
function lists(element: Schema): Values {
  return (around) =>
    walk(element, undefined, [], false)[0]!
      .values(around)
      .map((value) => [value]);
}

/** The least and the next of a whole number: of weights, table sizes and counts, those do harm. */
function ends(schema: Schema): number[] {
  const { minimum = 0 } = (schema as z.core.$ZodNumber)._zod.bag;
  return [minimum, minimum + 1];
}
