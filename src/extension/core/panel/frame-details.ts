import type { FrameEvent } from '../../../lab/events.ts';
import { decodeFrame } from '../../../packet/decode.ts';
import type { FrameDetails } from '../../../panel-protocol/messages.ts';
import type { ShownCaptures } from './shown-lab.ts';
import { fieldExtents } from './field-extents.ts';

/** A frame with its layers and where in the bytes each field stands. */
export function frameDetails(
  event: FrameEvent,
  number: number,
  captures?: Pick<ShownCaptures, 'frameName'>,
): FrameDetails {
  const { layers } = decodeFrame(event.bytes, event.originalLength);
  return {
    frame: number,
    ...(captures && { name: captures.frameName(number) }),
    timeNs: event.timeNs,
    originalLength: event.originalLength,
    bytes: event.bytes.slice().buffer as ArrayBuffer,
    layers: layers.map((layer) => ({
      protocol: layer.kind,
      offset: layer.start,
      length: layer.end - layer.start,
      fields: fieldExtents(layer),
    })),
  };
}
