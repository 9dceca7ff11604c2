import { parseIpv4, type Ipv4 } from '../../packet/address.ts';
import {
  countOf,
  isTaken,
  portOf,
  prefixOf,
  type ImportedConfig,
  type ImportedServer,
  type ImportedService,
  type Schedulers,
  type SkippedLine,
} from './imported.ts';

/** Words that say the same as the short ones that `ipvsadm -S` writes. */
const long = new Map(
  Object.entries({
    '--add-service': '-A',
    '--add-server': '-a',
    '--tcp-service': '-t',
    '--udp-service': '-u',
    '--fwmark-service': '-f',
    '--scheduler': '-s',
    '--sched-flags': '-b',
    '--persistent': '-p',
    '--netmask': '-M',
    '--real-server': '-r',
    '--gatewaying': '-g',
    '--ipip': '-i',
    '--masquerading': '-m',
    '--weight': '-w',
    '--u-threshold': '-x',
    '--l-threshold': '-y',
  }),
);
const models = { '-g': 'dr', '-i': 'tun', '-m': 'dnat' } as const;
const flags = new Map(
  Object.entries({
    'sh-fallback': 'fallback',
    'mh-fallback': 'fallback',
    'sh-port': 'port',
    'mh-port': 'port',
    'flag-1': 'fallback',
    'flag-2': 'port',
  }),
);

interface Open {
  readonly service: Omit<ImportedService, 'servers'>;
  readonly line: number;
  readonly text: string;
  readonly servers: ImportedServer[];
}

/** Reads what `ipvsadm -Sn` wrote: a service a line (`-A`), a server a line (`-a`). Never throws; what is not read is said. */
export function readIpvsadm(text: string, schedulers: Schedulers): ImportedConfig {
  const services = new Map<string, Open>();
  const skipped: SkippedLine[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const words = whole.trim().split(/\s+/);
    const skip = (reason: SkippedLine['reason']): void =>
      void skipped.push({ line: index + 1, text: whole.trim(), reason });
    const options = optionsOf(words[0] === 'ipvsadm' ? words.slice(1) : words);
    if (words[0] === '' || words[0]!.startsWith('#')) continue;
    const target = options.get('-t') ?? options.get('-u');
    if (options.has('-f')) skip('mark');
    else if (options.has('--sctp-service')) skip('protocol');
    else if (target?.startsWith('[')) skip('ipv6');
    else if (target === undefined || !(options.has('-A') || options.has('-a'))) skip('unknown');
    else if (options.has('-A'))
      addService(services, options, target, { line: index + 1, text: whole.trim() }, schedulers, skip);
    else addServer(services, options, target, skip);
  }
  const used = [...services.values()].filter(({ servers, line, text: own }) => {
    if (servers.length === 0) skipped.push({ line, text: own, reason: 'no-servers' });
    return servers.length > 0;
  });
  return {
    services: used.map(({ service, servers }) => ({ ...service, servers })),
    skipped: skipped.sort((a, b) => a.line - b.line),
  };
}

type Options = ReadonlyMap<string, string>;
type Skip = (reason: SkippedLine['reason']) => void;

/** An option and the word behind it, which is none itself. */
function optionsOf(words: readonly string[]): Options {
  const options = new Map<string, string>();
  let last = '';
  for (const word of words) {
    const name = long.get(word) ?? word;
    if (name.startsWith('-')) {
      last = name;
      options.set(name, '');
    } else if (last !== '') options.set(last, word);
  }
  return options;
}

function endOf(text: string): { readonly address: Ipv4; readonly port: number } | undefined {
  const [host = '', port] = text.split(':');
  const [address, number] = [parseIpv4(host), portOf(port)];
  return address === undefined || number === undefined ? undefined : { address, port: number };
}

const ofService = ['-A', '-t', '-u', '-s', '-b', '-p', '-M'];
const ofServer = [
  '-a',
  '-t',
  '-u',
  '-r',
  '-g',
  '-i',
  '-m',
  '-w',
  '-x',
  '-y',
  '--tun-type',
  '--tun-port',
  '--tun-nocsum',
];

function addService(
  services: Map<string, Open>,
  options: Options,
  target: string,
  place: { readonly line: number; readonly text: string },
  schedulers: Schedulers,
  skip: Skip,
): void {
  const end = endOf(target);
  if (end === undefined) return skip('bad-value');
  if ([...options.keys()].some((name) => !ofService.includes(name))) skip('option');
  const scheduler = options.get('-s');
  if (scheduler !== undefined && !schedulers.has(scheduler)) skip('scheduler');
  const words = (options.get('-b') ?? '').split(',').filter((word) => word !== '');
  if (words.some((word) => !flags.has(word))) skip('option');
  const persistence = persistenceOf(options);
  if (persistence === 'bad') skip('bad-value');
  const protocol = options.has('-u') ? 'udp' : 'tcp';
  services.set(`${protocol} ${target}`, {
    ...place,
    service: {
      vip: end.address,
      port: end.port,
      protocol,
      ...(scheduler !== undefined && schedulers.has(scheduler) && { scheduler }),
      schedulerFlags: words.flatMap((word) => flags.get(word) ?? []),
      ...(typeof persistence === 'object' && { persistence }),
    },
    servers: [],
  });
}

/** Without a number it is five minutes (ipvsadm(8)). */
const USUAL_PERSISTENCE = 300;

function persistenceOf(options: Options): ImportedService['persistence'] | 'bad' {
  const text = options.get('-p');
  if (text === undefined) return undefined;
  const seconds = text === '' ? USUAL_PERSISTENCE : countOf(text);
  if (!seconds) return 'bad';
  const maskText = options.get('-M');
  if (maskText === undefined) return { seconds };
  const mask = parseIpv4(maskText);
  const prefix = mask === undefined ? undefined : prefixOf(mask);
  return prefix === undefined ? 'bad' : { seconds, prefix };
}

function addServer(services: ReadonlyMap<string, Open>, options: Options, target: string, skip: Skip): void {
  const open = services.get(`${options.has('-u') ? 'udp' : 'tcp'} ${target}`);
  if (open === undefined) return skip('no-service');
  const { service, servers } = open;
  const end = endOf(options.get('-r') ?? '');
  if (end === undefined) return skip(options.get('-r')?.startsWith('[') ? 'ipv6' : 'bad-value');
  if (isTaken(end.address, service.vip, servers)) return skip('server-twice');
  const method = (['-g', '-i', '-m'] as const).find((one) => options.has(one)) ?? '-g';
  const [first] = servers;
  if (first && first.model !== models[method]) return skip('other-model');
  const weight = options.has('-w') ? countOf(options.get('-w')) : undefined;
  if (options.has('-w') && (weight === undefined || weight > 65535)) return skip('bad-value');
  const limits = ['-x', '-y'].some((name) => ![undefined, '0'].includes(options.get(name)));
  const tunnel = options.get('--tun-type') ?? 'ipip';
  if (!['ipip', 'gue'].includes(tunnel)) return skip('option');
  if (limits || [...options.keys()].some((name) => !ofServer.includes(name))) skip('option');
  const guePort = tunnel === 'gue' ? portOf(options.get('--tun-port')) : undefined;
  servers.push({
    ...end,
    model: models[method],
    ...(weight !== undefined && { weight }),
    ...(guePort !== undefined && { guePort }),
  });
}
