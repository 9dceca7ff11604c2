import type { CloseReason, ControlBlock } from './control-block.ts';
import { needsTimer, repeatOldest, sendAcknowledgement, sendPending } from './output.ts';

const SECOND = 1e9;
/** Linux's TCP_DELACK_MIN: how long a FIN waits for a FIN of ours to travel with its acknowledgement. */
const DELAYED_ACKNOWLEDGEMENT = 0.04 * SECOND;
/** Linux's TCP_TIMEWAIT_LEN. No run waits for it. */
const TIME_WAIT = 60 * SECOND;
/** Linux's tcp_fin_timeout: how long FIN-WAIT-2 lasts when nobody reads any more. */
const ORPHAN_LIFE = 60 * SECOND;
/** Linux's tcp_syn_retries, tcp_synack_retries, tcp_retries2. */
const GIVE_UP = { 'syn-sent': 6, 'syn-received': 5, other: 15 };
/** Copies after which a silent other side no longer keeps a run from settling. */
const REPEATS_THAT_MATTER = 3;

/** Sends what the windows allow, and watches over it. */
export function sendAndWatch(block: ControlBlock): void {
  sendPending(block);
  if (block.retransmission === undefined) armRetransmission(block);
}

/** (Re)starts the retransmission timer when something is unacknowledged or waits for a window, else stops it. */
export function armRetransmission(block: ControlBlock): void {
  block.retransmission?.cancel();
  block.retransmission = undefined;
  if (block.state === 'closed' || block.state === 'time-wait' || !needsTimer(block)) return;
  block.retransmission = block.host.clock.after(
    block.roundTrip.timeout,
    () => retransmissionDue(block),
    block.repeats < REPEATS_THAT_MATTER ? 'matters' : 'background',
  );
}

/** RFC 6298, section 5.4–5.6; what follows the first segment is sent again as acknowledgements come in. */
function retransmissionDue(block: ControlBlock): void {
  block.retransmission = undefined;
  const limit =
    block.state === 'syn-sent' || block.state === 'syn-received' ? GIVE_UP[block.state] : GIVE_UP.other;
  if (block.repeats >= limit) {
    closeBlock(block, 'timed-out');
    return;
  }
  block.repeats += 1;
  block.roundTrip.backOff();
  if (block.sendHighest !== block.unacknowledged) {
    block.congestion.timedOut(block.inFlight, block.segmentSize);
    block.sendNext = block.unacknowledged;
  }
  repeatOldest(block);
  armRetransmission(block);
}

export function acknowledgeSoon(block: ControlBlock): void {
  block.delayedAcknowledgement?.cancel();
  block.delayedAcknowledgement = block.host.clock.after(DELAYED_ACKNOWLEDGEMENT, () => {
    if (block.acknowledge !== 'no') sendAcknowledgement(block);
  });
}

/** Both sides have closed: stay a while, to acknowledge a FIN that comes again (RFC 9293, section 3.6). */
export function enterTimeWait(block: ControlBlock): void {
  const first = block.state !== 'time-wait';
  block.state = 'time-wait';
  block.retransmission?.cancel();
  block.lingering?.cancel();
  block.lingering = block.host.clock.after(TIME_WAIT, () => closeBlock(block, 'finished'), 'background');
  if (first) tellClosed(block, 'finished');
}

export function limitOrphan(block: ControlBlock): void {
  block.lingering?.cancel();
  block.lingering = block.host.clock.after(ORPHAN_LIFE, () => closeBlock(block, 'finished'), 'background');
}

/** The connection is no more: timers stop, its table forgets it, its owner hears why. */
export function closeBlock(block: ControlBlock, reason: CloseReason): void {
  if (block.state === 'closed') return;
  const told = block.state === 'time-wait';
  block.state = 'closed';
  block.retransmission?.cancel();
  block.delayedAcknowledgement?.cancel();
  block.lingering?.cancel();
  block.onClosed();
  if (!told) tellClosed(block, reason);
}

function tellClosed(block: ControlBlock, reason: CloseReason): void {
  const owner = block.owner;
  block.owner = SILENT;
  owner.closed(reason);
}

const SILENT = { received: () => undefined, ended: () => undefined, closed: () => undefined };
