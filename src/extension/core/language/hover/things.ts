import { formatIpv4, formatMac } from '../../../../packet/address.ts';
import type { PlannedNode } from '../../../../lab/topology/plan.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import { choiceText } from '../choice-text.ts';
import { segmentOf } from '../free-addresses.ts';
import type { LiveState } from '../live-lab.ts';
import { code, markdownTable } from '../markdown.ts';
import { expectedShare, percent, serviceConfigs } from '../shares.ts';
import type { TopologyText } from '../topology-text.ts';

/** A node's role and state, its interfaces with their MACs, the VIPs it holds, and its default route. */
export function nodeHover(
  { plan, facts }: TopologyText,
  name: string,
  translate: Translate,
  live: LiveState | undefined,
): string[] {
  const role = facts.nodes.find((node) => node.name === name)?.role;
  if (role === undefined) return [];
  const state = live?.nodeState(name);
  const title = [
    `**${code(name)}**`,
    choiceText('role', role, translate) ?? code(role),
    ...(state === undefined ? [] : [translate(`language.state.${state}`)]),
  ].join(' · ');
  const node = plan?.nodes.find((planned) => planned.name === name);
  if (!node) return [title];
  return [title, interfaceTable(node, translate), ...routeLine(node, facts, translate)];
}

export function segmentHover({ plan, facts }: TopologyText, name: string, translate: Translate): string[] {
  const segment = segmentOf(facts, name);
  if (!segment?.subnet) return [];
  const { network, prefixLength } = segment.subnet;
  const mtu = plan?.segments.find((planned) => planned.name === name)?.mtu;
  const members = facts.nodes
    .filter(({ interfaces }) => interfaces.some((port) => port.segment === name))
    .map((node) => code(node.name));
  const title = `**${code(name)}** · ${formatIpv4(network)}/${prefixLength}`;
  return [
    mtu === undefined ? title : `${title} · MTU ${mtu}`,
    translate('language.members', { nodes: members.join(', ') || '-' }),
  ];
}

export function serviceHover(
  { plan }: TopologyText,
  name: string,
  translate: Translate,
  live: LiveState | undefined,
): string[] {
  const service = serviceConfigs(plan).find((config) => config.name === name);
  if (!service) return [];
  const { vip, port, protocol, scheduler, model, servers } = service;
  const isLive = servers.some((server) => live?.serverShare(name, server.name) !== undefined);
  const columns = ['server', 'address', 'weight', 'expected-share', ...(isLive ? ['seen-share'] : [])];
  const rows = servers.map((server) => {
    const share = expectedShare(service, server.name);
    const seen = live?.serverShare(name, server.name);
    return [
      code(server.name),
      `${formatIpv4(server.address)}:${server.port}`,
      String(server.weight),
      share === undefined ? '' : percent(share),
      ...(isLive ? [seen === undefined ? '' : percent(seen)] : []),
    ];
  });
  return [
    `**${code(name)}** · ${formatIpv4(vip)}:${port}/${protocol} · ${code(model)} · ${code(scheduler)}`,
    markdownTable([columns.map((column) => translate(`language.column.${column}`)), ...rows]),
  ];
}

/** What share of its service's connections a server gets. */
export function serverHover(
  { plan }: TopologyText,
  serviceName: string,
  name: string,
  translate: Translate,
  live: LiveState | undefined,
): string[] {
  const service = serviceConfigs(plan).find((config) => config.name === serviceName);
  const server = service?.servers.find((candidate) => candidate.name === name);
  if (!service || !server) return [];
  const share = expectedShare(service, name);
  const seen = live?.serverShare(serviceName, name);
  const params = { service: serviceName, scheduler: service.scheduler, weight: server.weight };
  return [
    ...(server.weight === 0 ? [translate('language.drained')] : []),
    ...(server.weight === 0 || share === undefined
      ? []
      : [translate('language.share', { ...params, share: percent(share) })]),
    ...(seen === undefined ? [] : [translate('language.share-seen', { share: percent(seen) })]),
  ];
}

function interfaceTable({ interfaces, loopback, sysctls }: PlannedNode, translate: Translate): string {
  const head = ['segment', 'address', 'mac', 'mtu'].map((column) => translate(`language.column.${column}`));
  const rows = interfaces.map(({ segment, address, prefixLength, mac, mtu, down }) => [
    code(segment),
    `${formatIpv4(address)}/${prefixLength}${down ? ` (${translate('language.down')})` : ''}`,
    formatMac(mac),
    String(mtu),
  ]);
  const held = loopback.map((vip) => [
    '`lo`',
    `${formatIpv4(vip)}/32`,
    translate(sysctls.arp_ignore === 1 ? 'language.vip-hidden' : 'language.vip-shown'),
    '',
  ]);
  return markdownTable([head, ...rows, ...held]);
}

function routeLine(
  { routes }: PlannedNode,
  { nodes }: TopologyText['facts'],
  translate: Translate,
): string[] {
  const via = routes.find(({ prefixLength }) => prefixLength === 0)?.via;
  if (via === undefined) return [];
  const hop = nodes.find(({ interfaces }) => interfaces.some(({ address }) => address === via));
  const gateway = hop ? `${code(hop.name)} (${formatIpv4(via)})` : formatIpv4(via);
  return [translate('language.default-route', { gateway })];
}
