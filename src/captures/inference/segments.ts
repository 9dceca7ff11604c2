import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import { freeAddress, madeUpNetwork, subnetOf } from './addresses.ts';
import type { DraftSegment } from './draft.ts';
import { remark, type Machine } from './machine.ts';

/** The links of machines as segments. Interfaces whose address nobody saw get a free one, with a remark. */
export function drawSegments(machines: readonly Machine[], known: readonly Ipv4[]): DraftSegment[] {
  const names = [...new Set(machines.flatMap(({ at }) => at.map(({ segment }) => segment)))];
  const taken = new Set(known);
  return names.map((name, index) => {
    const ports = machines.flatMap((machine) =>
      machine.at.flatMap((port) => (port.segment === name ? [{ machine, port }] : [])),
    );
    const own = ports.flatMap(({ port }) => port.address ?? []);
    const subnet = subnetOf(own, madeUpNetwork(index));
    for (const { machine, port } of ports) {
      if (port.address !== undefined) continue;
      const next = freeAddress(subnet, taken);
      port.address = next;
      machine.remarks.push(remark('address-unknown', { segment: name, address: formatIpv4(next) }));
    }
    return {
      name,
      ...subnet,
      remarks: [remark(own.length > 0 ? 'prefix-unknown' : 'subnet-unknown')],
    };
  });
}
