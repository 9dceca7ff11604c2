import type { Plan } from '../lab/topology/plan.ts';
import { formatIpv4, formatMac, NO_MAC } from '../packet/address.ts';

/** The name people use for a MAC or an address as text; the text itself when it has none. */
export type Names = (value: string) => string;

/** A MAC is its node's, a VIP its service's; that of nobody is what a cooked capture does not tell. Other addresses stay: a node has several and they are what changes. */
export function namesOf(plan: Plan, values: boolean): Names {
  const names = new Map<string, string>();
  if (!values) {
    names.set(formatMac(NO_MAC), '?');
    for (const { name, interfaces } of plan.nodes)
      for (const { mac, otherMacs = [] } of interfaces)
        for (const one of [mac, ...otherMacs]) names.set(formatMac(one), name);
    const vips = new Set(plan.services.map(({ vip }) => vip));
    if (vips.size === 1) for (const vip of vips) names.set(formatIpv4(vip), 'VIP');
  }
  return (value) => value.replace(/[0-9a-f]+(?:[:.][0-9a-f]+)+/g, (part) => names.get(part) ?? part);
}
