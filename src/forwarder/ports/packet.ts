import type { Frame } from '../frame.ts';
import { loadLibc, type Libc, type Watch } from './libc.ts';
import type {
  InterfaceCounts,
  NetworkPort,
  NetworkPortEvents,
  NetworkPortOptions,
  NetworkPortProblem,
} from './network-port.ts';
import { PacketSocket } from './packet-socket.ts';
import { ReceiveRing, RingShape } from './receive-ring.ts';
import { SendQueue } from './send-queue.ts';

/** Frames taken before those to be sent are sent, by one call for each interface. */
const BATCH = 64;
/** Batches of one interface before others, and the event loop, have their turn. */
const MOST_BATCHES = 8;
const DEFAULT_LONGEST = 1934;
/** Of each interface: 8192 ordinary frames, a tenth of a second at 80,000 a second. */
const RING_BYTES = 16 * 2 ** 20;
const CLOCK_REALTIME = 0;
/** How often an interface that went down is looked at: of its removal, then, the kernel says nothing more. */
const LOOK_MS = 100;

interface Interface {
  readonly socket: PacketSocket;
  readonly ring: ReceiveRing;
  readonly ringAt: number;
  readonly queue: SendQueue;
  watch: Watch | undefined;
  /** Runs from when the interface went down until a frame comes again. */
  look: NodeJS.Timeout | undefined;
  received: number;
}

/**
 * Opens AF_PACKET sockets: frames come through memory shared with the kernel and leave by one sendmmsg for a batch. The
 * event loop itself polls the sockets, so that nothing blocks and an idle port costs nothing.
 */
export function openPacketPort(
  { devices, longestFrame = DEFAULT_LONGEST }: NetworkPortOptions,
  events: NetworkPortEvents,
): NetworkPort | NetworkPortProblem {
  const system = loadLibc();
  const shape = new RingShape(longestFrame, RING_BYTES);
  const sockets: PacketSocket[] = [];
  for (const device of devices) {
    const socket = PacketSocket.open(system, device, shape);
    if (!(socket instanceof PacketSocket)) {
      for (const open of sockets) open.close();
      return socket;
    }
    sockets.push(socket);
  }
  return new PacketPort(system, sockets, shape, events);
}

class PacketPort implements NetworkPort {
  readonly name = 'packet';
  readonly #libc: Libc;
  readonly #events: NetworkPortEvents;
  readonly #interfaces: readonly Interface[];
  readonly #time = new BigInt64Array(2);
  /** Where the bytes of the frame stand that `receive` has just now. */
  #current: Frame | undefined;
  #currentAt = 0;
  #inBatch = false;
  #closed = false;

  constructor(system: Libc, sockets: readonly PacketSocket[], shape: RingShape, events: NetworkPortEvents) {
    this.#libc = system;
    this.#events = events;
    this.#interfaces = sockets.map((socket, port) => ({
      socket,
      ring: new ReceiveRing(socket.mapping.memory, shape, port, BATCH),
      ringAt: socket.mapping.address,
      queue: new SendQueue(system, socket.fd, shape.capacity),
      watch: undefined,
      look: undefined,
      received: 0,
    }));
    for (const own of this.#interfaces)
      own.watch = system.watch(own.socket.fd, (failed) => this.#readable(own, failed));
  }

  transmit(frame: Frame): void {
    const target = this.#interfaces[frame.port];
    if (target === undefined || this.#closed) return;
    if (frame === this.#current) target.queue.add(this.#currentAt + frame.start, frame.end - frame.start);
    else target.queue.addCopy(frame);
  }

  flush(): void {
    if (this.#closed) return;
    for (const { queue } of this.#interfaces) queue.flush();
  }

  counts(): InterfaceCounts[] {
    return this.#interfaces.map(({ socket, ring, queue, received }) => ({
      device: socket.device,
      received,
      transmitted: queue.transmitted,
      missed: this.#closed ? undefined : socket.missed,
      oversized: ring.oversized,
      refused: queue.refused,
    }));
  }

  realtime(): bigint {
    this.#libc.clock_gettime(CLOCK_REALTIME, this.#time);
    return this.#time[0]! * 1_000_000_000n + this.#time[1]!;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { watch, look } of this.#interfaces) {
      watch?.close();
      clearInterval(look);
    }
    // Whoever closes inside `receive` still holds a frame of the ring.
    if (!this.#inBatch) this.#free();
  }

  #free(): void {
    for (const { socket } of this.#interfaces) socket.close();
  }

  /** Nothing may be thrown into the event loop's own callback. */
  #readable(own: Interface, failed: boolean): void {
    this.#inBatch = true;
    try {
      for (let batch = 0; batch < MOST_BATCHES && !this.#closed; batch++) if (!this.#receive(own)) break;
      if (failed && !this.#closed) this.#wentDown(own);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
    this.#inBatch = false;
    if (this.#closed) this.#free();
  }

  /** One batch; whether there may be more: an empty ring alone says that there is not. */
  #receive(own: Interface): boolean {
    const { ring } = own;
    const count = ring.take();
    if (count === 0) {
      ring.release();
      return false;
    }
    this.#events.begin?.(ring.frames, count);
    for (let i = 0; i < count && !this.#closed; i++) {
      const frame = ring.frames[i]!;
      own.received++;
      this.#current = frame;
      this.#currentAt = own.ringAt;
      this.#events.receive(frame, ring.seconds[i]!, ring.nanoseconds[i]!);
    }
    this.#current = undefined;
    if (this.#closed) return false;
    this.flush();
    ring.release();
    this.#events.end?.();
    // Sending takes longer than everything else: what came meanwhile is taken without another round of the event loop.
    return true;
  }

  /** The socket's error is ENETDOWN, whether the interface is down, to come back, or goes for good. */
  #wentDown(own: Interface): void {
    const detail = this.#libc.strerror(own.socket.takeError());
    const { received } = own;
    clearInterval(own.look);
    own.look = setInterval(() => {
      if (own.socket.gone) this.#gone(own, detail);
      else if (own.received > received) clearInterval(own.look);
    }, LOOK_MS);
  }

  #gone(own: Interface, detail: string): void {
    clearInterval(own.look);
    own.watch?.close();
    own.watch = undefined;
    this.#events.problem({ code: 'gone', device: own.socket.device, detail });
  }
}
