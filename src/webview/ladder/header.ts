import { nodesOf } from './geometry.ts';
import { FOOT, headerHeight, headLines, type HeaderScene } from './head-lines.ts';
import { foldedHead, foldHead, laneHead } from './lane-head.ts';
import { segmentBars } from './segment-bars.ts';
import type { Picture } from './shapes.ts';

/** The heads of the lanes: who it is, its addresses, its VIP; below them which segments it is on. */
export function layoutHeader(scene: HeaderScene): Picture {
  const { lab, geometry, highlighted } = scene;
  const picture: Picture = { shapes: [], hits: [] };
  const height = headerHeight(scene);
  picture.shapes.push({ kind: 'rect', x: 0, y: 0, width: geometry.width, height, fill: 'background' });
  const lines = headLines(scene);
  // A name tells more than an icon.
  const withIcons = geometry.lanes.every(
    ({ slot }) =>
      slot.kind !== 'node' || scene.measure(lab.nodes[slot.node]!.name, 'strong') + 28 <= geometry.gap,
  );
  for (const lane of geometry.lanes) {
    if (nodesOf(lane.slot).some((node) => highlighted.includes(node))) {
      const width = Math.min(lane.width - 8, 72);
      const place = { x: lane.x - width / 2, y: 2, width, height: height - 2 };
      picture.shapes.push({ kind: 'rect', ...place, fill: 'highlight' });
    }
    const { slot } = lane;
    const head =
      slot.kind === 'node'
        ? laneHead(picture.shapes, lab.nodes[slot.node]!, lane, lines, withIcons, scene)
        : slot.kind === 'folded'
          ? foldedHead(picture.shapes, slot, lane, scene)
          : foldHead(picture.shapes, slot, lane, scene);
    picture.hits.push({ x: lane.x - lane.width / 2, y: 0, width: lane.width, height, ...head });
  }
  if (scene.density !== 'names') segmentBars(picture.shapes, height - FOOT, scene);
  const y = height - 0.5;
  picture.shapes.push({ kind: 'line', x1: 0, y1: y, x2: geometry.width, y2: y, ink: 'rule', width: 1 });
  return picture;
}
