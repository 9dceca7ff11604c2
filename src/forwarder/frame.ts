/**
 * A frame in a buffer that the port owns and reuses. The forwarder rewrites it in place, so that the hot path
 * allocates nothing; at least `HEADROOM` bytes stand free before `start` for an outer header.
 */
export interface Frame {
  /** The port it came in by, or goes out by. */
  port: number;
  readonly bytes: Uint8Array;
  /** The same bytes: V8 reads and writes a 32-bit word through it in one instruction, not in four. */
  readonly view: DataView;
  start: number;
  end: number;
  /** The L4 checksum is not filled in (transmit checksum offload): it must be computed in full. */
  partialChecksum: boolean;
  /** Which connection it may be of: the forwarder's own note, which is right whatever it says. */
  guess: number;
}

/**
 * Room before a frame for an IPv4 header without options, rounded up so that the frame's own IPv4 header stands at a
 * multiple of 16 bytes (a frame's does at 14: the kernel's NET_IP_ALIGN).
 */
export const HEADROOM = 34;

/** A buffer for frames of at most `capacity` bytes, headroom not counted. */
export function makeFrame(capacity: number): Frame {
  const bytes = new Uint8Array(HEADROOM + capacity);
  const view = new DataView(bytes.buffer);
  return { port: 0, bytes, view, start: HEADROOM, end: HEADROOM, partialChecksum: false, guess: -1 };
}

/** Copies `bytes` into the frame, headroom restored. */
export function fillFrame(frame: Frame, port: number, bytes: Uint8Array): void {
  frame.port = port;
  frame.start = HEADROOM;
  frame.end = HEADROOM + bytes.length;
  frame.partialChecksum = false;
  frame.bytes.set(bytes, HEADROOM);
}

/** A frame of its own with the same bytes, headroom restored. */
export function copyOf(frame: Frame): Frame {
  const copy = makeFrame(frame.end - frame.start);
  copy.bytes.set(frame.bytes.subarray(frame.start, frame.end), copy.start);
  copy.port = frame.port;
  copy.end = copy.start + frame.end - frame.start;
  return copy;
}
