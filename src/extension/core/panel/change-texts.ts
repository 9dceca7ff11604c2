import type { Plan, PlannedNode } from '../../../lab/topology/plan.ts';
import { formatIpv4, formatMac } from '../../../packet/address.ts';

/** One difference in the words of the file: `rs1 weight 1 → 3`, with the setting's path. */
export interface ChangeText {
  readonly path: string;
  readonly text: string;
}

/** What a reader of the file would call different between two plans. */
export function changeTexts(before: Plan, after: Plan): ChangeText[] {
  const texts: ChangeText[] = [];
  const differ = (path: string, what: string, old: string, now: string) => {
    if (old !== now) texts.push({ path, text: `${what} ${old || '–'} → ${now || '–'}` });
  };
  differ('model', 'model', before.model, after.model);
  for (const name of names(before.services, after.services)) {
    const [old, now] = [serviceWords(before, name), serviceWords(after, name)];
    const root = after.services.length === 1 ? 'service' : `services.${name}`;
    const prefix = after.services.length === 1 ? '' : `${name} `;
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      differ(`${root}.${key}`, `${prefix}${key}`, old[key] ?? '', now[key] ?? '');
    }
    const [oldServers, nowServers] = [serverWords(before, name), serverWords(after, name)];
    for (const server of new Set([...oldServers.keys(), ...nowServers.keys()])) {
      const [was, is] = [oldServers.get(server), nowServers.get(server)];
      const path = `${root}.servers.${server}`;
      if (!was || !is) texts.push({ path, text: `${is ? '+' : '−'} ${prefix}${server}` });
      else
        for (const key of ['port', 'weight'] as const)
          differ(`${path}.${key}`, `${prefix}${server} ${key}`, was[key]!, is[key]!);
    }
  }
  for (const name of names(before.segments, after.segments)) {
    const words = ({ segments }: Plan) => {
      const one = segments.find((segment) => segment.name === name);
      return one ? `${formatIpv4(one.network)}/${one.prefixLength} mtu ${one.mtu}` : '';
    };
    differ(`segments.${name}`, name, words(before), words(after));
  }
  for (const name of names(before.nodes, after.nodes)) {
    const find = ({ nodes }: Plan) => nodes.find((node) => node.name === name);
    const [old, now] = [nodeWords(find(before)), nodeWords(find(after))];
    if (!find(before) || !find(after)) {
      texts.push({ path: `nodes.${name}`, text: `${find(after) ? '+' : '−'} ${name}` });
      continue;
    }
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      differ(`nodes.${name}.${settingOf(key)}`, `${name} ${key}`, old[key] ?? '', now[key] ?? '');
    }
  }
  const traffic = ({ traffic: entries }: Plan) =>
    entries.map((one) => `${one.from} ${one.request} ×${one.count}`).join(', ');
  differ('traffic', 'traffic', traffic(before), traffic(after));
  return texts;
}

type Words = Readonly<Record<string, string>>;

function names(...lists: readonly (readonly { readonly name: string }[])[]): Set<string> {
  return new Set(lists.flatMap((list) => list.map(({ name }) => name)));
}

function serviceWords({ services, nodes }: Plan, name: string): Words {
  const service = services.find((one) => one.name === name);
  if (!service) return {};
  const director = nodes.find((node) => node.name === service.director);
  const configured = director?.forwarder?.services.find((one) => one.name === name);
  return {
    vip: `${formatIpv4(service.vip)}:${service.port}/${service.protocol}`,
    model: service.model,
    snat: String(service.snat),
    tunnel: service.tunnel ? `${service.tunnel.type} ${service.tunnel.port}` : 'ipip',
    scheduler: configured?.scheduler ?? '',
  };
}

function serverWords({ services }: Plan, name: string): Map<string, Words> {
  const servers = services.find((one) => one.name === name)?.servers ?? [];
  return new Map(
    servers.map((one) => [one.name, { port: String(one.port), weight: String(one.weight) }] as const),
  );
}

function nodeWords(node: PlannedNode | undefined): Words {
  if (!node) return {};
  const { sysctls } = node;
  return {
    ...Object.fromEntries(
      node.interfaces.map((port) => [
        port.segment,
        [
          formatIpv4(port.address),
          formatMac(port.mac),
          `mtu ${port.mtu}`,
          port.loss > 0 && `loss ${port.loss}`,
          port.delayNs > 0 && `delay ${port.delayNs / 1e6} ms`,
          port.drop.length > 0 && `drop ${port.drop.join(' ')}`,
          port.down && 'down',
        ]
          .filter(Boolean)
          .join(', '),
      ]),
    ),
    lo: node.loopback.map(formatIpv4).join(' '),
    arp_ignore: String(sysctls.arp_ignore),
    rp_filter: String(sysctls.rp_filter),
    gateway: node.routes.map(({ via }) => formatIpv4(via)).join(' '),
    decapsulate: [node.decapsulate, ...(node.guePorts ?? []).map((port) => `gue ${port}`)].join(' '),
  };
}

/** The setting in the file that a kernel's word comes from. */
function settingOf(key: string): string {
  const settings: Words = { lo: 'holdVip', arp_ignore: 'hideVip', rp_filter: 'rpFilter', gateway: 'gateway' };
  return settings[key] ?? (key === 'decapsulate' ? key : `at.${key}`);
}
