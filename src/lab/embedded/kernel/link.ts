/** A network interface as the kernel of a node sees it. */
export interface Link {
  /** The segment's name, or `tunl0`. */
  readonly name: string;
  readonly address: number;
  readonly prefixLength: number;
  readonly mac: number;
  /** Greatest IPv4 packet. */
  readonly mtu: number;
  readonly down: boolean;
  /** Takes a whole Ethernet frame; nobody changes its bytes afterwards. */
  send(frame: Uint8Array): void;
}

/** The device packets come in by once their outer header is off (`ip_tunnel.c`). Nothing leaves by it. */
export const TUNNEL: Link = {
  name: 'tunl0',
  address: 0,
  prefixLength: 32,
  mac: 0,
  mtu: 65535,
  down: false,
  send: () => undefined,
};
