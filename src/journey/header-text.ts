import { formatIpv4, formatMac } from '../packet/address.ts';
import type { Layer } from '../packet/layers.ts';
import type { Names } from './names.ts';

/** The whole header, as it left the first node; later hops show only the difference. */
export function headerText(layers: readonly Layer[], names: Names): string {
  const words: string[] = [];
  const ports = layers.findLast((layer) => layer.kind === 'tcp' || layer.kind === 'udp');
  for (const layer of layers) {
    if (layer.kind === 'ethernet')
      words.push(`${names(formatMac(layer.source))} → ${names(formatMac(layer.destination))}`);
    if (layer.kind === 'arp' && layer.operation === 1)
      words.push(`${formatIpv4(layer.senderIp)} ? ${names(formatIpv4(layer.targetIp))}`);
    if (layer.kind === 'arp' && layer.operation === 2)
      words.push(`${names(formatIpv4(layer.senderIp))} = ${names(formatMac(layer.senderMac))}`);
    if (layer.kind === 'ipv4') {
      const [from, to] = ports ? [`:${ports.sourcePort}`, `:${ports.destinationPort}`] : ['', ''];
      words.push(
        `${names(formatIpv4(layer.source))}${from} → ${names(formatIpv4(layer.destination))}${to}`,
        `TTL ${layer.ttl}`,
      );
    }
    if (layer.kind === 'icmp') words.push(`ICMP ${layer.type}/${layer.code}`);
    if (layer.kind === 'vrrp')
      words.push(`VRRPv${layer.version}`, `VRID ${layer.virtualRouter}`, `priority ${layer.priority}`);
    if (layer.kind === 'payload' && layer.end > layer.start) words.push(`+${layer.end - layer.start} B`);
  }
  return words.join(' · ');
}
