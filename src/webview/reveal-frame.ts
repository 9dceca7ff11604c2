import type { Panel } from './panel.ts';
import { reveal } from './selection.ts';

/** Goes to the hop that a captured frame belongs to: the first capture's, or the receiver's, which follows it. */
export function revealFrame(panel: Panel, frame: number): void {
  const { table } = panel;
  let nearest: { flow: number; journey: number; hop: number; frame: number } | undefined;
  for (const flow of table.flowIds()) {
    for (const journey of table.journeyIds(flow)) {
      for (const hop of table.hopsOf(journey)) {
        if (hop.frame <= frame && hop.frame > (nearest?.frame ?? 0)) {
          nearest = { flow, journey, hop: hop.index, frame: hop.frame };
        }
      }
    }
  }
  if (nearest) reveal(panel, nearest.flow, nearest.journey, nearest.hop);
}
