import { formatIpv4, formatMac } from '../../../packet/address.ts';
import type { ServiceConfig } from '../../../forwarder/config.ts';
import type { PlannedNode } from '../../../lab/topology/plan.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { NodeFacts, ServiceFacts } from './facts.ts';
import type { LiveState } from './live-lab.ts';
import { expectedShare, percent, serviceConfigs } from './shares.ts';
import { pairOf, valueOf, type SyntaxNode } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** Something that the file does not say and the lab will use. */
export interface InlayHint {
  /** Behind this character. */
  readonly offset: number;
  readonly text: string;
  readonly tooltip?: string;
}

/**
 * Prefix lengths and MACs of interfaces, servers and schedulers left out, shares of connections, port pools. None while
 * the file has not the shape of a topology: values made from half a file would be wrong.
 */
export function inlayHints(topology: TopologyText, translate: Translate, live?: LiveState): InlayHint[] {
  const { plan, facts } = topology;
  if (!plan) return [];
  const nodes = new Map(plan.nodes.map((node) => [node.name, node]));
  const services = new Map(serviceConfigs(plan).map((service) => [service.name, service]));
  return [
    ...facts.nodes.flatMap((node) => nodeHints(topology.text, node, nodes.get(node.name), translate)),
    ...facts.services.flatMap((service) =>
      serviceHints(service, services.get(service.name), translate, live),
    ),
  ].sort((a, b) => a.offset - b.offset);
}

function nodeHints(
  text: string,
  facts: NodeFacts,
  node: PlannedNode | undefined,
  translate: Translate,
): InlayHint[] {
  if (!node) return [];
  const hints: InlayHint[] = [];
  const derived: string[] = [];
  const isOneLine = !text.slice(facts.pair.start, facts.pair.end).includes('\n');
  for (const { segment, addressScalar, pair } of facts.interfaces) {
    const port = node.interfaces.find((candidate) => candidate.segment === segment);
    if (!port || !addressScalar) continue;
    const mac = formatMac(port.mac);
    const tooltip = translate('language.hint.interface', { mac, mtu: port.mtu });
    const hasMac = pairOf(pair.value, 'mac') !== undefined;
    if (!hasMac && isOneLine) derived.push(mac);
    const shown = hasMac || isOneLine ? '' : ` ${mac}`;
    hints.push({ offset: addressScalar.end, text: `/${port.prefixLength}${shown}`, tooltip });
  }
  if (derived.length > 0) {
    const tooltip = translate('language.hint.mac');
    hints.push({ offset: facts.pair.end, text: derived.join(' '), tooltip });
  }
  const nat = valueOf(facts.pair.value, 'nat');
  const pool = node.forwarder?.nat?.ports;
  if (nat && pool && !pairOf(facts.pair.value, 'ports'))
    hints.push({
      offset: nat.end,
      text: `ports: ${pool.first}-${pool.last}`,
      tooltip: translate('topology.key.nodes.ports'),
    });
  return hints;
}

function serviceHints(
  { pair }: ServiceFacts,
  service: ServiceConfig | undefined,
  translate: Translate,
  live: LiveState | undefined,
): InlayHint[] {
  if (!service || pair.value?.kind !== 'map') return [];
  const servers = valueOf(pair.value, 'servers');
  const left: string[] = [];
  if (!pairOf(pair.value, 'scheduler')) left.push(`scheduler: ${service.scheduler}`);
  if (!servers) left.push(`servers: ${service.servers.map(({ name }) => name).join(', ')}`);
  // After the colon of a map over several lines, behind a map on one line.
  const offset = pair.value.flow ? pair.end : pair.key.end + 1;
  return [
    ...(left.length > 0
      ? [{ offset, text: left.join(' · '), tooltip: translate('language.hint.left-out') }]
      : []),
    ...serverHints(servers, service, translate, live),
  ];
}

function serverHints(
  servers: SyntaxNode | undefined,
  service: ServiceConfig,
  translate: Translate,
  live: LiveState | undefined,
): InlayHint[] {
  const entries =
    servers?.kind === 'map'
      ? servers.pairs.map(({ key, value, end }) => ({ name: key.text, end, value }))
      : servers?.kind === 'list'
        ? servers.items.flatMap(({ value }) =>
            value?.kind === 'scalar' ? [{ name: value.text, end: value.end, value: undefined }] : [],
          )
        : [];
  return entries.flatMap(({ name, end, value }) => {
    const server = service.servers.find((candidate) => candidate.name === name);
    if (!server) return [];
    const seen = live?.serverShare(service.name, name);
    const share = seen ?? expectedShare(service, name);
    const parts = [
      ...(value && !pairOf(value, 'port') ? [`:${server.port}`] : []),
      ...(share === undefined ? [] : [percent(share)]),
    ];
    if (parts.length === 0) return [];
    const tooltip = translate(seen === undefined ? 'language.hint.share' : 'language.hint.share-seen', {
      address: formatIpv4(server.address),
    });
    return [{ offset: end, text: parts.join(' · '), tooltip }];
  });
}
