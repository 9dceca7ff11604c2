import { readFileSync } from 'node:fs';
import { formatIpv4, formatMac, type Ipv4, isLoopback, parseIpv4 } from '../../packet/address.ts';
import type { PlannedInterface, PlannedNode, PlannedRoute, Sysctls } from '../topology/plan.ts';
import type { AgentDevice } from '../agent-wire/agent-protocol.ts';
import { offloadsOff, reachableRoutes } from '../agent-wire/interface-settings.ts';
import { must, run } from './run.ts';
import { showNetwork, type ShownLink, type ShownRoute } from './shown.ts';

/** How ethtool names the offloads when it shows them. */
const SHOWN_OFFLOADS = [
  'tx-checksumming',
  'tcp-segmentation-offload',
  'generic-segmentation-offload',
  'generic-receive-offload',
];

/** The node's interfaces: which device stands for which segment, and how they are made as the plan wants them. */
export class Links {
  readonly #devices = new Map<string, string>();

  deviceOf(segment: string): string | undefined {
    return this.#devices.get(segment);
  }

  segmentOf(device: string): string | undefined {
    return [...this.#devices].find(([, name]) => name === device)?.[0];
  }

  /** As if the power were gone: nothing is sent any more, whatever the kernel has still to say. */
  async unplug(): Promise<void> {
    for (const device of this.#devices.values()) await must('ip', ['link', 'set', 'dev', device, 'down']);
  }

  /** Finds the devices, and makes them as the plan wants them, but without the lab's addresses. */
  async prepare({ interfaces }: PlannedNode, devices: readonly AgentDevice[]): Promise<void> {
    const { links } = await showNetwork();
    this.#find(links, devices);
    const steps: string[] = [];
    for (const planned of interfaces) {
      const device = this.#device(planned.segment);
      const changes = preparation(linkOf(links, device), planned);
      if (changes.length === 0) continue;
      await must('ethtool', offloadsOff(device));
      steps.push(...changes);
    }
    await batch(steps);
  }

  /**
   * By the MAC that Docker gave them (a device known already has the lab's by now). Those that are gone are forgotten.
   */
  #find(shown: readonly ShownLink[], devices: readonly AgentDevice[]): void {
    for (const [segment, device] of this.#devices) {
      const isThere = shown.some(({ ifname }) => ifname === device);
      if (!isThere || !devices.some((one) => one.segment === segment)) this.#devices.delete(segment);
    }
    const taken = new Set(this.#devices.values());
    for (const { segment, dockerMac } of devices) {
      if (this.#devices.has(segment)) continue;
      const link = shown.find(({ address, ifname }) => address === dockerMac && !taken.has(ifname));
      if (!link) throw new Error(`no interface with the MAC ${dockerMac} for the segment ${segment}`);
      this.#devices.set(segment, link.ifname);
    }
  }

  /** The lab's addresses and routes. What stands there already is left alone. */
  async address(node: PlannedNode): Promise<void> {
    const { links, routes } = await showNetwork();
    const missing = node.interfaces.flatMap((planned) => {
      const device = this.#device(planned.segment);
      const isThere = addressesOf(linkOf(links, device)).includes(addressText(planned));
      return isThere ? [] : [`address add ${addressText(planned)} broadcast + dev ${device}`];
    });
    const loopback = loopbackSteps(node.loopback.map(formatIpv4), linkOf(links, 'lo'));
    await batch([...missing, ...loopback, ...routeSteps(reachableRoutes(node), routes)]);
  }

  /** Reads everything back; throws for whatever is not as wanted. */
  async verify(node: PlannedNode): Promise<void> {
    const { links, routes } = await showNetwork();
    for (const planned of node.interfaces) {
      const device = this.#device(planned.segment);
      const link = linkOf(links, device);
      same(`${device} MAC`, link.address, formatMac(planned.mac));
      same(`${device} MTU`, String(link.mtu), String(planned.mtu));
      same(`${device} state`, link.flags.includes('UP') ? 'up' : 'down', planned.down ? 'down' : 'up');
      same(`${device} addresses`, addressesOf(link).join(' '), addressText(planned));
      const features = await must('ethtool', ['--show-features', device]);
      for (const name of SHOWN_OFFLOADS) same(`${device} ${name}`, featureOf(features, name), 'off');
      verifySysctls(device, node.sysctls);
    }
    same(
      'lo addresses',
      addressesOf(linkOf(links, 'lo')).filter(isLabAddress).sort().join(' '),
      node.loopback
        .map((address) => `${formatIpv4(address)}/32`)
        .sort()
        .join(' '),
    );
    same('net.ipv4.ip_forward', readSysctl('ip_forward'), String(node.sysctls.ip_forward));
    same(
      'routes',
      routes.map(routeText).sort().join(', '),
      reachableRoutes(node).map(plannedText).sort().join(', '),
    );
  }

  /** Makes the neighbours of these addresses unknown, or all neighbours. */
  async forget(neighbours?: readonly { readonly segment: string; readonly address: Ipv4 }[]): Promise<void> {
    if (!neighbours) {
      for (const device of this.#devices.values()) await must('ip', ['neighbour', 'flush', 'dev', device]);
      return;
    }
    for (const { segment, address } of neighbours) {
      const device = this.#devices.get(segment);
      // Deleted, not flushed: a flush leaves out what is still being asked for. One that is not known is no error.
      if (device !== undefined) await run('ip', ['neighbour', 'del', formatIpv4(address), 'dev', device]);
    }
  }

  /**
   * Without an entry the kernel asks at once when it has a packet for the address; with one that is INCOMPLETE it waits for
   * its timer (`net/core/neighbour.c`). An entry with an answer in it is none of these states.
   */
  async askAgain(neighbours: readonly { readonly segment: string; readonly address: Ipv4 }[]): Promise<void> {
    const steps = neighbours.flatMap(({ segment, address }) => {
      const device = this.#devices.get(segment);
      if (device === undefined) return [];
      return [`neighbour flush to ${formatIpv4(address)} dev ${device} nud incomplete nud failed`];
    });
    await batch(steps);
  }

  #device(segment: string): string {
    const device = this.#devices.get(segment);
    if (device === undefined) throw new Error(`no interface on the segment ${segment}`);
    return device;
  }
}

/** Steps of `ip` in one process. Names and values are ours and the kernel's. */
async function batch(steps: readonly string[]): Promise<void> {
  if (steps.length > 0) await must('ip', ['-batch', '-'], `${steps.join('\n')}\n`);
}

/** The lab's MAC and MTU, Docker's addresses gone, up unless the plan says down. */
function preparation(link: ShownLink, planned: PlannedInterface): string[] {
  const device = link.ifname;
  const mac = formatMac(planned.mac);
  const steps: string[] = [];
  if (link.address !== mac)
    steps.push(`link set dev ${device} down`, `link set dev ${device} address ${mac}`);
  if (link.mtu !== planned.mtu) steps.push(`link set dev ${device} mtu ${planned.mtu}`);
  for (const address of addressesOf(link))
    if (address !== addressText(planned)) steps.push(`address del ${address} dev ${device}`);
  const state = planned.down ? 'down' : 'up';
  const isThere = link.flags.includes('UP') ? 'up' : 'down';
  // With the lab's MAC it has been prepared before: Docker undoes that only by making another device.
  return steps.length === 0 && isThere === state ? [] : [...steps, `link set dev ${device} ${state}`];
}

function loopbackSteps(wanted: readonly string[], lo: ShownLink): string[] {
  const there = addressesOf(lo).filter(isLabAddress);
  const excess = there.filter((address) => !wanted.includes(address.split('/')[0]!));
  const missing = wanted.filter((address) => !there.includes(`${address}/32`));
  return [
    ...(lo.flags.includes('UP') ? [] : ['link set dev lo up']),
    ...excess.map((address) => `address del ${address} dev lo`),
    ...missing.map((address) => `address add ${address}/32 dev lo`),
  ];
}

function routeSteps(wanted: readonly PlannedRoute[], there: readonly ShownRoute[]): string[] {
  const [wantedTexts, texts] = [wanted.map(plannedText), there.map(routeText)];
  const excess = there.filter((_, index) => !wantedTexts.includes(texts[index]!));
  const missing = wanted.filter((_, index) => !texts.includes(wantedTexts[index]!));
  return [
    ...excess.map(({ dst, gateway }) => `route del ${dst}${gateway ? ` via ${gateway}` : ''}`),
    ...missing.map((route) => `route replace ${destination(route)} via ${formatIpv4(route.via)}`),
  ];
}

function addressText({ address, prefixLength }: PlannedInterface): string {
  return `${formatIpv4(address)}/${prefixLength}`;
}

/** `all` and the interface decide together; the larger value holds (Linux ip-sysctl.txt). */
function verifySysctls(device: string, sysctls: Sysctls): void {
  for (const name of ['arp_ignore', 'arp_announce', 'rp_filter', 'send_redirects'] as const) {
    const effective = Math.max(
      Number(readSysctl(`conf/all/${name}`)),
      Number(readSysctl(`conf/${device}/${name}`)),
    );
    same(`net.ipv4.conf.${device}.${name}`, String(effective), String(sysctls[name]));
  }
}

function readSysctl(path: string): string {
  return readFileSync(`/proc/sys/net/ipv4/${path}`, 'utf8').trim();
}

function same(what: string, found: string | undefined, wanted: string): void {
  if (found !== wanted) throw new Error(`${what} is ‘${found ?? ''}’, not ‘${wanted}’`);
}

function linkOf(shown: readonly ShownLink[], device: string): ShownLink {
  const link = shown.find(({ ifname }) => ifname === device);
  if (!link) throw new Error(`the interface ${device} is gone`);
  return link;
}

function addressesOf({ addr_info }: ShownLink): string[] {
  return addr_info.flatMap(({ family, local, prefixlen }) =>
    family === 'inet' && local !== undefined && prefixlen !== undefined ? [`${local}/${prefixlen}`] : [],
  );
}

function isLabAddress(address: string): boolean {
  const number = parseIpv4(address.split('/')[0]!);
  return number !== undefined && !isLoopback(number);
}

function featureOf(features: string, name: string): string {
  return new RegExp(`^${name}: (\\w+)`, 'm').exec(features)?.[1] ?? 'unknown';
}

function destination({ network, prefixLength }: PlannedRoute): string {
  return prefixLength === 0 ? 'default' : `${formatIpv4(network)}/${prefixLength}`;
}

/** `ip` leaves the prefix length of a host route out. */
function plannedText(route: PlannedRoute): string {
  return `${destination(route).replace(/\/32$/, '')} via ${formatIpv4(route.via)}`;
}

function routeText({ dst, gateway }: ShownRoute): string {
  return `${dst} via ${gateway ?? 'nobody'}`;
}
