import * as z from 'zod/mini';
import { type Ipv4, type Mac, parseCidr, parseIpv4, parseMac } from '../../packet/address.ts';
import { LONGEST_INTERVAL } from '../../packet/vrrp.ts';
import type { ProblemCode } from './problem-codes.ts';
import { parseDuration, parsePortRange, parseProbability, parseSize } from './quantities.ts';

/**
 * The scalars of a topology file: each takes what people write and gives what a plan holds. A field that does not fit
 * says so with a problem code as its message, which `schema-problems.ts` turns into a problem at its place in the file.
 */

/** A hundredth of a second. */
const ADVERTISEMENT_STEP = 10_000_000;

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,30}$/;
const IPV4_PATTERN = String.raw`^\d{1,3}(\.\d{1,3}){3}$`;
const CIDR_PATTERN = String.raw`^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$`;

/** Names become host names, container names and interface names, so they are kept short and plain. */
export const name = z.string().check(z.regex(NAME, messageOf('bad-name')));

/** The keys that lead to a setting, as the file has them: `service.servers.rs1.weight`; of a list, its places from 0. */
export const settingPath = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z][A-Za-z0-9-]{0,30}(\.[A-Za-z0-9-]{1,31}){0,8}(\/\d{1,2}(\.[A-Za-z]+)?)?$/,
      messageOf('bad-setting-path'),
    ),
  )
  .register(z.globalRegistry, { examples: ['service.servers.rs1.weight', 'nodes.rs1.gateway'] });

/** A node and its segment: `rs1.inside`. */
export const interfaceName = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9-]{0,30}\.[A-Za-z][A-Za-z0-9-]{0,30}$/, messageOf('bad-interface-name')))
  .register(z.globalRegistry, { examples: ['rs1.inside'] });

/** An address that a node can have. */
export const address = field(z.string(messageOf('bad-address')), readAddress, {
  pattern: IPV4_PATTERN,
  examples: ['10.0.2.11'],
});

/** A segment's subnet; its host bits are 0. */
export const subnet = field(z.string(messageOf('bad-cidr')), readSubnet, {
  pattern: CIDR_PATTERN,
  examples: ['10.0.2.0/24'],
});

/** A route's destination. It is a key, so it stays text; `0.0.0.0/0` is the default route. */
export const destination = z
  .string()
  .check(({ value, issues }) => {
    const reading = readCidr(value);
    if ('fault' in reading) issues.push({ code: 'custom', input: value, message: messageOf(reading.fault) });
  })
  .register(z.globalRegistry, { pattern: CIDR_PATTERN });

/** A node's name (text) or an address (number). */
export const nodeOrAddress = field(z.string(messageOf('expected-text')), readNodeOrAddress, {
  examples: ['router', '10.0.2.1'],
});

export const mac = field(z.string(messageOf('bad-mac')), readMac, {
  pattern: '^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$',
  examples: ['02:00:00:00:00:02'],
});

/** Nanoseconds. */
export const duration = quantity(parseDuration, 'bad-duration', ['1s', '200ms', '50us']);

/** Nanoseconds, and some of them. */
export const positiveDuration = quantity(
  (written) => parseDuration(written) || undefined,
  'bad-positive-duration',
  ['5s', '500ms'],
);

/** Nanoseconds between two advertisements: hundredths of a second in 12 bits (RFC 9568 section 5.2.7). */
export const advertisementInterval = quantity(readAdvertisementInterval, 'bad-advertisement-interval', [
  '1s',
  '200ms',
]);

/** Bytes. */
export const size = quantity(parseSize, 'bad-size', [4000, '100KB']);

/** A share from 0 to 1. */
export const probability = quantity(parseProbability, 'bad-probability', ['5%', 0.05]);

export const portRange = quantity(parsePortRange, 'bad-port-range', ['40000-40999']);

export const port = z.int().check(z.gte(1), z.lte(65535));

/** Every IPv4 host takes 576 bytes (RFC 791); no link of a lab is smaller. */
export const mtu = z.int().check(z.gte(576), z.lte(9000));

/** The request line of HTTP, without its version. */
export const request = z
  .string()
  .check(z.regex(/^(GET|HEAD|POST|PUT) \/[\x21-\x7e]{0,1000}$/, messageOf('bad-request')))
  .register(z.globalRegistry, { examples: ['GET /', 'POST /upload'] });

/** A list or map with so many entries at the most. */
export function atMost<Schema extends z.ZodMiniType<object>>(limit: number, schema: Schema): Schema {
  const limited = schema.check(
    z.refine((value) => Object.keys(value).length <= limit, messageOf('too-many')),
  ) as Schema;
  z.globalRegistry.add(
    limited,
    schema instanceof z.ZodMiniArray ? { maxItems: limit } : { maxProperties: limit },
  );
  return limited;
}

/** How a problem code travels through a zod issue. */
export function messageOf(code: ProblemCode): string {
  return `problem:${code}`;
}

export function codeOf(message: string | undefined): ProblemCode | undefined {
  return message?.startsWith('problem:') ? (message.slice('problem:'.length) as ProblemCode) : undefined;
}

type Reading<Value> = { readonly value: Value } | { readonly fault: ProblemCode };

function field<Written, Value>(
  written: z.ZodMiniType<Written>,
  read: (written: Written) => Reading<Value>,
  meta: z.core.GlobalMeta,
) {
  const reader = z.transform((text: Written, context): Value => {
    const reading = read(text);
    if ('value' in reading) return reading.value;
    context.issues.push({ code: 'custom', input: text, message: messageOf(reading.fault) });
    return z.NEVER;
  });
  // On what is written, since zod leaves the examples of a transformed value out of the JSON Schema of its input.
  return z.pipe(written.register(z.globalRegistry, meta), reader);
}

function quantity<Value>(
  parse: (written: string | number) => Value | undefined,
  fault: ProblemCode,
  examples: (string | number)[],
) {
  const read = (written: string | number): Reading<Value> => {
    const value = parse(written);
    return value === undefined ? { fault } : { value };
  };
  return field(z.union([z.string(), z.number()], messageOf(fault)), read, { examples });
}

function readAdvertisementInterval(written: string | number): number | undefined {
  const value = parseDuration(written);
  if (value === undefined || value % ADVERTISEMENT_STEP !== 0) return undefined;
  return value > 0 && value <= LONGEST_INTERVAL * ADVERTISEMENT_STEP ? value : undefined;
}

/** Not 0.x, loopback, multicast or reserved: the kernel gives none of those to an Ethernet interface (RFC 6890). */
function readAddress(text: string): Reading<Ipv4> {
  const value = parseIpv4(text.trim());
  if (value === undefined) return { fault: 'bad-address' };
  const first = value >>> 24;
  return first === 0 || first === 127 || first >= 224 ? { fault: 'address-not-unicast' } : { value };
}

export interface Subnet {
  readonly network: Ipv4;
  readonly prefixLength: number;
}

function readCidr(text: string): Reading<Subnet> {
  const cidr = parseCidr(text.trim());
  if (!cidr) return { fault: 'bad-cidr' };
  if (cidr.address !== cidr.network) return { fault: 'cidr-host-bits' };
  return { value: { network: cidr.network, prefixLength: cidr.prefixLength } };
}

/** /30 leaves two hosts; more than a /8 is a slip of the pen. */
function readSubnet(text: string): Reading<Subnet> {
  const reading = readCidr(text);
  if ('fault' in reading) return reading;
  const { network, prefixLength } = reading.value;
  if (prefixLength < 8 || prefixLength > 30) return { fault: 'subnet-size' };
  const first = network >>> 24;
  return first === 0 || first === 127 || first >= 224 ? { fault: 'address-not-unicast' } : reading;
}

function readNodeOrAddress(text: string): Reading<string | Ipv4> {
  if (NAME.test(text)) return { value: text };
  return /^[\d.]+$/.test(text.trim()) ? readAddress(text) : { fault: 'bad-name' };
}

function readMac(text: string): Reading<Mac> {
  const value = parseMac(text.trim());
  if (value === undefined) return { fault: 'bad-mac' };
  // The lowest bit of the first byte marks a group address (IEEE 802).
  const group = Math.floor(value / 2 ** 40) % 2 === 1;
  return group || value === 0 ? { fault: 'mac-not-unicast' } : { value };
}
