import { formatIpv4, formatMac } from '../../../packet/address.ts';
import { decodeFrame } from '../../../packet/decode.ts';
import type { TablesThen } from '../../../panel-protocol/messages.ts';
import type { ShownLab } from './shown-lab.ts';

/** The latest of each are told: what a packet used is among them. */
const MOST = 50;

/**
 * What a node can have had in its tables at a moment, by the recording: addresses that ARP frames told it until then,
 * and connections that its forwarder had used for packets until then. Nobody records what a table held before, nor when an
 * entry ran out.
 * @param untilNs Nanoseconds since the recording began.
 */
export function tablesThen(lab: ShownLab, node: string, untilNs: number): TablesThen {
  const { flows, journeys } = lab.builder.report();
  const flowsById = new Map(flows.map((flow) => [flow.id, flow]));
  const neighbours = new Map<string, TablesThen['neighbours'][number]>();
  const connections = new Map<number, TablesThen['connections'][number]>();
  for (const { kind, flow: id, hops } of journeys) {
    const isArp = kind === 'arp-request' || kind === 'arp-reply';
    for (const { to, timeNs, frame, segment, arrival } of hops) {
      if (to !== node || timeNs > untilNs) continue;
      // What was not for this node it may overhear, and learns nothing new from (RFC 826).
      if (isArp && (arrival.fate === 'accepted' || arrival.fate === 'answered')) {
        const told = toldBy(lab, frame);
        const known = told && neighbours.get(`${segment} ${told.address}`);
        if (told && (known?.timeNs ?? -1) <= timeNs)
          neighbours.set(`${segment} ${told.address}`, { ...told, segment, timeNs, frame });
      }
      const { connection, server = '' } = arrival.decision ?? {};
      const flow = flowsById.get(id);
      if (connection === undefined || !flow) continue;
      const known = connections.get(connection);
      const { client, service } = flow;
      connections.set(connection, {
        id: connection,
        client: endpoint(client),
        service: endpoint(service),
        server,
        sinceNs: Math.min(known?.sinceNs ?? Infinity, timeNs),
        usedNs: Math.max(known?.usedNs ?? 0, timeNs),
        packets: (known?.packets ?? 0) + 1,
      });
    }
  }
  return {
    neighbours: [...neighbours.values()].sort((a, b) => a.timeNs - b.timeNs).slice(-MOST),
    connections: [...connections.values()].sort((a, b) => a.usedNs - b.usedNs).slice(-MOST),
  };
}

function toldBy(lab: ShownLab, number: number): { address: string; mac: string } | undefined {
  const frame = lab.frame(number);
  const arp =
    frame && decodeFrame(frame.bytes, frame.originalLength).layers.find(({ kind }) => kind === 'arp');
  return arp?.kind === 'arp'
    ? { address: formatIpv4(arp.senderIp), mac: formatMac(arp.senderMac) }
    : undefined;
}

function endpoint({ address, port }: { readonly address: string; readonly port?: number }): string {
  return port === undefined ? address : `${address}:${port}`;
}
