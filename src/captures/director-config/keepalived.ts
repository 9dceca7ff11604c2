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

/** Words up to the end of a line, or up to a brace, and what is between the braces. */
interface Statement {
  readonly line: number;
  readonly words: readonly string[];
  readonly block?: readonly Statement[];
}

/** Reads the services of a `keepalived.conf`. Never throws; what the draft does not show is said. */
export function readKeepalived(text: string, schedulers: Schedulers): ImportedConfig {
  const skipped: SkippedLine[] = [];
  const skip = ({ line, words, block }: Statement, reason: SkippedLine['reason']): void =>
    void skipped.push({ line, text: `${words.join(' ')}${block ? ' { … }' : ''}`, reason });
  const services = statementsOf(text).flatMap((statement): ImportedService[] => {
    const service =
      statement.words[0] === 'virtual_server' ? serviceOf(statement, schedulers, skip) : undefined;
    if (statement.words[0] !== 'virtual_server') skip(statement, 'not-shown');
    return service ? [service] : [];
  });
  return { services, skipped: skipped.sort((a, b) => a.line - b.line) };
}

type Skip = (statement: Statement, reason: SkippedLine['reason']) => void;

const kinds: ReadonlyMap<string, ImportedServer['model']> = new Map([
  ['NAT', 'dnat'],
  ['DR', 'dr'],
  ['TUN', 'tun'],
]);

function serviceOf(service: Statement, schedulers: Schedulers, skip: Skip): ImportedService | undefined {
  const [, host = '', portText] = service.words;
  if (host === 'fwmark') return void skip(service, 'mark');
  if (host === 'group') return void skip(service, 'group');
  if (host.includes(':')) return void skip(service, 'ipv6');
  const end = endOf(host, portText);
  if (end === undefined || !service.block) return void skip(service, 'bad-value');
  let [protocol, model, scheduler]: ['tcp' | 'udp', ImportedServer['model'], string | undefined] = [
    'tcp',
    'dnat',
    undefined,
  ];
  let [seconds, prefix]: [number | undefined, number | undefined] = [undefined, undefined];
  let guePort: number | undefined;
  const flags: string[] = [];
  const reals: Statement[] = [];
  for (const statement of service.block) {
    const [name = '', value = ''] = statement.words;
    switch (name) {
      case 'real_server':
        reals.push(statement);
        break;
      case 'protocol':
        if (!['TCP', 'UDP'].includes(value)) return void skip(statement, 'protocol');
        protocol = value === 'UDP' ? 'udp' : 'tcp';
        break;
      case 'lb_kind':
      case 'lvs_method':
        if (!kinds.has(value)) return void skip(statement, 'bad-value');
        model = kinds.get(value)!;
        guePort = guePortOf(statement.words);
        if (statement.words.length > 2 && guePort === undefined) skip(statement, 'option');
        break;
      case 'lb_algo':
      case 'lvs_sched':
        if (schedulers.has(value)) scheduler = value;
        else skip(statement, 'scheduler');
        break;
      case 'persistence_timeout':
        seconds = countOf(value);
        if (!seconds) skip(statement, 'bad-value');
        break;
      case 'persistence_granularity': {
        const mask = parseIpv4(value);
        prefix = mask === undefined ? undefined : prefixOf(mask);
        if (prefix === undefined) skip(statement, 'bad-value');
        break;
      }
      case 'sh-fallback':
      case 'mh-fallback':
        flags.push('fallback');
        break;
      case 'sh-port':
      case 'mh-port':
        flags.push('port');
        break;
      default:
        skip(statement, 'not-shown');
    }
  }
  const servers: ImportedServer[] = [];
  for (const real of reals) {
    const [server] = serverOf(real, model, skip);
    if (server && isTaken(server.address, end.address, servers)) skip(real, 'server-twice');
    else if (server) servers.push({ ...server, ...(guePort !== undefined && { guePort }) });
  }
  if (servers.length === 0) return void skip(service, 'no-servers');
  return {
    vip: end.address,
    port: end.port,
    protocol,
    ...(scheduler !== undefined && { scheduler }),
    schedulerFlags: flags,
    ...(seconds && { persistence: { seconds, ...(prefix !== undefined && { prefix }) } }),
    servers,
  };
}

/** `TUN type gue port 6080`, the only thing behind a method that a topology can have; checksums are none of its settings. */
function guePortOf([, method, ...more]: readonly string[]): number | undefined {
  const [type, gue, port, number, checksum = 'nocsum', ...rest] = more;
  const isGue = method === 'TUN' && type === 'type' && gue === 'gue' && port === 'port';
  return isGue && checksum === 'nocsum' && rest.length === 0 ? portOf(number) : undefined;
}

const checks =
  /^(?:HTTP_GET|SSL_GET|TCP_CHECK|UDP_CHECK|SMTP_CHECK|DNS_CHECK|MISC_CHECK|PING_CHECK|BFD_CHECK|FILE_CHECK)$/;

function serverOf(real: Statement, model: ImportedServer['model'], skip: Skip): ImportedServer[] {
  const [, host = '', portText] = real.words;
  const end = host.includes(':') ? undefined : endOf(host, portText);
  if (end === undefined) {
    skip(real, host.includes(':') ? 'ipv6' : 'bad-value');
    return [];
  }
  let weight: number | undefined;
  for (const statement of real.block ?? []) {
    const [name = '', value] = statement.words;
    if (name === 'weight') {
      weight = countOf(value);
      if (weight === undefined || weight > 65535) skip(statement, 'bad-value');
    } else skip(statement, checks.test(name) ? 'health-check' : 'not-shown');
  }
  return [{ ...end, model, ...(weight !== undefined && weight <= 65535 && { weight }) }];
}

function endOf(
  host: string,
  portText: string | undefined,
): { readonly address: Ipv4; readonly port: number } | undefined {
  const [address, port] = [parseIpv4(host), portOf(portText)];
  return address === undefined || port === undefined ? undefined : { address, port };
}

/** Deeper, a file is no configuration. */
const DEEPEST = 16;

function statementsOf(text: string): Statement[] {
  const stack: { statement: Statement | undefined; children: Statement[] }[] = [
    { statement: undefined, children: [] },
  ];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    let words: string[] = [];
    const end = (): void => {
      if (words.length > 0) stack.at(-1)!.children.push({ line: index + 1, words });
      words = [];
    };
    for (const token of whole.replace(/[!#].*$/, '').match(/"[^"]*"|[{}]|[^\s{}"]+/g) ?? []) {
      if (token === '{' && stack.length <= DEEPEST) {
        // A brace on a line of its own belongs to the words above it.
        const own = words.length > 0 ? { line: index + 1, words } : stack.at(-1)!.children.pop();
        stack.push({ statement: own ?? { line: index + 1, words: [] }, children: [] });
        words = [];
      } else if (token === '}') {
        end();
        close(stack);
      } else if (token !== '{') words.push(token);
    }
    end();
  }
  while (stack.length > 1) close(stack);
  return stack[0]!.children;
}

function close(stack: { statement: Statement | undefined; children: Statement[] }[]): void {
  if (stack.length === 1) return;
  const { statement, children } = stack.pop()!;
  stack.at(-1)!.children.push({ ...statement!, block: children });
}
