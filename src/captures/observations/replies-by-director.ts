import type { FrameEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { models } from '../../models/models.ts';
import { formatIpv4 } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import { macsOf } from '../point.ts';
import { eachOf, type Steps } from '../steps.ts';
import type { Observation } from './observation.ts';

/**
 * Replies of servers that have the VIP themselves, from the MAC address of their director: they should have gone around it. A
 * reset may be the director's own.
 */
export function* repliesByDirector(
  frames: readonly FrameEvent[],
  { services, nodes }: Plan,
): Steps<Observation[]> {
  const found = new Map<string, { readonly frames: number[] } & Observation>();
  const direct = services.flatMap(({ model, vip, port, director, servers }) => {
    if (!models[model].vipOnServers || servers.some(({ name }) => name === director)) return [];
    const macs = nodes.find(({ name }) => name === director)?.interfaces.flatMap(macsOf) ?? [];
    return [{ vip, port, director, macs }];
  });
  if (direct.length === 0) return [];
  yield* eachOf(frames, ({ node, direction, bytes }, index) => {
    const at = ethernet.HEADER_LENGTH;
    if (direction !== 'in' || bytes.length < at) return;
    if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return;
    if (ipv4.checkHeader(bytes, at, bytes.length) !== undefined || ipv4.isFragment(bytes, at)) return;
    const protocol = ipv4.protocolOf(bytes, at);
    const l4 = at + ipv4.headerLengthOf(bytes, at);
    const isTcp = protocol === ipv4.PROTOCOL_TCP;
    if ((!isTcp && protocol !== ipv4.PROTOCOL_UDP) || l4 + tcp.HEADER_LENGTH > bytes.length) return;
    if (isTcp && tcp.flagsOf(bytes, l4) & tcp.RST) return;
    const [vip, port, mac] = [
      ipv4.sourceOf(bytes, at),
      tcp.sourcePortOf(bytes, l4),
      ethernet.sourceOf(bytes, 0),
    ];
    const service = direct.find((one) => one.vip === vip && one.port === port && one.macs.includes(mac));
    if (!service) return;
    const key = `${node} ${vip} ${port}`;
    const known = found.get(key);
    if (known) known.frames.push(index);
    else {
      const params = { node, director: service.director, service: `${formatIpv4(vip)}:${port}` };
      found.set(key, { code: 'reply-by-director', params, frames: [index] });
    }
  });
  return [...found.values()];
}
