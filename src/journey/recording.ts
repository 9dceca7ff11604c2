import { formatIpv4 } from '../packet/address.ts';
import type { CaptureEvent, LoadEvent } from '../lab/events.ts';
import type { FlowRecord } from './flow-record.ts';
import type { CaptureChange, Flow, Load } from './report.ts';

/** How long before a fallback a flow may have begun to wait for what was then not recorded. */
const MARGIN_NS = 1e9;

/** What is known about the recording itself: what it lacks, when, and which flows are loads. */
export class Recording {
  readonly #loads: LoadEvent[] = [];
  readonly #captures: CaptureEvent[] = [];
  /** Times in which some capture point recorded less than whole frames; the last may not have ended. */
  readonly #reduced: { readonly fromNs: number; untilNs: number }[] = [];
  readonly #points = new Set<string>();
  /** How often something was learned that flows are to be looked at again for. */
  news = 0;

  /** An event that was added before changes nothing. */
  add(event: CaptureEvent | LoadEvent): void {
    if (event.kind === 'load') {
      if (this.#loads.includes(event)) return;
      this.#loads.push(event);
    } else {
      if (this.#captures.includes(event)) return;
      this.#captures.push(event);
      this.#capture(event);
    }
    this.news++;
  }

  get loads(): Load[] {
    return this.#loads.map(loadView);
  }

  get captures(): CaptureChange[] {
    return this.#captures.map(({ node, segment, timeNs, detail }) => ({ node, segment, timeNs, detail }));
  }

  /** Why a flow need not be recorded whole, if so. */
  partOf(flow: FlowRecord): Flow['partial'] {
    const isLoad = this.#loads.some(
      ({ node, entry, startNs, timeNs }) =>
        flow.client.node === node &&
        flow.serviceAddress === entry.to &&
        flow.service.port === entry.port &&
        flow.startNs >= startNs &&
        flow.startNs <= timeNs,
    );
    if (isLoad) return 'load';
    const isReduced = this.#reduced.some(
      ({ fromNs, untilNs }) => flow.startNs <= untilNs && flow.endNs >= fromNs - MARGIN_NS,
    );
    return isReduced ? 'capture' : undefined;
  }

  #capture({ node, segment, detail, timeNs }: CaptureEvent): void {
    const point = `${node}.${segment}`;
    const wasWhole = this.#points.size === 0;
    if (detail === 'frames') this.#points.delete(point);
    else this.#points.add(point);
    const isWhole = this.#points.size === 0;
    if (wasWhole && !isWhole) this.#reduced.push({ fromNs: timeNs, untilNs: Infinity });
    const last = this.#reduced.at(-1);
    if (!wasWhole && isWhole && last) last.untilNs = timeNs;
  }
}

function loadView({ node, entry, startNs, timeNs, result }: LoadEvent): Load {
  const { requests, errors, bytes, durationNs, p50Ns, p99Ns, limited } = result;
  return {
    client: node,
    address: formatIpv4(entry.to),
    port: entry.port,
    connections: entry.load?.connections ?? 1,
    startNs,
    endNs: timeNs,
    requests,
    errors,
    bytes,
    requestsPerSecond: durationNs > 0 ? requests / (durationNs / 1e9) : 0,
    p50Ns,
    p99Ns,
    limited,
  };
}
