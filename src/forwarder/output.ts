import { HEADROOM, makeFrame, type Frame } from './frame.ts';
import type { Server } from './server.ts';
import { Verdict, type DropReason, type Rule } from './verdict.ts';

/** Room for an ARP frame, or an ICMP error of at most 576 bytes (RFC 1812, section 4.3.2.3) behind its Ethernet header. */
const SPARE_CAPACITY = 14 + 576;

/** The verdicts of one call and the frames it makes itself, reused from call to call. */
export class Output {
  readonly drops = noDrops();
  private readonly verdicts: Verdict[] = [new Verdict()];
  private used = 0;
  private readonly spares: Frame[] = [];
  private sparesUsed = 0;
  private tickets = 0;

  /** Forgets the last call's verdicts. */
  begin(): void {
    this.used = 0;
    this.sparesUsed = 0;
  }

  /** The next verdict of this call, cleared and chained behind the one before. */
  verdict(): Verdict {
    const position = this.used++;
    const verdict = this.verdicts[position] ?? this.another();
    clear(verdict);
    if (position > 0) this.verdicts[position - 1]!.next = verdict;
    return verdict;
  }

  /** The first verdict of this call, `undefined` when nothing was decided. */
  first(): Verdict | undefined {
    return this.used === 0 ? undefined : this.verdicts[0];
  }

  /** A frame of at least `capacity` bytes that stands on its own, to be filled and sent in this call. */
  spare(capacity = SPARE_CAPACITY): Frame {
    const place = this.sparesUsed++;
    let frame = this.spares[place];
    if (frame === undefined || frame.bytes.length - HEADROOM < capacity) {
      this.spares[place] = frame = makeFrame(Math.max(capacity, SPARE_CAPACITY));
    }
    return frame;
  }

  /** A number under which a held frame will be named again. */
  ticket(): number {
    return ++this.tickets;
  }

  /** The frame is in and nothing goes out, as every verdict has it at first. Counted by reason. */
  drop(verdict: Verdict, rule: Rule, reason: DropReason): Verdict {
    verdict.rule = rule;
    verdict.reason = reason;
    this.drops[reason]++;
    return verdict;
  }

  private another(): Verdict {
    const verdict = new Verdict();
    this.verdicts.push(verdict);
    return verdict;
  }
}

/** Under which rule packets of a connection that is there go on. */
export function ruleFor({ isOutside }: Server, direction: number): Rule {
  if (isOutside) return direction === 0 ? 'nat-out' : 'nat-in';
  return direction === 0 ? 'established' : 'reply';
}

/** The verdict is about a connection to the server; `serial` is its number, 0 for one that there is not yet. */
export function nameFlow(verdict: Verdict, rule: Rule, server: Server, serial: number): void {
  verdict.rule = rule;
  verdict.connection = serial;
  verdict.service = server.service.index;
  verdict.server = server.isOutside ? -1 : server.slot;
}

/** Adds a frame to send. */
export function send(verdict: Verdict, frame: Frame): void {
  verdict.frames[verdict.count++] = frame;
}

function clear(verdict: Verdict): void {
  verdict.relation = 'dropped';
  verdict.rule = 'not-ours';
  verdict.reason = undefined;
  verdict.service = -1;
  verdict.server = -1;
  verdict.connection = 0;
  verdict.input = false;
  verdict.place = 0;
  verdict.count = 0;
  verdict.ticket = 0;
  if (verdict.released.length > 0) verdict.released.length = 0;
  verdict.detail = undefined;
  verdict.next = undefined;
}

function noDrops(): Record<DropReason, number> {
  return {
    'not-ours': 0,
    malformed: 0,
    'ttl-expired': 0,
    'bad-checksum': 0,
    'bad-ip-checksum': 0,
    'martian-source': 0,
    'no-connection': 0,
    'no-server': 0,
    'server-drained': 0,
    'no-route': 0,
    'neighbour-unreachable': 0,
    'neighbour-queue-full': 0,
    'table-full': 0,
    'ports-exhausted': 0,
    'ambiguous-port': 0,
    'server-removed': 0,
    'too-big': 0,
    'bad-fragment': 0,
    'fragment-timeout': 0,
    'fragments-full': 0,
    'source-route': 0,
    'rate-limited': 0,
    unsupported: 0,
  };
}
