import { formatIpv4 } from '../../packet/address.ts';
import type { RequestEnd, RequestEvent } from '../events.ts';
import { TrafficSchedule, type RequestEnded } from '../traffic/traffic-schedule.ts';
import type { EndedRequest } from '../agent-wire/agent-protocol.ts';
import { alonePlan } from './alone-plan.ts';
import { ask } from './ask.ts';
import { runWrk } from './run-wrk.ts';

const NO_CLIENT: RequestEnd = { outcome: 'unsent', reason: 'no-client' };

/**
 * Sends the traffic that the plan has for this node, on its clock from now on; writes a line of JSON for each request that
 * has ended. Exits 0 when every one was answered, else 1.
 */
export async function sendAlone(): Promise<void> {
  const { plan, node } = alonePlan();
  const began = performance.now();
  const now = () => (performance.now() - began) * 1e6;
  const traffic = plan.traffic.filter(({ from }) => from === node.name);
  // Of a load, and of an entry that is sent several times, each request ends by itself.
  let left = traffic.reduce((sum, { count }) => sum + count, 0);
  let isGood = true;
  await new Promise<void>((resolve) => {
    if (left === 0) resolve();
    const schedule = new TrafficSchedule({
      now,
      after: (delayNs, act) => {
        const timer = setTimeout(act, delayNs / 1e6);
        return { cancel: () => clearTimeout(timer) };
      },
      send: (asked, ended) => {
        whenEnded(ask(asked), ended);
        return undefined;
      },
      load: (entry, ended) =>
        whenEnded(
          runWrk(entry).then((end) => ({ end })),
          ended,
        ),
      tell: (event) => {
        if (!event.end) return;
        process.stdout.write(`${JSON.stringify(told(event, event.end))}\n`);
        isGood &&= event.end.outcome === 'answered';
        left -= 1;
        if (left === 0) resolve();
      },
    });
    schedule.follow({ ...plan, traffic });
  });
  process.exit(isGood ? 0 : 1);
}

function whenEnded(asked: Promise<EndedRequest>, ended: RequestEnded): void {
  void asked.then(
    ({ end, sourcePort }) => ended(end, sourcePort),
    () => ended(NO_CLIENT),
  );
}

function told({ entry, protocol, sourcePort, timeNs }: RequestEvent, end: RequestEnd): object {
  return {
    seconds: Number((timeNs / 1e9).toFixed(3)),
    from: entry.from,
    to: `${formatIpv4(entry.to)}${protocol === 'icmp' ? '' : `:${entry.port}`}`,
    protocol,
    ...(protocol !== 'icmp' && { request: entry.request }),
    ...(sourcePort !== undefined && { sourcePort }),
    ...end,
  };
}
