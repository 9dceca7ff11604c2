import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import { formatIpv4 } from '../../../packet/address.ts';
import type { ConnectionRow } from '../../../panel-protocol/messages.ts';

const protocols: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP' };

/** A connection as the tables show it. */
export function connectionRow(view: ConnectionView): ConnectionRow {
  return {
    id: view.serial,
    protocol: protocols[view.protocol] ?? String(view.protocol),
    client: `${formatIpv4(view.client)}:${view.clientPort}`,
    service: `${formatIpv4(view.destination)}:${view.destinationPort}`,
    local: view.seen ? `${formatIpv4(view.seen.address)}:${view.seen.port}` : '',
    server: view.server ?? '',
    state: view.state,
    expiresInMs: view.expiresIn,
  };
}
