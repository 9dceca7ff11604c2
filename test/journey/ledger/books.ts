import { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import type { HopRecord } from '../../../src/journey/records/hop-record.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';
import type { RequestEnd, RequestEvent } from '../../../src/lab/events.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { ip } from '../plans.ts';

const [client, vip] = [ip('10.0.1.10'), ip('10.0.2.100')];

/** What a client asks for. */
export interface Asked {
  readonly protocol?: 'tcp' | 'udp';
  /** 0: the client has not told it. */
  readonly sourcePort?: number;
  readonly port?: number;
  readonly load?: boolean;
}

export function asked(
  id: number,
  timeNs: number,
  { protocol = 'tcp', sourcePort = 40001, port = 80, load = false }: Asked = {},
): RequestEvent {
  return {
    kind: 'request',
    timeNs,
    id,
    node: 'client',
    entry: {
      ...{ from: 'client', to: vip, port, afterNs: 0, everyNs: 0, count: 1, request: 'GET /' },
      ...{ responseBytes: 0, requestBytes: 0, timeoutNs: 5e9, protocol },
      ...(load && { load: { connections: 1, durationNs: 1e9 } }),
    } as RequestEvent['entry'],
    by: 'file',
    protocol,
    ...(sourcePort !== 0 && { sourcePort }),
  };
}

export const ended = (
  event: RequestEvent,
  timeNs: number,
  outcome: RequestEnd['outcome'],
  sourcePort = event.sourcePort,
) => ({
  ...event,
  timeNs,
  ...(sourcePort !== undefined && { sourcePort }),
  end: { outcome },
});

/** @param sentNs When its packets towards the service were sent. */
export function flowOf(
  kind: 'tcp' | 'udp',
  sentNs: readonly number[],
  { sourcePort = 40001, port = 80, endNs = sentNs.at(-1)! } = {},
): FlowRecord {
  const opened = { stage: { epoch: 0 }, timeNs: sentNs[0]! } as unknown as HopRecord;
  const from = {
    node: 'client',
    address: formatIpv4(client),
    port: sourcePort,
    number: client,
    source: sourcePort,
  };
  const to = { node: 'director', address: formatIpv4(vip), port, number: vip };
  const flow = new FlowRecord(kind, opened, from, to, 'beginning' as FlowRecord['begun']);
  flow.endNs = endNs;
  flow.journeys = sentNs.map(
    (timeNs) => ({ direction: 'request', first: { timeNs } }) as unknown as JourneyRecord,
  );
  return flow;
}
