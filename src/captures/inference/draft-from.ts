import { balances, type ModelName } from '../../models/models.ts';
import { formatIpv4, networkOf, type Ipv4, type Mac } from '../../packet/address.ts';
import { USUAL_PREFIX } from './addresses.ts';
import { nameFrom, type Draft, type DraftNode, type Remark } from './draft.ts';
import { chooseGateways } from './gateways.ts';
import { isVirtualMac } from '../other-macs.ts';
import { isInitialTtl, type Observed } from './crossings.ts';
import { remark, type Machine } from './machine.ts';
import { drawSegments } from './segments.ts';
import type { InferredService } from './services.ts';
import type { Station } from './stations.ts';

/** Of clients far away: one is like the other. */
const MOST_FAR = 8;

/**
 * A topology file as frames let it be drawn, of services that something balances. What no frame says (lengths of prefixes,
 * addresses that nobody sent from, what is behind a router) is filled in so that the file loads, with a remark beside it.
 * @returns `undefined` when nothing was seen that translates, wraps or hands on.
 */
export function draftFrom(
  observed: Observed,
  services: readonly InferredService[],
  stations: ReadonlyMap<Mac, Station>,
): Draft | undefined {
  const balanced = services.flatMap((service) => {
    const model = service.fits.find((fit) => fit !== 'router' && fit !== 'proxy');
    return model === undefined || service.servers.length === 0 ? [] : [{ ...service, model }];
  });
  const [first] = balanced;
  if (first === undefined) return undefined;
  return new Drawing(observed, stations).draw(
    balanced.filter(({ model }) => balances(model) === balances(first.model)),
    first.model,
  );
}

type Balanced = InferredService & { readonly model: ModelName };

class Drawing {
  readonly #observed: Observed;
  readonly #stations: ReadonlyMap<Mac, Station>;
  readonly #machines = new Map<number, Machine>();
  readonly #far: Machine[] = [];
  readonly #names = new Set<string>();
  readonly #segments = new Map<number, string>();
  readonly #beyond = new Map<string, string>();
  readonly #placed = new Map<Ipv4, Machine>();

  constructor(observed: Observed, stations: ReadonlyMap<Mac, Station>) {
    this.#observed = observed;
    this.#stations = stations;
  }

  draw(services: readonly Balanced[], model: ModelName): Draft {
    for (const service of services) this.#directorOf(service);
    const servers = services.map((service) =>
      service.servers.map((server) => ({
        server,
        machine: this.#endOf('server', server.mac, server.address),
      })),
    );
    this.#clientsOf(services);
    const nodes = [...this.#machines.values(), ...this.#far];
    const links = services.flatMap(({ requests }) => requests.flat());
    chooseGateways(this.#machines, this.#far, this.#stations, this.#observed.trails, links);
    const segments = drawSegments(nodes, [...this.#placed.keys(), ...services.map(({ address }) => address)]);
    return {
      model,
      remarks: [
        remark('made', { frames: this.#observed.frames }),
        ...services.flatMap(fitRemarks),
        remark('check'),
      ],
      segments,
      nodes: nodes.map(({ at, ...rest }) => ({
        ...rest,
        at: at.map(({ segment, address, mac }) => ({
          segment,
          address: address!,
          ...(mac !== undefined && { mac }),
        })),
      })),
      services: balances(model)
        ? services.map((service, index) => ({
            name: `service${index + 1}`,
            vip: service.address,
            port: service.port,
            protocol: service.protocol,
            ...(service.model !== model && { model: service.model }),
            ...(service.model === 'dnat' && !service.snat && { snat: false }),
            ...(typeof service.tunnel === 'object' && {
              tunnel: 'gue' as const,
              tunnelPort: service.tunnel.guePort,
            }),
            servers: servers[index]!.map(({ server, machine }) => ({
              node: machine.name,
              ...(server.port !== service.port && { port: server.port }),
            })),
            remarks: [remark('scheduler-unknown')],
          }))
        : [],
    };
  }

  #directorOf({ director, model }: Balanced): void {
    const role = model === 'nat' ? 'router' : 'director';
    for (const mac of [director.in, director.out]) {
      const station = mac === undefined ? undefined : this.#stations.get(mac);
      if (!station) continue;
      const machine = this.#machineOf(station, role);
      const port = this.#portOf(machine, station);
      if (mac === director.out && director.address !== undefined) {
        port.address = director.address;
        if (model === 'nat') machine.nat = port.segment;
      }
    }
    const station = director.behind === undefined ? undefined : this.#stations.get(director.behind);
    if (!station) return;
    const { address } = director;
    if (address === undefined || station.addresses.length === 0 || station.addresses.includes(address)) {
      const machine = this.#machineOf(station, role);
      if (address !== undefined) this.#portOf(machine, station).address = address;
    } else this.#behind(this.#machineOf(station, 'router'), role, address);
  }

  /** The machine of a station, with an interface for each link that it is on: on one it may have several MAC addresses. */
  #machineOf(station: Station, role: DraftNode['role']): Machine {
    const known = this.#machines.get(station.node);
    if (known) return known;
    const name = nameFrom(station.host ?? role, role, this.#names);
    this.#names.add(name);
    const machine: Machine = { name, role, at: [], remarks: [] };
    this.#machines.set(station.node, machine);
    const links = new Set<number>();
    // That of a virtual router is nobody's own.
    const own = [...this.#stations.values()].filter(({ node }) => node === station.node);
    for (const one of own.sort((a, b) => Number(isVirtualMac(a.mac)) - Number(isVirtualMac(b.mac)))) {
      if (links.has(one.link)) continue;
      links.add(one.link);
      const [address] = one.addresses.filter((other) => !this.#placed.has(other));
      machine.at.push({
        segment: this.#segmentOf(one),
        mac: one.mac,
        ...(address !== undefined && { address }),
      });
      if (address !== undefined) this.#placed.set(address, machine);
    }
    return machine;
  }

  #portOf({ at }: Machine, station: Station): Machine['at'][number] {
    return (
      at.find(({ mac }) => mac === station.mac) ??
      at.find(({ segment }) => segment === this.#segmentOf(station))!
    );
  }

  #segmentOf({ link }: Station): string {
    const known = this.#segments.get(link);
    if (known !== undefined) return known;
    const named = [...this.#stations.values()].find((one) => one.link === link && one.segment !== undefined);
    const name = nameFrom(
      named?.segment ?? `link${this.#segments.size + 1}`,
      'link',
      new Set(this.#segments.values()),
    );
    this.#segments.set(link, name);
    return name;
  }

  /** The end of a way: the station itself, or somebody behind it. */
  #endOf(role: 'client' | 'server', mac: Mac, address: Ipv4 | undefined): Machine {
    const station = this.#stations.get(mac);
    const known = address === undefined ? undefined : this.#placed.get(address);
    if (known) return known;
    if (
      station &&
      (address === undefined || station.addresses.includes(address) || !this.#isRouter(station))
    ) {
      const machine = this.#machineOf(station, role);
      const port = this.#portOf(machine, station);
      if (address !== undefined && port.address === undefined) {
        port.address = address;
        this.#placed.set(address, machine);
      }
      return machine;
    }
    return this.#behind(station && this.#routerOf(station), role, address!);
  }

  #isRouter(station: Station): boolean {
    return station.forwards || station.addresses.length > 0;
  }

  /** Whoever an address was seen behind: that it sends on what is not its own was not always seen. */
  #routerOf(station: Station): Machine {
    const isNew = !this.#machines.has(station.node);
    const machine = this.#machineOf(station, 'router');
    if (isNew && !station.forwards) machine.remarks.push(remark('router-assumed'));
    return machine;
  }

  /** Somebody whose link was not recorded. */
  #behind(router: Machine | undefined, role: DraftNode['role'], address: Ipv4): Machine {
    const network = networkOf(address, USUAL_PREFIX);
    const key = `${router?.name ?? ''} ${network}`;
    let segment = this.#beyond.get(key);
    segment ??= this.#knownSegment(network);
    if (segment === undefined) {
      segment = `beyond${this.#beyond.size + 1}`;
      this.#beyond.set(key, segment);
      router?.at.push({ segment });
    }
    const name = nameFrom(role, role, this.#names);
    this.#names.add(name);
    const machine: Machine = { name, role, at: [{ segment, address }], remarks: [remark('far')] };
    const isBeside = router?.at.some((port) => port.segment === segment) === true;
    if (isBeside) machine.gateway = router.name;
    this.#far.push(machine);
    this.#placed.set(address, machine);
    return machine;
  }

  /** The link where others of the same network were seen. */
  #knownSegment(network: Ipv4): string | undefined {
    for (const { at } of this.#machines.values())
      for (const { segment, address } of at)
        if (address !== undefined && networkOf(address, USUAL_PREFIX) === network) return segment;
    return undefined;
  }

  #clientsOf(services: readonly Balanced[]): void {
    const more = new Set<Ipv4>();
    // First those that were seen at home: others may be on the same link.
    const firsts = services.flatMap(({ requests }) => requests.map(([first]) => first!));
    for (const { source, from, ttl } of firsts)
      if (isInitialTtl(ttl) && !this.#placed.has(source)) this.#endOf('client', from, source);
    this.#routers();
    for (const { source, from } of firsts) {
      if (this.#placed.has(source)) continue;
      const far = this.#far.filter(({ role }) => role === 'client').length;
      if (far >= MOST_FAR) more.add(source);
      else this.#endOf('client', from, source);
    }
    const last = this.#far.findLast(({ role }) => role === 'client');
    if (more.size > 0) last?.remarks.push(remark('more-clients', { count: more.size }));
  }

  /** Whoever else sends on what is not its own. */
  #routers(): void {
    for (const station of this.#stations.values()) if (station.forwards) this.#machineOf(station, 'router');
  }
}

function fitRemarks({ address, port, fits, evidence }: InferredService): Remark[] {
  const service = `${formatIpv4(address)}:${port}`;
  return [
    { key: `captures.evidence.${evidence}`, params: { service } },
    ...(fits.length > 1 ? [remark('ambiguous', { service, fits: fits.join(', ') })] : []),
  ];
}
