import { fieldsOf } from '../../../packet/fields.ts';
import type { FieldName, Layer } from '../../../packet/layers.ts';
import * as vrrp from '../../../packet/vrrp.ts';
import type { FrameDetails } from '../../../panel-protocol/messages.ts';

/** Offset and length in bytes within the layer's own header. Fields that share a byte share it here too. */
const places: Readonly<Partial<Record<FieldName, readonly [offset: number, length: number]>>> = {
  'eth.dst': [0, 6],
  'eth.src': [6, 6],
  'arp.opcode': [6, 2],
  'arp.src.hw_mac': [8, 6],
  'arp.src.proto_ipv4': [14, 4],
  'arp.dst.hw_mac': [18, 6],
  'arp.dst.proto_ipv4': [24, 4],
  'ip.dsfield': [1, 1],
  'ip.len': [2, 2],
  'ip.id': [4, 2],
  'ip.flags': [6, 1],
  'ip.frag_offset': [6, 2],
  'ip.ttl': [8, 1],
  'ip.proto': [9, 1],
  'ip.checksum': [10, 2],
  'ip.src': [12, 4],
  'ip.dst': [16, 4],
  'ip.options': [20, 0],
  'tcp.srcport': [0, 2],
  'tcp.dstport': [2, 2],
  'tcp.seq': [4, 4],
  'tcp.ack': [8, 4],
  'tcp.flags': [13, 1],
  'tcp.window_size': [14, 2],
  'tcp.checksum': [16, 2],
  'tcp.urgent_pointer': [18, 2],
  'tcp.options': [20, 0],
  'udp.srcport': [0, 2],
  'udp.dstport': [2, 2],
  'udp.length': [4, 2],
  'udp.checksum': [6, 2],
  'gue.version': [0, 1],
  'gue.proto': [1, 1],
  'gue.flags': [2, 2],
  'icmp.type': [0, 1],
  'icmp.code': [1, 1],
  'icmp.checksum': [2, 2],
  'icmp.rest': [4, 4],
  'vrrp.version': [0, 1],
  'vrrp.virt_rtr_id': [1, 1],
  'vrrp.prio': [2, 1],
  'vrrp.auth_type': [4, 1],
  'vrrp.adver_int': [5, 1],
  'vrrp.short_adver_int': [4, 2],
  'vrrp.checksum': [6, 2],
};

/** Where a field stands; those that end a header end with it. */
function placeOf(name: FieldName, layer: Layer): readonly [offset: number, length: number] | undefined {
  if (layer.kind !== 'vrrp') return places[name];
  const addressesEnd = vrrp.HEADER_LENGTH + layer.addresses.length;
  if (name === 'vrrp.ip_addr') return [vrrp.HEADER_LENGTH, layer.addresses.length];
  return name === 'vrrp.auth_string' ? [addressesEnd, layer.authentication.length] : places[name];
}

/** The fields of a layer, in the order of its bytes; options, which end a header, only when there are any. */
export function fieldExtents(layer: Layer): FrameDetails['layers'][number]['fields'] {
  return fieldsOf(layer).flatMap(({ name, value, text }) => {
    const place = placeOf(name, layer);
    if (!place) return [];
    const offset = layer.start + place[0];
    const length = place[1] || Math.max(0, layer.end - offset);
    return length === 0 ? [] : { name, text: text(value(layer) as never), offset, length };
  });
}
