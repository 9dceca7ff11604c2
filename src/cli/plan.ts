import type { CheckConfig } from '../forwarder/health/health.ts';
import { basename } from 'node:path';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan, PlannedNode } from '../lab/topology/plan.ts';
import { models } from '../models/models.ts';
import { formatIpv4, formatMac } from '../packet/address.ts';
import type { ForwarderConfig } from '../forwarder/config.ts';
import { linesOf, parseCall, type Cli } from './cli.ts';
import { readText } from './files.ts';
import { problemLines } from './problems.ts';

/** `lb-lab plan FILE [--json]`: everything that will be applied. Exit 0, or 2 when the file has errors. */
export function plan(cli: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(cli, args, { json: { type: 'boolean' } });
  const loaded = loadTopology(readText(file), basename(file));
  for (const problem of loaded.problems) problemLines(cli, file, problem).forEach(cli.err);
  if (!loaded.plan) return Promise.resolve(2);
  if (values.json) linesOf(JSON.stringify(loaded.plan, null, 2)).forEach(cli.out);
  else planLines(loaded.plan).forEach(cli.out);
  return Promise.resolve(0);
}

/** The plan as text. Keys are the kernel's and the file's own words, so they are the same in every language. */
function planLines(plan: Plan): string[] {
  const lines = [`lab ${plan.lab}  model ${plan.model}`, ''];
  for (const { name, network, prefixLength, mtu } of plan.segments) {
    lines.push(`segment ${name}  ${formatIpv4(network)}/${prefixLength}  mtu ${mtu}`);
  }
  for (const node of plan.nodes) lines.push('', ...nodeLines(node));
  if (plan.traffic.length > 0) lines.push('');
  for (const entry of plan.traffic) {
    const every = entry.count > 1 ? `  every ${entry.everyNs / 1e6} ms` : '';
    const isPing = entry.protocol === 'icmp';
    const to = `${formatIpv4(entry.to)}${isPing ? '' : `:${entry.port}`}`;
    const what = isPing ? 'ping' : [entry.protocol, entry.request].filter(Boolean).join(' ');
    lines.push(
      `traffic ${entry.from} → ${to}  ${entry.count} × ${what}${every}  timeout ${entry.timeoutNs / 1e6} ms`,
    );
  }
  if (plan.events) lines.push('');
  for (const { atNs, text } of plan.events ?? []) lines.push(`event at ${atNs / 1e9} s  ${text}`);
  return lines;
}

function nodeLines(node: PlannedNode): string[] {
  const lines = [`node ${node.name}  ${node.role}`];
  for (const one of node.interfaces) {
    const extra = [
      one.loss > 0 ? `loss ${one.loss}` : '',
      one.delayNs > 0 ? `delay ${one.delayNs / 1e6} ms` : '',
      one.drop.length > 0 ? `drop ${one.drop.join(' ')}` : '',
      one.down ? 'down' : '',
    ].filter(Boolean);
    const address = `${formatIpv4(one.address)}/${one.prefixLength}`;
    lines.push(
      `  interface ${one.segment}  ${[address, formatMac(one.mac), `mtu ${one.mtu}`, ...extra].join('  ')}`,
    );
  }
  for (const address of node.loopback) lines.push(`  lo  ${formatIpv4(address)}/32`);
  for (const { network, prefixLength, via } of node.routes) {
    lines.push(
      `  route ${prefixLength === 0 ? 'default' : `${formatIpv4(network)}/${prefixLength}`} via ${formatIpv4(via)}`,
    );
  }
  lines.push(
    `  sysctl ${Object.entries(node.sysctls)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ')}`,
  );
  if (node.listen.length > 0) lines.push(`  listen tcp ${node.listen.join(' ')}`);
  if (node.decapsulate)
    lines.push(`  decapsulate ${['ipip', ...(node.guePorts ?? []).map((port) => `gue ${port}`)].join('  ')}`);
  if (node.forwarder) lines.push(...forwarderLines(node.forwarder).map((line) => `  ${line}`));
  return lines;
}

function checkLine({
  probe,
  request,
  status,
  interval,
  retry,
  retryDelay,
  timeout,
  onFail,
}: CheckConfig): string {
  const what = [probe, request, status].filter((part) => part !== undefined).join(' ');
  return `check ${what}  every ${interval / 1000} s  retry ${retry} after ${retryDelay / 1000} s  timeout ${timeout / 1000} s  on-fail ${onFail}`;
}

function forwarderLines(config: ForwarderConfig): string[] {
  const ttl = config.decrementTtl ? 'decremented' : 'kept';
  const lines = [
    `forwarder  ttl ${ttl}  connections ${config.maxConnections}  no-entry ${config.noEntry}  on-remove ${config.onRemove}  conn-reuse-mode ${config.connReuseMode}${config.sloppyTcp ? '  sloppy-tcp' : ''}`,
  ];
  const timeouts = Object.entries(config.timeouts).map(([state, ms]) => `${state} ${ms / 1000} s`);
  lines.push(`  timeouts  ${timeouts.join('  ')}`);
  if (config.clampMss !== undefined) lines.push(`  clamp mss  ${config.clampMss}`);
  if (config.nat) {
    const outside = config.interfaces[config.nat.outside]!;
    const { first, last } = config.nat.ports;
    const ports = config.nat.translatePorts ? `ports ${first}-${last}` : 'ports kept';
    lines.push(`  nat outside ${outside.segment}  ${formatIpv4(outside.address)}  ${ports}`);
  }
  if (config.redundancy) {
    const { id, priority, interval, preempt, announce, addresses, port } = config.redundancy;
    const garp = `garp ${announce.repeat} again after ${announce.delay / 1000} s${announce.refresh > 0 ? ` then every ${announce.refresh / 1000} s` : ''}`;
    lines.push(
      `  vrrp ${id} on ${config.interfaces[port]!.segment}  priority ${priority}  advert ${interval / 1000} s  ${preempt ? 'preempt' : 'nopreempt'}  ${garp}`,
      `    moves ${addresses.map(({ address }) => formatIpv4(address)).join(' ')}`,
    );
  }
  for (const service of config.services) {
    const snat = models[service.model].translates
      ? service.snat
        ? `  snat ports ${service.ports.first}-${service.ports.last}`
        : '  no snat'
      : '';
    const { persistence, tunnel } = service;
    const wrapped = tunnel ? `  ${tunnel.type} ${tunnel.port}` : '';
    const forgets = config.expireQuiescentTemplate ? ' expire-quiescent-template' : '';
    const persistent = persistence
      ? `  persistent ${persistence.timeout / 1000} s /${persistence.prefixLength}${forgets}`
      : '';
    const scheduler = [service.scheduler, ...(service.schedulerFlags ?? [])].join(' ');
    lines.push(
      `  ${service.name === 'service' ? '' : 'service '}${service.name}  ${service.model}  ${service.protocol} ${formatIpv4(service.vip)}:${service.port}  ${scheduler}${snat}${wrapped}${persistent}`,
    );
    for (const { name, address, port, weight } of service.servers) {
      lines.push(`    server ${name}  ${formatIpv4(address)}:${port}  weight ${weight}`);
    }
    const { sorry, quorum } = service;
    if (sorry)
      lines.push(
        `    sorry ${sorry.name}  ${formatIpv4(sorry.address)}:${sorry.port}  quorum ${quorum ?? 1}`,
      );
    if (service.check) lines.push(`    ${checkLine(service.check)}`);
  }
  return lines;
}
