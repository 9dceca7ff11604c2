import type { EndedRequest } from '../agent-wire/agent-protocol.ts';
import type { AskedRequest } from '../traffic/traffic-schedule.ts';
import { curlArguments, curlEnd, curlInput } from './curl-call.ts';
import { fetchByDatagram } from './datagrams.ts';
import { ping } from './ping-call.ts';
import { run } from './run.ts';

/** Makes one request from this node, by the client that its protocol has. */
export async function ask(asked: AskedRequest): Promise<EndedRequest> {
  const { entry, protocol } = asked;
  if (protocol === 'udp') return fetchByDatagram(asked);
  if (protocol === 'icmp') return ping(entry);
  return curlEnd(await run('curl', curlArguments(entry), curlInput(entry)));
}
