import { randomInt } from 'node:crypto';
import { addressAfter, asIpv4, type Cidr, formatIpv4, parseCidr, prefixMask } from '../../packet/address.ts';
import type { Plan, PlannedSegment } from '../topology/plan.ts';
import type { DockerClient, NetworkSummary } from './docker-client.ts';
import { DockerError } from './docker-problem.ts';
import { LabError } from './lab-problem.ts';
import { LABEL, labLabels, objectName, type LabIdentity } from './labels.ts';
import { sharedAddresses } from './shared-addresses.ts';

/** For benchmarks of network devices (RFC 2544), so nobody's real network: 198.18.0.0/15. */
const POOL = { network: asIpv4(0xc612_0000), size: 0x2_0000 };
/** A bridge carries whatever its nodes' own MTUs allow. */
const BRIDGE_MTU = 9216;
const MOST_TRIES = 40;

/**
 * One Docker network as a bare layer 2: the bridge has no address and translates nothing, and the subnet Docker insists
 * on is one that nobody uses.
 */
export async function createSegment(
  client: DockerClient,
  lab: LabIdentity,
  segment: PlannedSegment,
  plan: Plan,
): Promise<string> {
  // Docker gives every interface an address that is taken away at once; there has to be one for each.
  const prefixLength = plan.nodes.length > 200 ? 22 : 24;
  for (let tries = 1; ; tries += 1) {
    const subnet = freeSubnet(prefixLength, [...subnetsOf(await client.listNetworks()), ...plan.segments]);
    try {
      return await client.createNetwork({
        name: objectName(lab.id, segment.name),
        labels: { ...labLabels(lab), [LABEL.segment]: segment.name },
        subnet,
        options: {
          'com.docker.network.bridge.enable_ip_masquerade': 'false',
          'com.docker.network.bridge.inhibit_ipv4': 'true',
          // Engines before 28 do not know it and do not mind.
          'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected',
          'com.docker.network.driver.mtu': String(BRIDGE_MTU),
        },
      });
    } catch (error) {
      // Somebody else took the subnet between the look and the act.
      const isTaken = error instanceof DockerError && error.problem.code === 'subnet-taken';
      if (!isTaken || tries === MOST_TRIES) throw error;
    }
  }
}

/** A part of the pool that overlaps nothing there is. Starts at a random place: several labs may look at once. */
function freeSubnet(prefixLength: number, taken: readonly Pick<Cidr, 'network' | 'prefixLength'>[]): string {
  const size = 2 ** (32 - prefixLength);
  const count = POOL.size / size;
  const start = randomInt(count);
  for (let step = 0; step < count; step += 1) {
    const network = addressAfter(POOL.network, ((start + step) % count) * size);
    if (!taken.some((one) => overlaps(one, { network, prefixLength })))
      return `${formatIpv4(network)}/${prefixLength}`;
  }
  throw new LabError('no-subnet-left');
}

/**
 * Throws for a lab whose segments or VIPs lie in a network of the engine: Docker's rules would act upon its frames.
 * Those of the plan `before`, which runs already, are not looked at again.
 */
export async function refuseOverlap(client: DockerClient, plan: Plan, before?: Plan): Promise<void> {
  const known = before ? rangesOf(before) : [];
  const wanted = rangesOf(plan).filter((one) => !known.some((range) => isSameRange(range, one)));
  if (wanted.length === 0) return;
  const networks = await client.listNetworks();
  for (const docker of networks) {
    for (const subnet of subnetsOf([docker])) {
      const hit = wanted.find((one) => overlaps(one, subnet));
      if (hit)
        throw new LabError('address-overlap', {
          name: hit.name,
          address: `${formatIpv4(hit.network)}/${hit.prefixLength}`,
          network: docker.name,
          subnet: `${formatIpv4(subnet.network)}/${subnet.prefixLength}`,
        });
    }
  }
}

/** What the plan's frames are sent to, and what in the file says so. */
function rangesOf(plan: Plan): (Range & { readonly name: string })[] {
  return [
    ...plan.segments.map(({ name, network, prefixLength }) => ({ name, network, prefixLength })),
    ...sharedAddresses(plan).map((network) => {
      const service = plan.services.find(({ vip }) => vip === network);
      return { name: service?.name ?? formatIpv4(network), network, prefixLength: 32 };
    }),
  ];
}

function isSameRange(a: Range, b: Range): boolean {
  return a.network === b.network && a.prefixLength === b.prefixLength;
}

function subnetsOf(networks: readonly NetworkSummary[]): Cidr[] {
  return networks.flatMap(({ subnets }) => subnets.flatMap((subnet) => parseCidr(subnet) ?? []));
}

type Range = Pick<Cidr, 'network' | 'prefixLength'>;

function overlaps(a: Range, b: Range): boolean {
  return ((a.network ^ b.network) & prefixMask(Math.min(a.prefixLength, b.prefixLength))) === 0;
}
