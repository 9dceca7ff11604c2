/** The system calls of the packet port: the only file that knows koffi. 64-bit little-endian Linux. */
import koffi from 'koffi';

export const AF_PACKET = 17;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SOL_PACKET = 263;
export const MSG_DONTWAIT = 0x40;

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

export const EPERM = 1;
export const EINTR = 4;
export const EACCES = 13;
export const EMSGSIZE = 90;

export interface Watch {
  close(): void;
}

export interface Mapping {
  readonly memory: ArrayBuffer;
  readonly address: number;
  /** Nothing may touch `memory` any more. */
  unmap(): void;
}

type Pointer = ArrayBufferView | null;

/** As in their manual pages; a negative result means that `errno` tells why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Pointer, length: number): number;
  getsockname(fd: number, address: Pointer, length: Pointer): number;
  setsockopt(fd: number, level: number, name: number, value: Pointer, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Pointer, length: Pointer): number;
  sendmmsg(fd: number, messages: Pointer, count: number, flags: number): number;
  close(fd: number): number;
  if_nametoindex(name: string): number;
  clock_gettime(clock: number, time: Pointer): number;
  strerror(code: number): string;
  errno(): number;
  addressOf(bytes: ArrayBufferView): number;
  /** Maps `length` bytes that the descriptor shares; `undefined` when it cannot, `errno` telling why. */
  map(fd: number, length: number): Mapping | undefined;
  /**
   * Calls back from the event loop itself (libuv's poll) whenever there is something to read, as long as there is; also
   * with `failed` on an error of the descriptor, which is to be read from it.
   */
  watch(fd: number, readable: (failed: boolean) => void): Watch;
}

export function loadLibc(): Libc {
  const library = koffi.load(null);
  const declare = <Name extends keyof Libc>(name: Name, types: string) =>
    library.func(types.replace('(', ` ${name}(`)) as unknown as Libc[Name];
  const mmap = library.func('void *mmap(void *, size_t, int, int, int, int64_t)');
  const munmap = library.func('int munmap(void *, size_t)');
  return {
    socket: declare('socket', 'int(int, int, int)'),
    bind: declare('bind', 'int(int, void *, uint32_t)'),
    getsockname: declare('getsockname', 'int(int, void *, void *)'),
    setsockopt: declare('setsockopt', 'int(int, int, int, void *, uint32_t)'),
    getsockopt: declare('getsockopt', 'int(int, int, int, void *, void *)'),
    sendmmsg: declare('sendmmsg', 'int(int, void *, uint32_t, int)'),
    close: declare('close', 'int(int)'),
    if_nametoindex: declare('if_nametoindex', 'uint32_t(const char *)'),
    clock_gettime: declare('clock_gettime', 'int(int, void *)'),
    strerror: declare('strerror', 'const char *(int)'),
    errno: () => koffi.errno(),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    map: (fd, length) => {
      const pointer = mmap(null, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) as bigint;
      const address = Number(koffi.address(pointer));
      // MAP_FAILED is -1, whichever way it is read.
      if (address < 0 || address > Number.MAX_SAFE_INTEGER) return undefined;
      return { memory: koffi.view(pointer, length), address, unmap: () => void munmap(pointer, length) };
    },
    watch,
  };
}

function watch(fd: number, readable: (failed: boolean) => void): Watch {
  const options = { readable: true };
  let closed = false;
  // koffi's types leave out the first argument, libuv's status.
  const call = (...[status]: unknown[]) => {
    readable(status !== 0);
    // libuv stops watching after an error of the descriptor.
    if (status !== 0 && !closed) handle.start(options, call);
  };
  const handle = koffi.node.poll(fd, options, call);
  return {
    close: () => {
      closed = true;
      handle.close();
    },
  };
}
