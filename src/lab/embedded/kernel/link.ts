import { type Ipv4, type Mac, NO_ADDRESS, NO_MAC } from '../../../packet/address.ts';

/** A network interface as the kernel of a node sees it. */
export interface Link {
  /** The segment's name, or `tunl0`. */
  readonly name: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly mac: Mac;
  /** Greatest IPv4 packet. */
  readonly mtu: number;
  readonly down: boolean;
  /** Takes a whole Ethernet frame; nobody changes its bytes afterwards. */
  send(frame: Uint8Array): void;
}

/** The device packets come in by once their outer header is off (`ip_tunnel.c`). Nothing leaves by it. */
export const TUNNEL: Link = {
  name: 'tunl0',
  address: NO_ADDRESS,
  prefixLength: 32,
  mac: NO_MAC,
  mtu: 65535,
  down: false,
  send: () => undefined,
};
