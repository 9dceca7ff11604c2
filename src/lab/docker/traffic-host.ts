import type { RequestEnd } from '../events.ts';
import type { RequestEnded, TrafficHost } from '../traffic/traffic-schedule.ts';
import { NoAnswer, type AgentLink } from './agent-link.ts';
import type { EndedRequest } from '../agent-wire/agent-protocol.ts';

/** What a node may take to answer, after the request itself was given up. */
const BEYOND_TIMEOUT_MS = 30_000;

/** Real time, and clients that are containers. */
export function trafficHost(
  now: () => number,
  linkOf: (node: string) => AgentLink | undefined,
  tell: TrafficHost['tell'],
): TrafficHost {
  return {
    now,
    after: (delayNs, run) => {
      const timer = setTimeout(run, delayNs / 1e6);
      return { cancel: () => clearTimeout(timer) };
    },
    send: (asked, ended) => {
      const { from, timeoutNs } = asked.entry;
      const patienceMs = timeoutNs / 1e6 + BEYOND_TIMEOUT_MS;
      whenEnded(linkOf(from)?.ask('fetch', asked, patienceMs), ended);
      return undefined;
    },
    load: (entry, ended) => {
      const patienceMs = (entry.load.durationNs + entry.timeoutNs) / 1e6 + BEYOND_TIMEOUT_MS;
      whenEnded(linkOf(entry.from)?.ask('load', { entry }, patienceMs), ended);
    },
    tell,
  };
}

/** A client that is not there cannot be asked; what one got that does not answer, nobody can tell. */
function whenEnded(asked: Promise<EndedRequest> | undefined, ended: RequestEnded): void {
  if (!asked) ended({ outcome: 'unsent', reason: 'node-stopped' });
  else
    void asked.then(
      ({ end, sourcePort }) => ended(end, sourcePort),
      (error: unknown) => ended(endWithoutAnswer(error)),
    );
}

function endWithoutAnswer(error: unknown): RequestEnd {
  const why = error instanceof NoAnswer ? error.why : 'silent';
  if (why === 'not-asked') return { outcome: 'unsent', reason: 'no-client' };
  return { outcome: 'untold', reason: why === 'gone' ? 'client-gone' : 'client-silent' };
}
