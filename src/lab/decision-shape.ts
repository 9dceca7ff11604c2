import * as z from 'zod/mini';

/** Codes become keys of texts and are told as they are. */
export const code = z.string().check(z.regex(/^[\w.-]{1,100}$/));
/** Of a node, a segment, a service, a device: empty where there is none. */
export const name = z.string().check(z.regex(/^[\w.@-]{0,100}$/));
const count = z.int().check(z.gte(0));
const hashes = z.array(z.number());
/** Stands in rows, comments of captures and reports. */
const words = z.string().check(z.regex(/^\P{Cc}{0,2000}$/u));

/** What a `Decision` of the forwarder that comes from outside must look like: from an agent, or out of a saved recording. */
export const decisionShape = {
  framesIn: hashes,
  framesOut: hashes,
  relation: code,
  rule: code,
  reason: z.optional(code),
  service: z.optional(name),
  server: z.optional(name),
  connection: z.optional(count),
  detail: z.optional(words),
};
