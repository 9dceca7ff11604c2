import type { ControlBlock } from './control-block.ts';
import { NO_BYTES, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from './segment.ts';
import { RECEIVE_WINDOW } from './control-block.ts';
import { sequenceAdd, sequenceAfter, sequenceDistance } from './sequence.ts';

/**
 * Sends what the windows allow: data in segments of the current size, then the FIN. Without Nagle's delay, as curl and
 * nginx set TCP_NODELAY. Returns whether anything went out.
 */
export function sendPending(block: ControlBlock): boolean {
  if (!maySendData(block)) return false;
  let sent = false;
  while (sendOne(block, Math.min(block.sendWindow, block.congestion.window) - block.inFlight)) sent = true;
  return sent;
}

/** Sends the oldest unacknowledged segment again, or one byte into a closed window to learn whether it opened. */
export function repeatOldest(block: ControlBlock): void {
  block.timed = undefined;
  if (block.state === 'syn-sent' || block.state === 'syn-received') {
    sendSyn(block);
    return;
  }
  if (!maySendData(block)) return;
  const resumeAt = block.sendNext;
  block.sendNext = block.unacknowledged;
  sendOne(block, block.sendWindow === 0 ? 1 : block.sendWindow);
  if (sequenceAfter(resumeAt, block.sendNext)) block.sendNext = resumeAt;
}

export function sendSyn(block: ControlBlock): void {
  const acknowledging = block.state === 'syn-received';
  block.sendNext = sequenceAdd(block.initialSend, 1);
  transmit(block, block.initialSend, acknowledging ? TCP_SYN | TCP_ACK : TCP_SYN, NO_BYTES);
}

/**
 * After the highest number ever sent, not where a repetition stands: an acknowledgement that looks old is dropped, and
 * two sides that both repeat would never hear each other (as BSD's `tcp_output` has it).
 */
export function sendAcknowledgement(block: ControlBlock): void {
  transmit(block, block.sendHighest, TCP_ACK, NO_BYTES);
}

export function sendReset(block: ControlBlock): void {
  transmit(block, block.sendHighest, TCP_RST | TCP_ACK, NO_BYTES);
}

/** A segment was sent and not acknowledged, or data waits for a window that is closed. */
export function needsTimer(block: ControlBlock): boolean {
  if (block.sendHighest !== block.unacknowledged) return true;
  return maySendData(block) && (block.queue.length > 0 || (block.finishing && !block.finAcknowledged));
}

function maySendData(block: ControlBlock): boolean {
  switch (block.state) {
    case 'established':
    case 'close-wait':
    case 'fin-wait-1':
    case 'closing':
    case 'last-ack':
      return true;
    default:
      return false;
  }
}

function sendOne(block: ControlBlock, allowed: number): boolean {
  const offset = sequenceDistance(block.sendNext, block.queueStart);
  const waiting = block.queue.length - offset;
  if (waiting < 0) return false;
  const length = Math.min(waiting, block.segmentSize, allowed);
  if (waiting > 0) {
    if (length <= 0) return false;
    // A small segment only because the window is nearly full is not worth a packet (RFC 9293, section 3.8.6.2.1).
    if (length < block.segmentSize && length < waiting && block.inFlight > 0) return false;
  }
  const last = length >= waiting;
  const finish =
    last && block.finishing && !block.finAcknowledged && (allowed > waiting || block.inFlight === 0);
  if (waiting === 0 && !finish) return false;
  const payload = waiting > 0 ? block.queue.copy(offset, length) : NO_BYTES;
  const sequence = block.sendNext;
  const fresh = sequence === block.sendHighest;
  block.sendNext = sequenceAdd(sequence, payload.length + (finish ? 1 : 0));
  if (fresh && block.timed === undefined) {
    block.timed = { until: block.sendNext, since: block.host.clock.now() };
  }
  const push = last && payload.length > 0;
  transmit(block, sequence, TCP_ACK | (push ? TCP_PSH : 0) | (finish ? TCP_FIN : 0), payload);
  return true;
}

/** Every segment but the first SYN acknowledges, so whatever acknowledgement was due is done. */
function transmit(block: ControlBlock, sequence: number, flags: number, payload: Uint8Array): void {
  if (sequenceAfter(block.sendNext, block.sendHighest)) block.sendHighest = block.sendNext;
  block.acknowledge = 'no';
  block.delayedAcknowledgement?.cancel();
  const segment = {
    source: block.local,
    sourcePort: block.localPort,
    destination: block.remote,
    destinationPort: block.remotePort,
    sequence,
    acknowledgement: flags & TCP_ACK ? block.receiveNext : 0,
    flags,
    window: flags & TCP_RST ? 0 : RECEIVE_WINDOW,
    payload,
  };
  block.host.transmit(
    flags & TCP_SYN ? { ...segment, maximumSegment: block.host.maximumSegment(block.remote) } : segment,
  );
}
