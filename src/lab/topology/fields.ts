import * as z from 'zod/mini';
import { parseCidr, parseIpv4, parseMac } from '../../packet/address.ts';
import type { ProblemCode } from './problem-codes.ts';
import { parseDuration, parsePortRange, parseProbability, parseSize } from './quantities.ts';

/**
 * The scalars of a topology file: each takes what people write and gives what a plan holds. A field that does not fit
 * says so with a problem code as its message, which `schema-problems.ts` turns into a problem at its place in the file.
 */

/** Names become host names, container names and interface names, so they are kept short and plain. */
export const name = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9-]{0,30}$/, messageOf('bad-name')))
  .register(z.globalRegistry, { examples: ['rs1'] });

export const address = field(z.string(messageOf('bad-address')), readAddress, {
  pattern: String.raw`^\d{1,3}(\.\d{1,3}){3}$`,
  examples: ['10.0.2.11'],
});

/** A segment's subnet; the host bits are 0. */
export const subnet = field(z.string(messageOf('bad-cidr')), readSubnet, {
  pattern: String.raw`^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$`,
  examples: ['10.0.2.0/24'],
});

/** A route's destination stays text, for it is a key; `0.0.0.0/0` is the default route. */
export const cidrKey = z
  .string()
  .check(
    z.refine(
      (text) => parseCidr(text) !== undefined && parseCidr(text)!.network === parseCidr(text)!.address,
      messageOf('bad-cidr'),
    ),
  )
  .register(z.globalRegistry, { pattern: String.raw`^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$` });

/** A node's name (text) or an address (number). */
export const nodeOrAddress = field(z.string(messageOf('expected-text')), readNodeOrAddress, {
  examples: ['router', '10.0.2.1'],
});

export const mac = field(z.string(messageOf('bad-mac')), readMac, {
  pattern: '^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$',
  examples: ['02:00:00:00:00:02'],
});

/** Nanoseconds. */
export const duration = field(
  z.union([z.string(), z.number()], messageOf('bad-duration')),
  (written) => parseDuration(written) ?? 'bad-duration',
  { examples: ['1s', '200ms', '50us'] },
);

/** Bytes. */
export const size = field(
  z.union([z.string(), z.number()], messageOf('bad-size')),
  (written) => parseSize(written) ?? 'bad-size',
  { examples: [4000, '100KB'] },
);

/** A share from 0 to 1. */
export const probability = field(
  z.union([z.string(), z.number()], messageOf('bad-probability')),
  (written) => parseProbability(written) ?? 'bad-probability',
  { examples: ['5%', 0.05] },
);

export const portRange = field(
  z.union([z.string(), z.number()], messageOf('bad-port-range')),
  (written) => parsePortRange(written) ?? 'bad-port-range',
  { examples: ['40000-40999'] },
);

export const port = z.int().check(z.gte(1), z.lte(65535));

/** The smallest MTU every IPv4 link must have is 68 (RFC 791); below 576 nothing useful is left of a lesson. */
export const mtu = z.int().check(z.gte(576), z.lte(9000));

/** The request line of HTTP, without its version. */
export const request = z
  .string()
  .check(z.regex(/^(GET|HEAD|POST|PUT) \/[\x21-\x7e]*$/, messageOf('bad-request')))
  .register(z.globalRegistry, { examples: ['GET /', 'POST /upload'] });

/** How a problem code travels through a zod issue. */
export function messageOf(code: ProblemCode): string {
  return `problem:${code}`;
}

export function codeOf(message: string | undefined): ProblemCode | undefined {
  return message?.startsWith('problem:') ? (message.slice('problem:'.length) as ProblemCode) : undefined;
}

/** A scalar that is read by a function; text instead of its result is the code of what is wrong. */
function field<Written, Read>(
  written: z.ZodMiniType<Written>,
  read: (value: Written) => Read | ProblemCode | Named,
  meta: z.core.GlobalMeta,
) {
  return z
    .pipe(
      written,
      z.transform((value: Written, context): Read => {
        const result = read(value);
        if (result instanceof Named) return result.name as Read;
        if (typeof result !== 'string') return result as Read;
        context.issues.push({ code: 'custom', input: value, message: messageOf(result as ProblemCode) });
        return z.NEVER;
      }),
    )
    .register(z.globalRegistry, meta);
}
