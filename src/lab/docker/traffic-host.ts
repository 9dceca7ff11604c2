import type { TrafficHost } from '../traffic/traffic-schedule.ts';
import type { AgentLink } from './agent-link.ts';

/** What a node may take to answer, after the request itself was given up. */
const BEYOND_TIMEOUT_MS = 30_000;

/** Real time, and clients that are containers: a client that is gone gets no answer. */
export function trafficHost(
  now: () => number,
  linkOf: (node: string) => AgentLink | undefined,
  loaded: TrafficHost['loaded'],
): TrafficHost {
  return {
    now,
    after: (delayNs, run) => {
      const timer = setTimeout(run, delayNs / 1e6);
      return { cancel: () => clearTimeout(timer) };
    },
    send: (entry, protocol, ended) => {
      const patienceMs = entry.timeoutNs / 1e6 + BEYOND_TIMEOUT_MS;
      const asked = linkOf(entry.from)?.ask('fetch', { entry, protocol }, patienceMs);
      if (!asked) ended('unreachable');
      else
        void asked.then(
          ({ outcome }) => ended(outcome),
          () => ended('unreachable'),
        );
      return true;
    },
    load: (entry, ended) => {
      const patienceMs = (entry.load.durationNs + entry.timeoutNs) / 1e6 + BEYOND_TIMEOUT_MS;
      const asked = linkOf(entry.from)?.ask('load', { entry }, patienceMs);
      if (!asked) return false;
      void asked.then(
        ({ result }) => ended(result),
        () => ended(undefined),
      );
      return true;
    },
    loaded,
  };
}
