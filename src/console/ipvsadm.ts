import type { NodeState } from '../lab/node-state.ts';
import { asIpv4, formatIpv4, type Ipv4, prefixMask } from '../packet/address.ts';
import type { Command } from './command.ts';

type Ipvs = ReturnType<NonNullable<NodeState['ipvs']>>;
type Service = Ipvs['services'][number];
type Counters = NonNullable<NodeState['counters']>['services'][number]['servers'];

/** `ipvsadm -Ln`: services and servers; `ipvsadm -Lnc`: the entries of the table; both as ipvsadm 1.31 lays them out. */
export const ipvsadm: Command = async (node, args, { print }, translate) => {
  const options = new Set(args.flatMap(lettersOf));
  const unknown = [...options].find((option) => !['L', 'n', 'c'].includes(option));
  if (unknown !== undefined || !options.has('L') || !options.has('n')) {
    if (unknown !== undefined) print(translate('extension.console.ipvsadm-unknown', { option: unknown }));
    return print(translate('extension.console.ipvsadm-usage'));
  }
  const state = await node.inspect();
  if (!state) return print(translate('extension.console.not-running', { node: node.name }));
  const ipvs = state.ipvs?.();
  if (!ipvs) return print(translate('extension.console.no-services', { node: node.name }));
  const lines = options.has('c') ? entries(ipvs) : services(ipvs, state);
  lines.forEach(print);
};

const long: Readonly<Record<string, string>> = { '--list': 'L', '--numeric': 'n', '--connection': 'c' };

/** The short options that a word holds; what is none of these stays as it was written. */
function lettersOf(word: string): string[] {
  if (Object.hasOwn(long, word)) return [long[word]!];
  if (!/^-[A-Za-z]+$/.test(word)) return [word];
  return [...word.slice(1)].map((letter) =>
    letter === 'l' ? 'L' : 'Lnc'.includes(letter) ? letter : `-${letter}`,
  );
}

/** The version is that of Linux 6.12's IPVS, the size that of a table with the kernel's default. */
const HEAD = [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
];
const methods = { dnat: 'Masq', dr: 'Route', tun: 'Tunnel' } as const;

/** Sorted, as ipvsadm sorts what the kernel lists. */
function services(ipvs: Ipvs, { counters }: NodeState): string[] {
  const byPlace = (a: Service, b: Service): number =>
    a.protocol.localeCompare(b.protocol) || a.vip - b.vip || a.port - b.port;
  return [
    ...HEAD,
    ...[...ipvs.services]
      .sort(byPlace)
      .flatMap((service) => [
        serviceLine(service),
        ...serverLines(service, counters?.services.find(({ name }) => name === service.name)?.servers ?? []),
      ]),
  ];
}

function serviceLine({ protocol, vip, port, scheduler, schedulerFlags = [], persistence }: Service): string {
  const flags = schedulerFlags.map((flag) => `${scheduler}-${flag}`).join(',');
  const words = [
    `${protocol.toUpperCase()}  ${endOf(vip, port)} ${scheduler}`,
    ...(flags === '' ? [] : [`(${flags})`]),
    ...(persistence ? [`persistent ${Math.ceil(persistence.timeout / 1000)}`] : []),
    ...(persistence && persistence.prefixLength < 32
      ? [`mask ${formatIpv4(asIpv4(prefixMask(persistence.prefixLength)))}`]
      : []),
  ];
  return words.join(' ');
}

function serverLines({ model, servers }: Service, counters: Counters): string[] {
  return [...servers]
    .sort((a, b) => a.address - b.address || a.port - b.port)
    .map(({ name, address, port, weight }) => {
      const { active = 0, inactive = 0 } = counters.find((one) => one.name === name) ?? {};
      const end = endOf(address, port).padEnd(28);
      const numbers = `${active}`.padEnd(10) + ' ' + `${inactive}`.padEnd(10);
      return `  -> ${end} ${methods[model].padEnd(7)} ${`${weight}`.padEnd(6)} ${numbers}`;
    });
}

const protocols: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' };

function entries({ entries: all }: Ipvs): string[] {
  const row = (words: readonly string[]): string => {
    const widths = [3, 6, 11, 18, 18];
    return words.map((word, place) => word.padEnd(widths[place] ?? 0)).join(' ');
  };
  return [
    'IPVS connection entries',
    row(['pro', 'expire', 'state', 'source', 'virtual', 'destination']),
    ...all.map((entry) =>
      row([
        protocols[entry.protocol] ?? String(entry.protocol),
        clockOf(entry.expiresIn),
        entry.state,
        endOf(entry.client, entry.clientPort),
        endOf(entry.destination, entry.destinationPort),
        endOf(entry.server, entry.serverPort),
      ]),
    ),
  ];
}

/** Minutes and seconds; the kernel leaves the rest of a second out. */
function clockOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

function endOf(address: Ipv4, port: number): string {
  return `${formatIpv4(address)}:${port}`;
}
