import * as z from 'zod/mini';
import { topologySchema } from './schema.ts';

/** The part of JSON Schema (draft 2020-12) that the topology's schema uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly propertyNames?: JsonSchema;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** What an author may write, as JSON Schema; `describe` gives the text of a `topology.key.PATH`. For other editors and tools. */
export function topologyJsonSchema(describe: (key: string) => string): JsonSchema {
  const { $schema, ...rest } = bareSchema();
  const title = 'LB Lab topology';
  return { ...($schema && { $schema }), title, ...described(rest, '', describe) };
}

/** The schema without texts: its structure. */
export function bareSchema(): JsonSchema {
  bare ??= z.toJSONSchema(topologySchema, { io: 'input' }) as JsonSchema;
  return bare;
}

/** The id of a setting below another one: `services` hold what `service` is, one under each name. */
export function settingId(parent: string, key: string): string {
  if (parent === '') return key;
  return `${parent === 'services' ? 'service' : parent}.${key}`;
}

let bare: JsonSchema | undefined;

function described(schema: JsonSchema, id: string, describe: (key: string) => string): JsonSchema {
  const { properties, additionalProperties, items, anyOf } = schema;
  const inside = (inner: JsonSchema) => described(inner, id, describe);
  return {
    ...schema,
    ...(anyOf && { anyOf: anyOf.map(inside) }),
    ...(items && { items: inside(items) }),
    ...(additionalProperties && { additionalProperties: inside(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => {
          const child = settingId(id, key);
          return [
            key,
            { description: describe(`topology.key.${child}`), ...described(value, child, describe) },
          ];
        }),
      ),
    }),
  };
}
