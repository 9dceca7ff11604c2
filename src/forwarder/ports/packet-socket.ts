import * as libc from './libc.ts';
import type { Libc, Mapping } from './libc.ts';
import type { NetworkPortProblem } from './network-port.ts';
import { RESERVED, TPACKET_V2, type RingShape } from './receive-ring.ts';

const ETH_P_ALL = 0x0003;
const SO_ERROR = 4;
const SO_SNDBUFFORCE = 32;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_RESERVE = 12;
/** Linux 4.20. */
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_PROMISC = 1;

const SEND_BUFFER = 4 * 2 ** 20;
const ADDRESS_LENGTH = 20;

/** An AF_PACKET socket bound to one interface: promiscuous, incoming frames only, with a ring they are received into. */
export class PacketSocket {
  readonly fd: number;
  readonly device: string;
  readonly #libc: Libc;
  #mapping: Mapping | undefined;
  #missed = 0;
  readonly #statistics = new Uint32Array(2);
  readonly #length = new Uint32Array(1);

  private constructor(system: Libc, fd: number, device: string) {
    this.#libc = system;
    this.fd = fd;
    this.device = device;
  }

  static open(system: Libc, device: string, shape: RingShape): PacketSocket | NetworkPortProblem {
    const index = system.if_nametoindex(device);
    if (index === 0) return { code: 'no-such-device', device, detail: system.strerror(system.errno()) };
    // Protocol 0 hears nothing until it is bound, by which time everything is set.
    const fd = system.socket(libc.AF_PACKET, libc.SOCK_RAW | libc.SOCK_CLOEXEC, 0);
    if (fd < 0) return problem(system, device, 'socket');
    const socket = new PacketSocket(system, fd, device);
    const failed = socket.#set(index, shape);
    if (failed) socket.close();
    return failed ?? socket;
  }

  /** The ring's memory; defined once it is open. */
  get mapping(): Mapping {
    return this.#mapping!;
  }

  /** Whether the interface left this namespace; one that is merely down comes back. */
  get gone(): boolean {
    const address = new Int32Array(ADDRESS_LENGTH / 4);
    this.#length[0] = ADDRESS_LENGTH;
    return this.#libc.getsockname(this.fd, address, this.#length) < 0 || address[1]! <= 0;
  }

  /** Frames that the kernel could not keep for us, since the start. Reading them resets the kernel's count. */
  get missed(): number {
    this.#length[0] = 8;
    const result = this.#libc.getsockopt(
      this.fd,
      libc.SOL_PACKET,
      PACKET_STATISTICS,
      this.#statistics,
      this.#length,
    );
    if (result === 0) this.#missed += this.#statistics[1]!;
    return this.#missed;
  }

  /** Takes the socket's error, so that it is not told again. */
  takeError(): number {
    const error = new Int32Array(1);
    this.#length[0] = 4;
    this.#libc.getsockopt(this.fd, libc.SOL_SOCKET, SO_ERROR, error, this.#length);
    return error[0]!;
  }

  /** Nothing may touch the ring any more. */
  close(): void {
    this.#mapping?.unmap();
    this.#mapping = undefined;
    this.#libc.close(this.fd);
  }

  #set(index: number, shape: RingShape): NetworkPortProblem | undefined {
    const one = Int32Array.of(1);
    // struct packet_mreq: the interface, what is asked, and an address that promiscuity has no use for.
    const membership = Int32Array.of(index, PACKET_MR_PROMISC, 0, 0);
    const steps: [what: string, level: number, name: number, value: Int32Array][] = [
      ['PACKET_IGNORE_OUTGOING', libc.SOL_PACKET, PACKET_IGNORE_OUTGOING, one],
      ['PACKET_VERSION', libc.SOL_PACKET, PACKET_VERSION, Int32Array.of(TPACKET_V2)],
      ['PACKET_RESERVE', libc.SOL_PACKET, PACKET_RESERVE, Int32Array.of(RESERVED)],
      ['PACKET_RX_RING', libc.SOL_PACKET, PACKET_RX_RING, shape.request],
      ['PACKET_MR_PROMISC', libc.SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership],
      ['SO_SNDBUFFORCE', libc.SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(SEND_BUFFER)],
    ];
    for (const [what, level, name, value] of steps) {
      if (this.#libc.setsockopt(this.fd, level, name, value, value.byteLength) !== 0)
        return problem(this.#libc, this.device, what);
    }
    this.#mapping = this.#libc.map(this.fd, shape.bytes);
    if (this.#mapping === undefined) return problem(this.#libc, this.device, 'mmap');
    const address = new Uint8Array(ADDRESS_LENGTH);
    const view = new DataView(address.buffer);
    view.setUint16(0, libc.AF_PACKET, true);
    view.setUint16(2, ETH_P_ALL);
    view.setInt32(4, index, true);
    const bound = this.#libc.bind(this.fd, address, address.length);
    return bound === 0 ? undefined : problem(this.#libc, this.device, 'bind');
  }
}

export function problem(system: Libc, device: string, what: string): NetworkPortProblem {
  const code = system.errno();
  const detail = `${what}: ${system.strerror(code)}`;
  if (code === libc.EPERM || code === libc.EACCES) return { code: 'not-permitted', device, detail };
  if (what === 'PACKET_IGNORE_OUTGOING') return { code: 'unsupported', device, detail };
  return { code: 'system', device, detail };
}
