import { spawn, type ChildProcess } from 'node:child_process';
import { encodeFrames } from '../agent-protocol.ts';
import { PcapStream } from './pcap-stream.ts';

/** Whole frames of any segment a lab can have. */
const SNAP_LENGTH = 65_535;
/** KiB of kernel buffer: room for a burst while the reader is busy. */
const BUFFER_KIB = 16_384;

export interface CaptureSink {
  /** False when the controller cannot take more: the frames are lost, and counted. */
  frames(message: Uint8Array): boolean;
  lost(segment: string, frames: number): void;
}

/**
 * `tcpdump` on one interface, read as it writes. It runs as long as this process does: its output is a pipe of ours,
 * and it is told to end when the node is.
 */
export class Capture {
  readonly #segment: string;
  readonly #sink: CaptureSink;
  readonly #child: ChildProcess;
  /** As tcpdump counted last. */
  #dropped = 0;
  #refused = 0;
  #errors = '';
  #waiting: (() => void)[] = [];
  /** Resolves when it captures; rejects when it cannot. */
  readonly ready: Promise<void>;

  constructor(segment: string, device: string, sink: CaptureSink) {
    this.#segment = segment;
    this.#sink = sink;
    const args = ['-i', device, '-n', '-Z', 'root', '-s', String(SNAP_LENGTH), '-B', String(BUFFER_KIB)];
    const child = spawn(
      'tcpdump',
      [...args, '-U', '--immediate-mode', '--time-stamp-precision=nano', '-w', '-'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    const stream = new PcapStream();
    child.stdout.on('data', (chunk: Buffer) => this.#read(stream, chunk));
    this.ready = new Promise((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#errors += text;
        if (this.#errors.includes('listening on')) resolve();
        this.#count();
      });
      child.on('error', reject);
      child.on('close', (code) =>
        reject(new Error(`tcpdump on ${device}: ${this.#errors.trim() || String(code)}`)),
      );
    });
    this.ready.catch(() => undefined);
  }

  /** Asks tcpdump for its counts; what was lost since the last time is told before this resolves. */
  async tellLosses(): Promise<void> {
    if (!this.alive) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#child.kill('SIGUSR1');
    });
    if (this.#refused > 0) this.#sink.lost(this.#segment, this.#refused);
    this.#refused = 0;
  }

  /** It ends by itself when its interface goes down or away. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  #read(stream: PcapStream, chunk: Buffer): void {
    let records;
    try {
      records = stream.push(chunk);
    } catch {
      this.#child.kill('SIGKILL');
      return;
    }
    if (records.length > 0 && !this.#sink.frames(encodeFrames(this.#segment, records)))
      this.#refused += records.length;
  }

  /** `tcpdump: 4 packets captured, 4 packets received by filter, 0 packets dropped by kernel` upon SIGUSR1. */
  #count(): void {
    const counts = [...this.#errors.matchAll(/(\d+) packets? dropped by kernel/g)];
    const last = counts.at(-1);
    if (!last) return;
    const dropped = Number(last[1]);
    this.#errors = 'listening on';
    if (dropped > this.#dropped) this.#sink.lost(this.#segment, dropped - this.#dropped);
    this.#dropped = dropped;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
