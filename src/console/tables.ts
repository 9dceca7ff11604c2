import { formatIpv4 } from '../packet/address.ts';
import type { Command } from './command.ts';

/** `connections`: what the forwarder on this node remembers, as `ipvsadm -Lcn` has it. */
export const connections: Command = async (node, _args, { print }, translate) => {
  const state = await node.inspect();
  if (!state) return print(translate('extension.console.not-running', { node: node.name }));
  if (!state.connections) return print(translate('extension.console.no-forwarder', { node: node.name }));
  print(`${'State'.padEnd(14)}${'Client'.padEnd(24)}${'Destination'.padEnd(24)}Server`);
  for (const {
    state: tcp,
    client,
    clientPort,
    destination,
    destinationPort,
    server,
    seen,
  } of state.connections) {
    const from = `${formatIpv4(client)}:${clientPort}`;
    const to = `${formatIpv4(destination)}:${destinationPort}`;
    const as = seen ? ` (${formatIpv4(seen.address)}:${seen.port})` : '';
    print(`${tcp.padEnd(14)}${from.padEnd(24)}${to.padEnd(24)}${server ?? '-'}${as}`);
  }
};

/** `log`: who asked the servers of this node, the end of it. */
export const log: Command = async (node, _args, { print }, translate) => {
  const state = await node.inspect();
  if (!state) return print(translate('extension.console.not-running', { node: node.name }));
  print(`${'Client'.padEnd(24)}At`);
  for (const { address, port, at } of state.seenClients.slice(-MOST_SHOWN))
    print(`${`${formatIpv4(address)}:${port}`.padEnd(24)}${formatIpv4(at)}`);
};

const MOST_SHOWN = 20;
