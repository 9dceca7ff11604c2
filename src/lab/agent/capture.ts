import { spawn, type ChildProcess } from 'node:child_process';
import type { CaptureDetail, LossEvent } from '../events.ts';
import { encodeFrames, type CapturedFrame } from '../agent-wire/agent-protocol.ts';
import { realtimeNs } from '../agent-wire/host-clock.ts';
import type { CaptureBudget } from './capture-budget.ts';
import { framesAcross } from './interface-count.ts';
import { PcapStream } from './pcap-stream.ts';
import { readCounts, type TcpdumpCounts } from './tcpdump-counts.ts';

/** Whole frames of any segment a lab can have. */
const SNAP_LENGTH = 65_535;
/** KiB of kernel buffer: room for a burst while the reader is busy. */
const BUFFER_KIB = 16_384;
/** Ethernet, IP in IP and TCP with all their options: what a frame is cut to past the budget. */
const HEADERS_LENGTH = 128;
/** How often an interface is looked at while its frames are merely counted, and how often the count is told. */
const LOOK_MS = 100;
const TELL_LOOKS = 10;
/** How long the end of tcpdump's backlog is waited for, and how often it is asked. */
const COUNT_MS = 1000;
const MOST_ASKED = 40;
const ASK_MS = 25;

export interface CaptureSink {
  /** False when the controller cannot take more: the frames are lost, and counted. */
  frames(message: Uint8Array): boolean;
  lost(segment: string, frames: number, reason: NonNullable<LossEvent['reason']>): void;
  /** What is recorded from `timeNs` (CLOCK_REALTIME) on. */
  detail(segment: string, detail: CaptureDetail, timeNs: bigint): void;
  /** tcpdump ended by itself: killed, or its interface went down. */
  ended(segment: string, message: string): void;
}

type PcapRecord = Omit<CapturedFrame, 'segment'>;

/**
 * `tcpdump` on one interface, read as it writes. It runs as long as this process does: its output is a pipe of ours,
 * and it is told to end when the node is.
 *
 * Past the packet budget frames are cut to their headers; past that, tcpdump is stopped (SIGSTOP), which costs the node
 * nothing: the kernel drops what its buffer cannot hold, and counts it. When the flood is over tcpdump goes on; what its
 * buffer held is old by then, and counted with the rest. So nothing is missing that is not in one of the counts.
 */
export class Capture {
  readonly #segment: string;
  readonly #device: string;
  readonly #sink: CaptureSink;
  readonly #budget: CaptureBudget;
  readonly #child: ChildProcess;
  readonly #stream = new PcapStream();
  /** As tcpdump counted last. */
  #counts: TcpdumpCounts = { received: 0, dropped: 0 };
  #read = 0;
  #refused = 0;
  /** Frames given to the sink, and frames told as lost. */
  #given = 0;
  #lost = 0;
  #acrossAtStart = 0;
  #stopped = false;
  #errors = '';
  #detail: CaptureDetail = 'frames';
  #look: NodeJS.Timeout | undefined;
  #calm: NodeJS.Timeout | undefined;
  #looks = 0;
  #across = 0;
  /** Not recorded for the budget: so many by the counts that are exact, and so many of them told. */
  #skipped = 0;
  #told = 0;
  /** Frames older than this stood in the buffer while tcpdump was stopped. */
  #freshFromNs = 0n;
  /** The kernel's drops are the budget's until what stood in the buffer has been read. */
  #isCatchingUp = false;
  #waiting: (() => void)[] = [];
  /** Resolves when it captures; rejects when it cannot. */
  readonly ready: Promise<void>;

  constructor(segment: string, device: string, sink: CaptureSink, budget: CaptureBudget) {
    this.#segment = segment;
    this.#device = device;
    this.#sink = sink;
    this.#budget = budget;
    const args = ['-i', device, '-n', '-Z', 'root', '-s', String(SNAP_LENGTH), '-B', String(BUFFER_KIB)];
    const child = spawn(
      'tcpdump',
      [...args, '-U', '--immediate-mode', '--time-stamp-precision=nano', '-w', '-'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    let listening = false;
    this.ready = new Promise((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#errors += text;
        if (this.#errors.includes('listening on')) {
          if (!listening) this.#acrossAtStart = framesAcross(device);
          listening = true;
          resolve();
        }
        this.#count();
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearInterval(this.#look);
        clearInterval(this.#calm);
        const message = `tcpdump on ${device}: ${this.#errors.trim() || String(signal ?? code)}`;
        reject(new Error(message));
        if (listening && !this.#stopped) this.#sink.ended(segment, message);
      });
    });
    this.ready.catch(() => undefined);
  }

  /** Asks tcpdump for its counts; what was lost since the last time is told before this resolves. */
  async tellLosses(): Promise<void> {
    if (!this.alive) return;
    const isStopped = this.#look !== undefined;
    if (isStopped) this.#child.kill('SIGCONT');
    for (let asked = 0; asked < MOST_ASKED; asked += 1) {
      await this.#ask();
      if (!this.alive || this.#read >= this.#counts.received - this.#counts.dropped) break;
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    this.#tellSkipped(this.#skipped);
    this.#tellRefused();
    if (!isStopped) this.#isCatchingUp = false;
    else if (this.#look !== undefined) this.#child.kill('SIGSTOP');
  }

  /** It ends by itself when its interface goes down or away. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Of one that ended by itself, what crossed its interface since is told as lost. */
  stop(): void {
    clearInterval(this.#look);
    clearInterval(this.#calm);
    if (!this.alive && !this.#stopped) this.#tellUnseen();
    this.#stopped = true;
    this.#child.kill('SIGTERM');
    // A stopped process hears of it only when it goes on.
    this.#child.kill('SIGCONT');
  }

  #hear(chunk: Buffer): void {
    let records;
    try {
      records = this.#stream.push(chunk);
    } catch {
      this.#child.kill('SIGKILL');
      return;
    }
    this.#read += records.length;
    const fresh = records.filter((record) => timeOf(record) >= this.#freshFromNs);
    this.#skipped += records.length - fresh.length;
    const [first] = fresh;
    if (!first) return;
    // While tcpdump is stopped the interface's own counter is what is watched.
    if (this.#look === undefined) this.#go(this.#budget.spend(fresh.length, Date.now()), timeOf(first));
    if (this.#detail === 'counters') this.#skipped += fresh.length;
    else this.#send(fresh);
  }

  #send(records: readonly PcapRecord[]): void {
    const kept =
      this.#detail === 'headers'
        ? records.map((record) => ({ ...record, bytes: record.bytes.subarray(0, HEADERS_LENGTH) }))
        : records;
    if (this.#sink.frames(encodeFrames(this.#segment, kept))) {
      this.#given += records.length;
      this.#tellRefused();
    } else this.#refused += records.length;
  }

  #go(detail: CaptureDetail, timeNs: bigint): void {
    if (detail === this.#detail) return;
    const before = this.#detail;
    this.#detail = detail;
    this.#sink.detail(this.#segment, detail, timeNs);
    if (detail === 'counters') this.#suspend();
    else if (before === 'counters') this.#resume(timeNs);
    this.#watchForCalm();
  }

  /** Cut to their headers, frames tell how many they are; that none come any more, only the clock tells. */
  #watchForCalm(): void {
    clearInterval(this.#calm);
    if (this.#detail !== 'headers') return;
    this.#calm = setInterval(
      () => this.#go(this.#budget.spend(0, Date.now()), BigInt(realtimeNs())),
      LOOK_MS,
    );
  }

  #suspend(): void {
    this.#isCatchingUp = true;
    this.#across = framesAcross(this.#device);
    this.#looks = 0;
    this.#child.kill('SIGSTOP');
    let estimate = this.#skipped;
    this.#look = setInterval(() => {
      const across = framesAcross(this.#device);
      const frames = Math.max(0, across - this.#across);
      this.#across = across;
      estimate += frames;
      const detail = this.#budget.spend(frames, Date.now());
      this.#looks += 1;
      // The last one has everything that the interface counted: the exact count follows.
      if (detail !== 'counters' || this.#looks % TELL_LOOKS === 0) this.#tellSkipped(estimate);
      this.#go(detail, BigInt(realtimeNs()));
    }, LOOK_MS);
  }

  #resume(timeNs: bigint): void {
    clearInterval(this.#look);
    this.#look = undefined;
    this.#freshFromNs = timeNs;
    this.#child.kill('SIGCONT');
    void this.tellLosses();
  }

  /** Tells what is new of a count that only grows; an estimate that was too high is made up for later. */
  #tellSkipped(count: number): void {
    if (count <= this.#told) return;
    this.#tell(count - this.#told, 'budget');
    this.#told = count;
  }

  #tellRefused(): void {
    if (this.#refused > 0) this.#tell(this.#refused, 'reader');
    this.#refused = 0;
  }

  /** What the interface counted, and neither the records nor the losses told so far hold. */
  #tellUnseen(): void {
    this.#tellRefused();
    const unseen = framesAcross(this.#device) - this.#acrossAtStart - this.#given - this.#lost;
    if (unseen > 0) this.#tell(unseen, 'reader');
  }

  #tell(frames: number, reason: NonNullable<LossEvent['reason']>): void {
    this.#lost += frames;
    this.#sink.lost(this.#segment, frames, reason);
  }

  async #ask(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, COUNT_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#child.kill('SIGUSR1');
    });
  }

  /** Whether tcpdump has answered a SIGUSR1, and what is new in its counts. */
  #count(): void {
    const counts = readCounts(this.#errors);
    if (!counts) return;
    this.#errors = 'listening on';
    const dropped = counts.dropped - this.#counts.dropped;
    this.#counts = counts;
    if (this.#isCatchingUp) this.#skipped += dropped;
    else if (dropped > 0) this.#tell(dropped, 'kernel');
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function timeOf({ seconds, nanoseconds }: PcapRecord): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}
