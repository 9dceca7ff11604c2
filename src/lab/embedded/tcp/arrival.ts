import type { ControlBlock } from './control-block.ts';
import { RECEIVE_WINDOW } from './control-block.ts';
import { acknowledgementArrives } from './acknowledgement.ts';
import { repeatOldest, sendAcknowledgement, sendReset, sendSyn } from './output.ts';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, resetFor, segmentLength, type TcpSegment } from './segment.ts';
import { sequenceAdd, sequenceAfter, sequenceDistance } from './sequence.ts';
import { acknowledgeSoon, armRetransmission, closeBlock, enterTimeWait, sendAndWatch } from './timers.ts';

/** A segment for this connection has arrived: RFC 9293, section 3.10.7, in its order. */
export function segmentArrives(block: ControlBlock, segment: TcpSegment): void {
  if (block.state === 'closed') return;
  if (block.state === 'syn-sent') arrivesInSynSent(block, segment);
  else arrivesSynchronized(block, segment);
  if (isClosed(block)) return;
  sendAndWatch(block);
  if (block.acknowledge === 'now') sendAcknowledgement(block);
  else if (block.acknowledge === 'soon') acknowledgeSoon(block);
}

/** The state as it is now: handlers change it, which the compiler cannot see. */
function isClosed(block: ControlBlock): boolean {
  return block.state === 'closed';
}

/** Section 3.10.7.3. */
function arrivesInSynSent(block: ControlBlock, segment: TcpSegment): void {
  const acknowledges = (segment.flags & TCP_ACK) !== 0;
  if (acknowledges && segment.acknowledgement !== sequenceAdd(block.initialSend, 1)) {
    const reset = resetFor(segment);
    if (reset) block.host.transmit(reset);
    return;
  }
  if (segment.flags & TCP_RST) {
    if (acknowledges) closeBlock(block, 'refused');
    return;
  }
  if (!(segment.flags & TCP_SYN)) return;
  learnSyn(block, segment);
  if (!acknowledges) {
    // Both sides called at once.
    block.state = 'syn-received';
    sendSyn(block);
    armRetransmission(block);
    return;
  }
  block.acknowledge = 'now';
  establish(block, segment);
  dataArrives(block, segment, sequenceAdd(segment.sequence, 1));
}

/** Takes over what a SYN says. */
export function learnSyn(block: ControlBlock, segment: TcpSegment): void {
  block.initialReceive = segment.sequence;
  block.receiveNext = sequenceAdd(segment.sequence, 1);
  block.remoteMaximum = segment.maximumSegment ?? 536;
}

function establish(block: ControlBlock, segment: TcpSegment): void {
  block.state = 'established';
  block.congestion.start(block.segmentSize);
  block.sendWindow = segment.window;
  block.windowSequence = segment.sequence;
  block.windowAcknowledgement = segment.acknowledgement;
  acknowledgementArrives(block, segment);
  block.owner.established?.();
  // Written or closed before the handshake was over.
  if (block.finishing) block.state = 'fin-wait-1';
}

/** Section 3.10.7.4. */
function arrivesSynchronized(block: ControlBlock, segment: TcpSegment): void {
  if (!isAcceptable(block, segment)) {
    if (segment.flags & TCP_RST) return;
    if (block.state === 'syn-received' && isRepeatedSyn(block, segment)) {
      repeatOldest(block);
      return;
    }
    if (block.state === 'time-wait') enterTimeWait(block);
    sendAcknowledgement(block);
    return;
  }
  if (segment.flags & TCP_RST) {
    // Anything but the exact number may be forged: ask (RFC 5961, section 3.2).
    if (segment.sequence !== block.receiveNext) sendAcknowledgement(block);
    else closeBlock(block, 'reset');
    return;
  }
  if (segment.flags & TCP_SYN) {
    sendAcknowledgement(block);
    return;
  }
  if (!(segment.flags & TCP_ACK)) return;
  if (block.state === 'syn-received') {
    if (segment.acknowledgement !== sequenceAdd(block.initialSend, 1)) {
      const reset = resetFor(segment);
      if (reset) block.host.transmit(reset);
      return;
    }
    establish(block, segment);
  } else if (!acknowledgementArrives(block, segment)) {
    return;
  }
  if (isClosed(block)) return;
  dataArrives(block, segment, segment.sequence);
}

/** Section 3.10.7.4, first: some part of the segment lies in the receive window. The window is never closed. */
function isAcceptable(block: ControlBlock, segment: TcpSegment): boolean {
  const from = sequenceDistance(segment.sequence, block.receiveNext);
  if (from >= 0) return from < RECEIVE_WINDOW;
  return from + segmentLength(segment) > 0;
}

function isRepeatedSyn(block: ControlBlock, segment: TcpSegment): boolean {
  const bare = (segment.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
  return bare && segment.sequence === block.initialReceive;
}

/** The text and the FIN of a segment whose text starts at `sequence`. */
function dataArrives(block: ControlBlock, segment: TcpSegment, sequence: number): void {
  const { payload } = segment;
  if (payload.length > 0) {
    if (block.orphaned && sequenceAfter(sequenceAdd(sequence, payload.length), block.receiveNext)) {
      sendReset(block);
      closeBlock(block, 'aborted');
      return;
    }
    // At once, as Linux does at the start of a connection (quick acknowledgements).
    block.acknowledge = 'now';
    if (receivesData(block)) block.early.add(sequence, payload);
  }
  if (segment.flags & TCP_FIN) {
    block.finSequence = sequenceAdd(sequence, payload.length);
    if (block.acknowledge === 'no') block.acknowledge = 'soon';
  }
  for (const bytes of block.early.take(block.receiveNext)) {
    block.receiveNext = sequenceAdd(block.receiveNext, bytes.length);
    block.owner.received(bytes);
    if (isClosed(block)) return;
  }
  if (block.finSequence === block.receiveNext && receivesData(block)) finArrives(block);
  else if (block.finSequence !== undefined && block.acknowledge === 'soon') block.acknowledge = 'now';
}

function receivesData(block: ControlBlock): boolean {
  return block.state === 'established' || block.state === 'fin-wait-1' || block.state === 'fin-wait-2';
}

/** Every byte up to the FIN is here. */
function finArrives(block: ControlBlock): void {
  block.receiveNext = sequenceAdd(block.receiveNext, 1);
  if (block.state === 'established') {
    block.state = 'close-wait';
    block.owner.ended();
    return;
  }
  block.acknowledge = 'now';
  block.owner.ended();
  if (block.state === 'fin-wait-1') block.state = 'closing';
  else if (block.state === 'fin-wait-2') enterTimeWait(block);
}
