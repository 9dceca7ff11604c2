import type { ModelName } from '../../models/models.ts';
import { formatIpv4, formatMac, type Ipv4, type Mac } from '../../packet/address.ts';

/** A text by its key in the bundles, for whoever makes text of it. */
export interface Remark {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A topology file to be written: what is known, and remarks where it is not. */
export interface Draft {
  readonly model: ModelName;
  /** Above everything. */
  readonly remarks: readonly Remark[];
  readonly services: readonly DraftService[];
  readonly segments: readonly DraftSegment[];
  readonly nodes: readonly DraftNode[];
}

export interface DraftService {
  readonly name: string;
  readonly vip: Ipv4;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly model?: ModelName;
  readonly scheduler?: string;
  readonly schedulerFlags?: readonly string[];
  /** Seconds. */
  readonly persistence?: { readonly seconds: number; readonly prefix?: number };
  readonly snat?: boolean;
  readonly tunnel?: 'gue';
  readonly tunnelPort?: number;
  readonly servers: readonly { readonly node: string; readonly port?: number; readonly weight?: number }[];
  readonly remarks: readonly Remark[];
}

export interface DraftSegment {
  readonly name: string;
  readonly network: Ipv4;
  readonly prefixLength: number;
  readonly mtu?: number;
  readonly remarks: readonly Remark[];
}

export interface DraftNode {
  readonly name: string;
  readonly role: 'client' | 'router' | 'director' | 'server';
  readonly at: readonly { readonly segment: string; readonly address: Ipv4; readonly mac?: Mac }[];
  readonly gateway?: string;
  /** The segment that a NAT router hides others behind the address of. */
  readonly nat?: string;
  readonly remarks: readonly Remark[];
}

/** The file's text. Comments are the remarks, made text by `say`; what they hold of others stays on their line. */
export function draftText(draft: Draft, say: (remark: Remark) => string): string {
  const comments = (remarks: readonly Remark[], indent: string): string[] =>
    remarks.flatMap((remark) => wrapped(oneLine(say(remark)), indent));
  const lines = [...comments(draft.remarks, ''), `model: ${draft.model}`, ''];
  const isOne = draft.services.length === 1;
  if (draft.services.length > 0) lines.push(isOne ? 'service:' : 'services:');
  for (const service of draft.services) {
    const indent = isOne ? '  ' : '    ';
    if (!isOne) lines.push(`  ${service.name}:`);
    lines.push(
      ...comments(service.remarks, indent),
      ...serviceLines(service).map((line) => `${indent}${line}`),
    );
  }
  if (draft.services.length > 0) lines.push('');
  lines.push('segments:');
  for (const { name, network, prefixLength, mtu, remarks } of draft.segments) {
    const subnet = `${formatIpv4(network)}/${prefixLength}`;
    lines.push(...comments(remarks, '  '));
    lines.push(mtu === undefined ? `  ${name}: ${subnet}` : `  ${name}: { subnet: ${subnet}, mtu: ${mtu} }`);
  }
  lines.push('', 'nodes:');
  for (const node of draft.nodes) lines.push(...comments(node.remarks, '  '), ...nodeLines(node));
  return `${lines.join('\n')}\n`;
}

function serviceLines(service: DraftService): string[] {
  const { vip, port, protocol, model, scheduler, schedulerFlags, persistence, snat, tunnel, tunnelPort } =
    service;
  return [
    `vip: ${formatIpv4(vip)}`,
    `port: ${port}`,
    ...(protocol === 'udp' ? ['protocol: udp'] : []),
    ...(model ? [`model: ${model}`] : []),
    ...(scheduler ? [`scheduler: ${scheduler}`] : []),
    ...(schedulerFlags?.length ? [`schedulerFlags: [${schedulerFlags.join(', ')}]`] : []),
    ...(persistence
      ? [
          persistence.prefix === undefined
            ? `persistence: ${persistence.seconds}s`
            : `persistence: { timeout: ${persistence.seconds}s, prefix: ${persistence.prefix} }`,
        ]
      : []),
    ...(snat === false ? ['snat: false'] : []),
    ...(tunnel ? [`tunnel: ${tunnel}`] : []),
    ...(tunnelPort === undefined ? [] : [`tunnelPort: ${tunnelPort}`]),
    'servers:',
    ...service.servers.map(({ node, port, weight }) => {
      const settings = [
        ...(port === undefined ? [] : [`port: ${port}`]),
        ...(weight === undefined ? [] : [`weight: ${weight}`]),
      ];
      return settings.length > 0 ? `  ${node}: { ${settings.join(', ')} }` : `  ${node}: {}`;
    }),
  ];
}

function nodeLines({ name, role, at, gateway, nat }: DraftNode): string[] {
  return [
    `  ${name}:`,
    `    role: ${role}`,
    '    at:',
    ...at.map(({ segment, address, mac }) => {
      const text = formatIpv4(address);
      return mac === undefined
        ? `      ${segment}: ${text}`
        : `      ${segment}: { address: ${text}, mac: '${formatMac(mac)}' }`;
    }),
    ...(gateway === undefined ? [] : [`    gateway: ${gateway}`]),
    ...(nat === undefined ? [] : [`    nat: ${nat}`]),
  ];
}

/** Nothing that a file says begins a line of the draft. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
}

const WIDTH = 72;

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}# ${one}`);
}

/** Of a text that names something: a name that a topology takes, not among `taken`. */
export function nameFrom(text: string, fallback: string, taken: ReadonlySet<string>): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .replaceAll(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 27);
  const base = plain === '' ? fallback : plain;
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}${number}`)) number++;
  return `${base}${number}`;
}
