import { formatIpv4 } from '../../packet/address.ts';
import type { Diagnose } from './diagnosis.ts';

/** Something is wrong with the packet itself. */
export const badPacket: Diagnose = ({ node, reason, flow, hop }) =>
  hop && {
    code: 'bad-packet',
    place: `${node} ${hop.from} ${reason}`,
    flow,
    hops: [hop],
    params: { node, from: hop.from, reason },
  };

export const fragmentsLost: Diagnose = ({ node, reason, flow, hop }) =>
  hop && {
    code: 'fragments-lost',
    place: `${node} ${reason}`,
    flow,
    hops: [hop],
    params: { node, reason },
  };

/** Each router takes one; a packet that uses up all it had went in a circle. */
export const ttlExpired: Diagnose = ({ node, destination, flow, hop }) =>
  hop && {
    code: 'ttl-expired',
    place: node,
    flow,
    hops: [hop],
    params: { node, address: formatIpv4(destination ?? hop.facts.destination) },
  };
