import { formatIpv4 } from '../packet/address.ts';
import { decodeFrame } from '../packet/decode.ts';
import type { Ipv4Layer, Layer } from '../packet/layers.ts';
import type { Plan, PlannedNode, Role } from '../lab/topology/plan.ts';
import type { Flow, FlowOutcome, Hop, Journey, Report, Request } from '../journey/report.ts';
import type { Cell, Sight, Sums } from './comparison.ts';

/** A recording that can be looked into. */
export interface Recorded {
  readonly plan: Plan;
  readonly report: Pick<Report, 'requests' | 'flows'>;
  readonly journey: (id: number) => Journey | undefined;
  /** The captured bytes of a frame, by its number; empty for one that was given up. */
  readonly frame: (number: number) => Uint8Array;
  /** `NODE.SEGMENT` of where frames were captured; every interface when left out. */
  readonly capturePoints?: ReadonlySet<string>;
}

/** A step of a packet, with the role of the node that sent it. */
export interface Step {
  readonly role: Role;
  readonly cell: Cell;
}

/** What became of the first request of a recording. */
export interface Observed {
  readonly request: string;
  readonly there: readonly Step[];
  readonly back: readonly Step[];
  readonly sums: Sums;
}

export function observe(recorded: Recorded): Observed {
  const { report } = recorded;
  const asked = report.requests[0];
  const flow = asked ? report.flows.find(({ id }) => asked.flows.includes(id)) : firstAsked(recorded);
  const journeys = flow ? flow.journeys.flatMap((id) => recorded.journey(id) ?? []) : [];
  const first = (direction: Journey['direction']) => journeys.find((one) => one.direction === direction);
  const [there, back] = [stepsOf(first('request'), recorded), stepsOf(first('reply'), recorded)];
  return {
    request: asked ? asked.request : (flow?.request ?? ''),
    there,
    back,
    sums: {
      ...outcomeOf(asked?.outcome ?? flow?.outcome),
      packets: journeys.length,
      forwarders: forwarders(journeys, recorded),
      ...added(journeys, recorded),
      ...named('serverSees', seenBy('server', there, flow, recorded)),
      ...named('clientSees', seenBy('client', back, flow, recorded)),
    },
  };
}

/** Where nobody says what was asked, as in a capture: the first conversation with a service, else the first that is none of ARP. */
function firstAsked({ plan, report: { flows } }: Recorded): Flow | undefined {
  const vips = plan.services.map(({ vip }) => formatIpv4(vip));
  const asks = flows.filter(({ kind }) => kind !== 'arp' && kind !== 'other');
  return asks.find(({ service }) => vips.includes(service.address)) ?? asks[0];
}

/** What is open for no capture shows it is not known. */
function outcomeOf(outcome: Request['outcome'] | FlowOutcome | undefined): Pick<Sums, 'outcome'> {
  if (outcome === undefined || typeof outcome === 'string') return outcome ? { outcome } : {};
  return outcome.kind === 'open' && outcome.reason ? {} : { outcome: outcome.kind };
}

function named<Name extends string>(name: Name, sight: Sight | undefined): Partial<Record<Name, Sight>> {
  return sight ? ({ [name]: sight } as Record<Name, Sight>) : {};
}

function stepsOf(journey: Journey | undefined, { plan, frame }: Recorded): Step[] {
  return (journey?.hops ?? []).flatMap((hop): Step[] => {
    const role = plan.nodes.find(({ name }) => name === hop.from)?.role;
    if (!journey || !role) return [];
    const { fate, reason } = hop.arrival;
    const cell: Cell = {
      kind: journey.kind,
      from: hop.from,
      to: hop.to,
      segment: hop.segment,
      frame: hop.frame,
      packet: packetText(decodeFrame(frame(hop.frame)).layers),
      changes: hop.changes,
      unexpected: hop.expected.filter(({ ok }) => !ok),
      arrival: { fate, reason },
    };
    return [{ role, cell }];
  });
}

/** Outer packet first, the one inside it in brackets. */
function packetText(layers: readonly Layer[]): string {
  const packets = layers.flatMap((layer, index) => (layer.kind === 'ipv4' ? [{ layer, index }] : []));
  return packets
    .map(({ layer, index }) => endsOf(layer, layers[index + 1]))
    .reduceRight((inner, outer) => (inner ? `${outer} [${inner}]` : outer), '');
}

function endsOf({ source, destination }: Ipv4Layer, next: Layer | undefined): string {
  const hasPorts = next?.kind === 'tcp' || next?.kind === 'udp';
  const port = (number: number) => `:${number}`;
  const [from, to] = hasPorts ? [port(next.sourcePort), port(next.destinationPort)] : ['', ''];
  return `${formatIpv4(source)}${from} → ${formatIpv4(destination)}${to}`;
}

/** Of any other nobody knows what came by. */
function recordedForwarders({ plan, capturePoints }: Recorded): PlannedNode[] {
  return plan.nodes.filter(
    ({ name, forwarder, interfaces }) =>
      forwarder && interfaces.every(({ segment }) => capturePoints?.has(`${name}.${segment}`) ?? true),
  );
}

function forwarders(journeys: readonly Journey[], recorded: Recorded): Sums['forwarders'] {
  const { frame } = recorded;
  return recordedForwarders(recorded).map(({ name }) => {
    const lengths = journeys.map(({ hops }) =>
      hops
        .filter((hop) => hop.to === name && hop.arrival.fate !== 'lost')
        .flatMap((hop) => packetLength(frame(hop.frame)) ?? []),
    );
    const through = lengths.filter(({ length }) => length > 0);
    return { node: name, packets: through.length, bytes: sum(through.flat()) };
  });
}

/** Each packet, in all its pieces, as it came to a forwarder beside the same as that sent it on. */
function added(journeys: readonly Journey[], recorded: Recorded): Pick<Sums, 'added'> {
  const { frame } = recorded;
  const known = recordedForwarders(recorded);
  if (known.length === 0 && recorded.capturePoints) return {};
  const lengths = (hops: readonly Hop[]) => hops.flatMap((hop) => packetLength(frame(hop.frame)) ?? []);
  const grown = known.flatMap(({ name }) =>
    journeys.flatMap(({ hops }) => {
      const before = lengths(hops.filter(({ to }) => to === name));
      const after = lengths(hops.filter(({ from }) => from === name));
      const more = before.length > 0 ? sum(after) - sum(before) : 0;
      return more > 0 ? [more] : [];
    }),
  );
  return { added: { bytes: sum(grown), packets: grown.length } };
}

/** Bytes of the outermost IPv4 packet; undefined for a frame without one. */
function packetLength(bytes: Uint8Array): number | undefined {
  const layer = decodeFrame(bytes).layers.find(({ kind }) => kind === 'ipv4');
  return layer?.kind === 'ipv4' ? layer.totalLength : undefined;
}

/** Who sent the packet by what it says inside, where the last node that got it is of that role and took it. */
function seenBy(
  role: Role,
  steps: readonly Step[],
  flow: Flow | undefined,
  { plan, frame }: Recorded,
): Sight | undefined {
  const last = steps.at(-1)?.cell;
  if (!flow || !last || plan.nodes.find(({ name }) => name === last.to)?.role !== role) return undefined;
  if (!TAKEN.includes(last.arrival.fate)) return undefined;
  const { layers } = decodeFrame(frame(last.frame));
  const at = layers.findLastIndex(({ kind }) => kind === 'ipv4');
  const inner = layers[at];
  if (inner?.kind !== 'ipv4') return undefined;
  const [sender = ''] = endsOf(inner, layers[at + 1]).split(' → ');
  return { sender, frame: last.frame };
}

const TAKEN: readonly string[] = ['accepted', 'answered', 'unwrapped'];

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
