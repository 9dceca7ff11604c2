import { formatIpv4 } from '../../packet/address.ts';
import { addressesOf, STOPS } from '../../packet/vrrp.ts';
import { advertisementOf, isHigher, isSilentAt } from '../records/active-routers.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { Takeover } from '../report.ts';

const NS_PER_HUNDREDTH = 10_000_000;
/** An advertisement may be late by this share of its interval, and the one before it was still in time. */
const IN_TIME = 1.5;
/** A flow has an end, so that a recording can let go of what is old. */
const LONGEST_NS = 60e9;

/** Whether the advertisement begins another time of being active, or the flow has become long. */
export function isVrrpOver(flow: FlowRecord, journey: JourneyRecord): boolean {
  const before = advertisementOf(flow.journeys.at(-1));
  if (!before || before.priority === STOPS) return true;
  return isSilent(flow, journey) || journey.first.timeNs - flow.startNs > LONGEST_NS;
}

/**
 * Who had the addresses before the router whose advertisement opens a flow, and how it came that it has them now.
 * `undefined` where it only goes on, or stops.
 * @param flows Those of VRRP before.
 */
export function takeoverOf(journey: JourneyRecord, flows: Iterable<FlowRecord>): Takeover | undefined {
  const now = advertisementOf(journey);
  const { first } = journey;
  if (!now || now.priority === STOPS) return undefined;
  const [own, other] = latest(journey, flows);
  const isOwn = own && (!other || lastNs(own) > lastNs(other));
  if (own && !isSilent(own, journey) && advertisementOf(own.journeys.at(-1))?.priority !== STOPS)
    return undefined;
  const addresses = addressesOf(now).map(formatIpv4);
  const to = first.from;
  const before = isOwn ? undefined : other;
  const said = advertisementOf(before?.journeys.at(-1));
  if (!before || !said) return { to, addresses };
  const silentNs = first.timeNs - lastNs(before);
  return { from: before.client.node || before.client.address, to, addresses, silentNs, how: how() };

  function how(): NonNullable<Takeover['how']> {
    if (said!.priority === STOPS) return 'told';
    if (silentNs > IN_TIME * said!.interval * NS_PER_HUNDREDTH) return 'silence';
    return isHigher(journey, before!.journeys.at(-1)!) ? 'preempted' : 'both';
  }
}

/** The last flow of this router before, and that of any other one of its group. */
function latest(
  { first: { facts } }: JourneyRecord,
  flows: Iterable<FlowRecord>,
): (FlowRecord | undefined)[] {
  const found: (FlowRecord | undefined)[] = [undefined, undefined];
  for (const flow of flows) {
    if (flow.sourcePort !== facts.sourcePort || flow.journeys.length === 0) continue;
    const at = flow.clientAddress === facts.source ? 0 : 1;
    if (!found[at] || lastNs(flow) > lastNs(found[at])) found[at] = flow;
  }
  return found;
}

function isSilent({ journeys }: FlowRecord, { first }: JourneyRecord): boolean {
  return isSilentAt(journeys.at(-1)!, first.timeNs);
}

function lastNs({ journeys }: FlowRecord): number {
  return journeys.at(-1)!.first.timeNs;
}
