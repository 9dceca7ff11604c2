import type { Translate } from '../l10n/translate.ts';
import { formatIpv4, formatMac, networkOf } from '../packet/address.ts';
import type { NodeState } from '../lab/node-state.ts';
import type { Command, ConsoleNode, ConsoleRun } from './command.ts';
import { curl } from './curl.ts';
import { ipvsadm } from './ipvsadm.ts';
import { ping } from './ping.ts';
import { connections, log } from './tables.ts';
import { parseWords } from './words.ts';

const commands: Readonly<Record<string, Command>> = { help, ip, ss, connections, ipvsadm, log, ping, curl };

/** Runs one line as a shell on a small machine would. Never rejects for what somebody typed. */
export async function runLine(
  line: string,
  node: ConsoleNode,
  run: ConsoleRun,
  translate: Translate,
): Promise<void> {
  const [name, ...args] = parseWords(line);
  if (name === undefined) return;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) await command(node, args, run, translate);
  else run.print(translate('extension.console.unknown', { name }));
}

function help(
  _node: ConsoleNode,
  _args: readonly string[],
  { print }: ConsoleRun,
  translate: Translate,
): Promise<void> {
  for (const name of ['ip-a', 'ip-r', 'ip-n', 'ss', 'connections', 'ipvsadm', 'log', 'ping', 'curl', 'exit'])
    print(translate(`extension.console.help.${name}`));
  return Promise.resolve();
}

/** `ip a`, `ip r`, `ip n`, with the long forms that `ip` knows. */
async function ip(
  node: ConsoleNode,
  [object = '']: readonly string[],
  { print }: ConsoleRun,
  translate: Translate,
): Promise<void> {
  const show = ['address', 'route', 'neighbour', 'neighbor'].find(
    (word) => object !== '' && word.startsWith(object),
  );
  if (show === undefined) {
    print(translate('extension.console.ip-usage'));
    return;
  }
  const state = await node.inspect();
  if (!state) print(translate('extension.console.not-running', { node: node.name }));
  else if (show === 'address') addresses(state, node).forEach(print);
  else if (show === 'route') routes(state).forEach(print);
  else neighbours(state).forEach(print);
}

async function ss(
  node: ConsoleNode,
  _args: readonly string[],
  { print }: ConsoleRun,
  translate: Translate,
): Promise<void> {
  const state = await node.inspect();
  if (!state) {
    print(translate('extension.console.not-running', { node: node.name }));
    return;
  }
  print(`${'State'.padEnd(14)}${'Local'.padEnd(24)}Peer`);
  for (const { local, localPort, remote, remotePort, state: tcp } of state.sockets) {
    const own = `${formatIpv4(local)}:${localPort}`;
    print(`${tcp.toUpperCase().padEnd(14)}${own.padEnd(24)}${formatIpv4(remote)}:${remotePort}`);
  }
}

function addresses({ addresses: all }: NodeState, node: ConsoleNode): string[] {
  const devices = [...new Set(all.map(({ device }) => device))];
  return devices.flatMap((device, index) => {
    const link = node.link(device);
    const state = link ? `: mtu ${link.mtu} state ${link.down ? 'DOWN' : 'UP'}` : ':';
    return [
      `${index + 1}: ${device}${state}`,
      ...(link ? [`    link/ether ${formatMac(link.mac)}`] : []),
      ...all
        .filter((one) => one.device === device)
        .map(({ address, prefixLength }) => `    inet ${formatIpv4(address)}/${prefixLength}`),
    ];
  });
}

function routes({ addresses: own, routes: all }: NodeState): string[] {
  return [
    ...all.map(({ network, prefixLength, via }) => {
      const to = prefixLength === 0 ? 'default' : `${formatIpv4(network)}/${prefixLength}`;
      return `${to} via ${formatIpv4(via)}`;
    }),
    ...own
      .filter(({ device }) => device !== 'lo')
      .map(({ device, address, prefixLength }) => {
        const network = formatIpv4(networkOf(address, prefixLength));
        return `${network}/${prefixLength} dev ${device} src ${formatIpv4(address)}`;
      }),
  ];
}

function neighbours({ neighbours: all }: NodeState): string[] {
  return all.map(
    ({ device, address, mac }) =>
      `${formatIpv4(address)} dev ${device} ${mac === undefined ? 'INCOMPLETE' : `lladdr ${formatMac(mac)}`}`,
  );
}
