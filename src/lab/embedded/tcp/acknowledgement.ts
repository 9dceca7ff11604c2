import { DUPLICATES_FOR_LOSS } from './congestion.ts';
import type { ControlBlock } from './control-block.ts';
import { repeatOldest, sendAcknowledgement } from './output.ts';
import { segmentLength, type TcpSegment } from './segment.ts';
import { sequenceAfter, sequenceBefore, sequenceDistance } from './sequence.ts';
import { armRetransmission, closeBlock, enterTimeWait, limitOrphan } from './timers.ts';

/** The acknowledgement field of a segment in sequence (RFC 9293, section 3.10.7.4, fifth). False: drop the segment. */
export function acknowledgementArrives(block: ControlBlock, segment: TcpSegment): boolean {
  const { acknowledgement } = segment;
  if (sequenceAfter(acknowledgement, block.sendHighest)) {
    sendAcknowledgement(block);
    return false;
  }
  if (sequenceAfter(acknowledgement, block.unacknowledged)) advance(block, acknowledgement);
  else if (isDuplicate(block, segment)) duplicateArrives(block);
  updateWindow(block, segment);
  return true;
}

function advance(block: ControlBlock, acknowledgement: number): void {
  const start = block.queueStart;
  const data = Math.min(Math.max(0, sequenceDistance(acknowledgement, start)), block.queue.length);
  const finAcknowledged =
    block.finishing &&
    !block.finAcknowledged &&
    sequenceDistance(acknowledgement, start) === block.queue.length + 1;
  block.queue.discard(data);
  block.unacknowledged = acknowledgement;
  block.host.progressed(block.remote);
  if (sequenceBefore(block.sendNext, acknowledgement)) block.sendNext = acknowledgement;
  block.repeats = 0;
  measure(block, acknowledgement);
  block.roundTrip.progress();
  recover(block, acknowledgement, data);
  if (finAcknowledged) ourFinAcknowledged(block);
  armRetransmission(block);
}

function measure(block: ControlBlock, acknowledgement: number): void {
  if (block.timed === undefined || sequenceBefore(acknowledgement, block.timed.until)) return;
  block.roundTrip.measured(block.host.clock.now() - block.timed.since);
  block.timed = undefined;
}

/** New data acknowledged: grow, or while recovering fill the next hole (RFC 6582, section 3.2). */
function recover(block: ControlBlock, acknowledgement: number, data: number): void {
  const { congestion } = block;
  congestion.duplicates = 0;
  if (congestion.recoverUpTo === undefined) congestion.acknowledged(data, block.segmentSize);
  else if (sequenceBefore(acknowledgement, congestion.recoverUpTo)) repeatOldest(block);
  else congestion.recovered();
}

/** RFC 5681, section 2. */
function isDuplicate(block: ControlBlock, segment: TcpSegment): boolean {
  return (
    segment.acknowledgement === block.unacknowledged &&
    segmentLength(segment) === 0 &&
    segment.window === block.sendWindow &&
    block.sendHighest !== block.unacknowledged
  );
}

function duplicateArrives(block: ControlBlock): void {
  const { congestion } = block;
  if (block.sendWindow === 0) {
    // The answer to a probe: the other side lives, so never give up (RFC 9293, section 3.8.6.1).
    block.repeats = 0;
    return;
  }
  congestion.duplicates += 1;
  if (congestion.duplicates !== DUPLICATES_FOR_LOSS || congestion.recoverUpTo !== undefined) return;
  congestion.lossNoticed(block.inFlight, block.segmentSize, block.sendHighest);
  repeatOldest(block);
  armRetransmission(block);
}

function updateWindow(block: ControlBlock, segment: TcpSegment): void {
  if (sequenceBefore(segment.acknowledgement, block.unacknowledged)) return;
  const newer =
    sequenceBefore(block.windowSequence, segment.sequence) ||
    (block.windowSequence === segment.sequence &&
      !sequenceAfter(block.windowAcknowledgement, segment.acknowledgement));
  if (!newer) return;
  const opened = block.sendWindow === 0 && segment.window > 0;
  block.sendWindow = segment.window;
  block.windowSequence = segment.sequence;
  block.windowAcknowledgement = segment.acknowledgement;
  if (!opened) return;
  block.sendNext = block.unacknowledged;
  block.repeats = 0;
  block.roundTrip.progress();
}

function ourFinAcknowledged(block: ControlBlock): void {
  block.finAcknowledged = true;
  if (block.state === 'fin-wait-1') {
    block.state = 'fin-wait-2';
    if (block.orphaned) limitOrphan(block);
  } else if (block.state === 'closing') enterTimeWait(block);
  else if (block.state === 'last-ack') closeBlock(block, 'finished');
}
