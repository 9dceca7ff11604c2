import { bareSchema, settingId, type JsonSchema } from './json-schema.ts';
import type { Path } from './places.ts';

/** What the schema says about one place of a topology file: enough to explain it, complete it and complain about it. */
export interface Setting {
  /** `nodes.at.mac`; its text is `topology.key.ID` in the l10n bundles. Empty at the top. */
  readonly id: string;
  /** What kinds of value may stand here. */
  readonly types: readonly string[];
  /** The keys of a map; empty when the author chooses them. */
  readonly keys: readonly string[];
  /** Those of `keys` that must be there. */
  readonly requiredKeys: readonly string[];
  /** The words that may stand here. */
  readonly choices: readonly string[];
  readonly examples: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Entries of a list or map. */
  readonly most?: number;
}

/** The setting at a path of the file, such as `['nodes', 'rs1', 'at', 'inside', 'mtu']`; undefined when there is none. */
export function describeSetting(path: Path): Setting | undefined {
  let id = '';
  let schemas = alternatives(bareSchema());
  for (const part of path) {
    const next: JsonSchema[] = [];
    let fixed = false;
    for (const schema of schemas) {
      const properties = schema.properties ?? {};
      if (typeof part === 'string' && Object.hasOwn(properties, part)) {
        fixed = true;
        next.push(properties[part]!);
      } else if (schema.additionalProperties && typeof part === 'string')
        next.push(schema.additionalProperties);
      else if (schema.items && typeof part === 'number') next.push(schema.items);
    }
    if (next.length === 0) return undefined;
    if (fixed) id = settingId(id, String(part));
    schemas = next.flatMap(alternatives);
  }
  return summarise(id, schemas);
}

/** Every setting, in the order of the schema, with whether its map must have it: for the reference page. */
export function allSettings(): { readonly setting: Setting; readonly required: boolean }[] {
  const found = new Map<string, { readonly setting: Setting; readonly required: boolean }>();
  const visit = (schema: JsonSchema, id: string): void => {
    for (const alternative of alternatives(schema)) {
      for (const [key, value] of Object.entries(alternative.properties ?? {})) {
        const child = settingId(id, key);
        if (found.has(child)) continue;
        const required = alternative.required?.includes(key) ?? false;
        found.set(child, { setting: summarise(child, alternatives(value)), required });
        visit(value, child);
      }
      if (alternative.additionalProperties) visit(alternative.additionalProperties, id);
      if (alternative.items) visit(alternative.items, id);
    }
  };
  visit(bareSchema(), '');
  return [...found.values()];
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? [schema, ...schema.anyOf.flatMap(alternatives)] : [schema];
}

function summarise(id: string, schemas: readonly JsonSchema[]): Setting {
  const first = <Key extends keyof JsonSchema>(key: Key) =>
    schemas.find((schema) => schema[key] !== undefined)?.[key];
  const types = schemas.flatMap(({ type }) => type ?? []);
  const defaultValue = first('default');
  const minimum = first('minimum');
  const maximum = first('maximum');
  const most = first('maxItems') ?? first('maxProperties');
  return {
    id,
    types: [...new Set(types.flat())],
    keys: [...new Set(schemas.flatMap(({ properties }) => Object.keys(properties ?? {})))],
    requiredKeys: [...new Set(schemas.flatMap(({ required }) => required ?? []))],
    choices: [...new Set(schemas.flatMap((schema) => schema.enum ?? schema.items?.enum ?? []))],
    examples: schemas.flatMap(({ examples }) => examples ?? []),
    ...(defaultValue !== undefined && { default: defaultValue }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(typeof most === 'number' && { most }),
  };
}
