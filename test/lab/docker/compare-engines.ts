import { activeDownInterval, skew } from '../../../src/forwarder/vrrp/virtual-router.ts';
import type { Journey, Report, Takeover } from '../../../src/journey/report.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { asIpv4, asMac, formatIpv4, formatMac } from '../../../src/packet/address.ts';
import { u16, u32, u48 } from '../../../src/packet/bytes.ts';

/**
 * What two engines must agree on, as lines that can be compared and read: how each request ended and where it went,
 * the path and the changes of the packets that matter, the verdicts, and who asks and answers ARP. Where directors take
 * over from each other, which request falls into the gap is a matter of when a container stops and starts: there it is
 * what can become of one, and who takes over from whom, and why.
 */
export function essence(report: Report, events: readonly LabEvent[], plan: Plan): string[] {
  const moves = plan.nodes.some(({ forwarder }) => forwarder?.redundancy);
  const verdicts = report.promises
    // Between which two events nothing was to be seen is such a matter too.
    .filter(({ verdict }) => !moves || verdict !== 'not seen')
    .map(({ id, verdict }) => `promise ${id}: ${verdict}`);
  return [
    ...(moves ? takeoverLines(report) : flowLines(report, stationsOf(plan))),
    ...loadLines(report),
    ...(moves ? [...new Set(verdicts)] : verdicts).sort(),
    ...[
      ...new Set(
        report.explanations.map(({ code, setting }) => `because ${code} (${setting ?? 'no setting'})`),
      ),
    ].sort(),
    ...arpLines(events, plan),
  ];
}

function flowLines({ flows, journeys }: Report, stations: Stations): string[] {
  const counts = new Map<string, number>();
  const byId = new Map(journeys.map((journey) => [journey.id, journey]));
  const requests = flows.filter(
    ({ kind, partial }) => (kind === 'tcp' || kind === 'udp' || kind === 'icmp') && !partial,
  );
  const lines = requests.map((flow) => {
    const to = `${flow.kind} ${flow.service.address}:${flow.service.port ?? ''}`;
    const key = `${flow.client.node} → ${to}`;
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const name = `${key} ${number}`;
    const { outcome } = flow;
    const at =
      outcome.kind === 'lost' ? ` at ${outcome.at}` : outcome.kind === 'refused' ? ` by ${outcome.by}` : '';
    // How far each of two flows gets that nobody can tell apart depends on who was first.
    if (outcome.kind === 'ambiguous') return [`${name}: ambiguous`];
    const head = `${name}: ${flow.request} ${outcome.kind}${at}, served by ${flow.server?.node ?? 'nobody'}`;
    const own = flow.journeys.flatMap((id) => byId.get(id) ?? []);
    return [head, ...landmarks(own, stations).map((line) => `${name}  ${line}`)];
  });
  return lines.sort(([a], [b]) => (a! < b! ? -1 : 1)).flat();
}

function takeoverLines({ flows, requests }: Report): string[] {
  return [
    ...[...new Set(requests.map(({ outcome }) => `request ${outcome}`))].sort(),
    ...takeoversIn(flows).map(
      ({ from, to, how, addresses }, index) =>
        `takeover ${index + 1}: ${to} has ${addresses.join(', ')}, after ${from ?? 'nobody'} (${how ?? 'first'})`,
    ),
  ];
}

export function takeoversIn(flows: Report['flows']): Takeover[] {
  return flows.flatMap(({ takeover }) => takeover ?? []);
}

/**
 * Who took over too early or too late, in words: a timer and a capture's clock may differ by 20 ms; three seconds are left
 * to a machine that has much to do.
 */
export function untimely({ flows }: Report, plan: Plan): string[] {
  return takeoversIn(flows).flatMap(({ to, how, silentNs = 0 }) => {
    const router = plan.nodes.find(({ name }) => name === to)?.forwarder?.redundancy;
    if (!router || (how !== 'told' && how !== 'silence')) return [];
    const dueMs =
      how === 'told' ? skew(router, router.interval) : activeDownInterval(router, router.interval);
    const lateMs = silentNs / 1e6 - dueMs;
    return lateMs > -20 && lateMs < 3000 ? [] : [`${to} takes over (${how}) ${lateMs} ms after its time`];
  });
}

/** How many answers there are is the machine's; that there are, and from whom, is the lab's. */
function loadLines({ loads, flows }: Report): string[] {
  const servers = flows.filter(({ partial }) => partial === 'load').map(({ server }) => server?.node ?? '');
  const names = [...new Set(servers)].filter(Boolean).sort().join(', ');
  return loads.map(
    ({ client, address, port, requests, errors }) =>
      `load ${client} → ${address}:${port}: ${requests > 0 ? 'answered' : 'not answered'}, ${errors} errors, by ${names}`,
  );
}

/** SYN, SYN-ACK, the first bytes each way, the first FIN or RST each way; datagrams, pings and ICMP errors. */
function landmarks(journeys: readonly Journey[], stations: Stations): string[] {
  const wanted: ((journey: Journey) => boolean)[] = [
    ({ kind }) => kind === 'syn',
    ({ kind }) => kind === 'syn-ack',
    ({ kind, direction }) => kind === 'data' && direction === 'request',
    ({ kind, direction }) => kind === 'data' && direction === 'reply',
    ({ kind, direction }) => (kind === 'fin' || kind === 'rst') && direction === 'request',
    ({ kind, direction }) => (kind === 'fin' || kind === 'rst') && direction === 'reply',
    ({ kind, direction }) => kind === 'udp' && direction === 'request',
    ({ kind, direction }) => kind === 'udp' && direction === 'reply',
    ({ kind }) => kind === 'echo-request',
    ({ kind }) => kind === 'echo-reply',
    ({ kind }) => kind === 'icmp-error',
  ];
  return wanted.flatMap((matches) => {
    const journey = journeys.find(matches);
    return journey
      ? [
          `${journey.kind} ${journey.direction}: ${journey.hops.map((hop) => hopText(hop, stations)).join('; ')}`,
        ]
      : [];
  });
}

/** From here on ports are a kernel's or the forwarder's own choice. */
const OWN_PORTS = 30_000;

/** What a kernel chooses is left out: checksums, identifications (of pings too), ports of its own. MACs are called by their node. */
function hopText({ from, to, segment, changes }: Journey['hops'][number], stations: Stations): string {
  const parts = changes.flatMap(({ field, before, after }) => {
    if (/checksum$|\.id$|^icmp\.rest$/i.test(field)) return [];
    if (/port$/i.test(field) && Math.max(Number(before), Number(after)) >= OWN_PORTS) return [];
    const [from, to] = [before, after].map((value) => stations.get(value) ?? withoutChoices(field, value));
    return [`${field} ${from}→${to}`];
  });
  return `${from}→${to} on ${segment}${parts.length > 0 ? ` [${parts.join(', ')}]` : ''}`;
}

/** A payload by its length, for pings carry the time; a quoted packet without what a kernel chose in it. */
function withoutChoices(field: string, value: string): string {
  if (field === 'payload') return /\(\d+\)$/.exec(value)?.[0] ?? value;
  // GUE's source port is a hash of ports that a kernel chose.
  if (field === 'gue') return value.replace(/:\d+ →/, ' →');
  if (field !== 'icmp.quoted') return value;
  const isChosen = (part: string): boolean =>
    /checksum|\.id /.test(part) || Number(/port (\d+)$/.exec(part)?.[1]) >= OWN_PORTS;
  return value
    .split(', ')
    .filter((part) => !isChosen(part))
    .join();
}

/** MAC as text → `NODE.SEGMENT`. */
type Stations = ReadonlyMap<string, string>;

function stationsOf(plan: Plan): Stations {
  return new Map(
    plan.nodes.flatMap(({ name, interfaces }) =>
      interfaces.map(({ mac, segment }) => [formatMac(mac), `${name}.${segment}`] as const),
    ),
  );
}

/** Questions to everyone, and answers; a kernel that merely makes sure asks its neighbour alone. */
function arpLines(events: readonly LabEvent[], plan: Plan): string[] {
  const lines = new Set<string>();
  const own = new Set(plan.nodes.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)));
  const asked = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'frame' || event.direction !== 'out') continue;
    const { bytes, node } = event;
    if (u16(bytes, 12) !== 0x0806 || !own.has(asMac(u48(bytes, 6)))) continue;
    const isRequest = u16(bytes, 20) === 1;
    const target = asIpv4(u32(bytes, isRequest ? 38 : 28));
    if (isRequest && u48(bytes, 0) === 0xffff_ffff_ffff) {
      asked.add(formatIpv4(target));
      lines.add(`ARP ${node} asks for ${formatIpv4(target)}`);
    } else if (!isRequest) {
      // Only what everyone was asked for.
      if (asked.has(formatIpv4(target))) lines.add(`ARP ${node} answers for ${formatIpv4(target)}`);
    }
  }
  return [...lines].sort();
}

/** Lines of one side only, marked as in a diff; empty when both agree. */
export function difference(embedded: readonly string[], docker: readonly string[]): string {
  const [left, right] = [new Set(embedded), new Set(docker)];
  return [
    ...embedded.filter((line) => !right.has(line)).map((line) => `- embedded  ${line}`),
    ...docker.filter((line) => !left.has(line)).map((line) => `+ docker    ${line}`),
  ].join('\n');
}
