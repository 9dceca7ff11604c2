import { readFileSync } from 'node:fs';
import cap, { type Cap } from 'cap';
import type { Frame } from '../frame.ts';
import type {
  InterfaceCounts,
  NetworkPort,
  NetworkPortEvents,
  NetworkPortOptions,
  NetworkPortProblem,
} from './network-port.ts';
import { refill, Slots } from './slots.ts';
import { WallClock } from './wall-clock.ts';

/** libpcap's ring; a small frame takes 2 kB of it. */
const RING = 32 * 2 ** 20;
const LOOK_MS = 100;
const IFF_UP = 1;

interface Device {
  readonly name: string;
  readonly port: number;
  readonly index: string;
  /** The one that is received into. */
  readonly frames: readonly [Frame];
  cap: Cap | undefined;
  /** What its filter leaves out. */
  mac: string | undefined;
  /** Reported as gone. */
  gone: boolean;
  received: number;
  transmitted: number;
  oversized: number;
  refused: number;
}

/** Opens libpcap handles through the package `cap`: a system call and two copies for each frame. */
export function openCapPort(
  { devices, longestFrame }: NetworkPortOptions,
  events: NetworkPortEvents,
): NetworkPort | NetworkPortProblem {
  const port = new CapPort(devices, longestFrame, events);
  const problem = port.open();
  if (problem) port.close();
  return problem ?? port;
}

class CapPort implements NetworkPort {
  readonly name = 'cap';
  readonly #events: NetworkPortEvents;
  readonly #devices: readonly Device[];
  readonly #copy: Frame;
  /** Views of a buffer from some place on, made once: `send` wants one that begins with the frame. */
  readonly #views = new Map<Uint8Array, Uint8Array[]>();
  readonly #clock = new WallClock();
  #watch: NodeJS.Timeout | undefined;
  #current: Frame | undefined;
  #closed = false;

  constructor(devices: readonly string[], longestFrame: number | undefined, events: NetworkPortEvents) {
    this.#events = events;
    const slots = new Slots(devices.length + 1, longestFrame);
    this.#copy = slots.frames[devices.length]!;
    this.#devices = devices.map((name, port) => ({
      name,
      port,
      index: readDevice(name, 'ifindex') ?? '',
      frames: [slots.frames[port]!],
      cap: undefined,
      mac: undefined,
      gone: false,
      received: 0,
      transmitted: 0,
      oversized: 0,
      refused: 0,
    }));
  }

  open(): NetworkPortProblem | undefined {
    for (const device of this.#devices) {
      const { name } = device;
      if (device.index === '') return { code: 'no-such-device', device: name, detail: name };
      try {
        this.#start(device);
      } catch (error) {
        const detail = messageOf(error);
        const denied = /permi/i.test(detail);
        return { code: denied ? 'not-permitted' : 'system', device: name, detail };
      }
    }
    this.#watch = setInterval(() => this.#look(), LOOK_MS);
    return undefined;
  }

  /** Sent at once: there is no batch. */
  transmit(frame: Frame): void {
    const device = this.#devices[frame.port];
    if (device === undefined || this.#closed) return;
    let { start } = frame;
    let { bytes } = frame;
    const length = frame.end - start;
    if (frame !== this.#current) {
      const room = this.#copy.bytes;
      if (length > room.length) {
        device.refused++;
        return;
      }
      for (let i = 0; i < length; i++) room[i] = bytes[start + i]!;
      bytes = room;
      start = 0;
    }
    if (device.cap === undefined) {
      device.refused++;
      return;
    }
    try {
      device.cap.send(this.#view(bytes, start), length);
      device.transmitted++;
    } catch {
      device.refused++;
    }
  }

  flush(): void {
    // Nothing waits.
  }

  counts(): InterfaceCounts[] {
    return this.#devices.map(({ name, received, transmitted, oversized, refused }) => ({
      device: name,
      received,
      transmitted,
      missed: undefined,
      oversized,
      refused,
    }));
  }

  realtime(): bigint {
    return this.#clock.now();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    for (const device of this.#devices) this.#stop(device);
  }

  #start(device: Device): void {
    const [frame] = device.frames;
    const handle = new cap.Cap();
    // One buffer, and the frame in it is good until the listener returns.
    const into = frame.bytes.subarray(frame.start);
    const begin = frame.start;
    handle.on('packet', (length, truncated) => {
      device.received++;
      if (truncated) device.oversized++;
      else this.#give(device, length, begin);
    });
    device.mac = readDevice(device.name, 'address');
    // What this node sends. libpcap's `inbound` would do, but it loses the first frame: until a ring has gone round it
    // filters once more outside the kernel, where directions are not known.
    handle.open(device.name, `not ether src ${device.mac ?? ''}`, RING, into);
    device.cap = handle;
  }

  #give({ frames, port }: Device, length: number, begin: number): void {
    const [frame] = frames;
    refill(frame, port, length, false);
    frame.start = begin;
    frame.end = begin + length;
    this.#events.begin?.(frames, 1);
    this.#current = frame;
    this.#events.receive(frame, this.#clock.seconds(), this.#clock.nanoseconds);
    this.#current = undefined;
    this.#events.end?.();
  }

  #stop(device: Device): void {
    device.cap?.close();
    device.cap = undefined;
  }

  /**
   * libpcap's handle is deaf once its interface was down, and `cap` does not tell (with assertions compiled in it even
   * ends the process): so the interfaces are looked at.
   */
  #look(): void {
    for (const device of this.#devices) {
      if (device.gone) continue;
      if (readDevice(device.name, 'ifindex') !== device.index) {
        device.gone = true;
        this.#stop(device);
        this.#events.problem({ code: 'gone', device: device.name, detail: device.name });
        continue;
      }
      const isUp = (Number(readDevice(device.name, 'flags')) & IFF_UP) !== 0;
      if (!isUp || readDevice(device.name, 'address') !== device.mac) this.#stop(device);
      if (isUp && device.cap === undefined) this.#reopen(device);
    }
  }

  #reopen(device: Device): void {
    try {
      this.#start(device);
    } catch {
      // It went down again meanwhile: the next look tries again.
    }
  }

  #view(bytes: Uint8Array, start: number): Uint8Array {
    let views = this.#views.get(bytes);
    if (views === undefined) this.#views.set(bytes, (views = []));
    return (views[start] ??= bytes.subarray(start));
  }
}

function readDevice(name: string, what: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${name}/${what}`, 'latin1').trim();
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
