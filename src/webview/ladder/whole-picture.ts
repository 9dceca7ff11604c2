import type { LabView } from '../../panel-protocol/messages.ts';
import type { RowList } from '../rows/row-list.ts';
import { geometryOf } from './geometry.ts';
import { headerHeight } from './head-lines.ts';
import { layoutHeader } from './header.ts';
import { nodeSlots } from './lane-slots.ts';
import { laneOrder, type LaneChoice } from './lanes.ts';
import { layoutRows } from './layout.ts';
import type { Scene } from './scene.ts';
import type { Shape } from './shapes.ts';
import { translated } from './translated.ts';

export interface WholePicture {
  readonly shapes: readonly Shape[];
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Rows left out because the picture would be too tall. */
  readonly cut: number;
}

const WIDTH = 1000;
/** Browsers paint no canvas taller than about 32,000 pixels, at twice the size. */
const TALLEST = 15_000;

/** Header and rows in one picture, as tall as it needs to be. */
export function picture(
  list: RowList,
  lab: LabView,
  lanes: LaneChoice,
  source: Pick<Scene, 'table' | 'names' | 'text' | 'changes' | 'measure' | 'timeMode'>,
): WholePicture {
  const geometry = geometryOf(WIDTH, nodeSlots(laneOrder(lab.nodes, lanes)));
  const scene: Scene = {
    ...source,
    geometry,
    startedAt: lab.startedAt,
    selected: undefined,
    hovered: undefined,
    highlighted: [],
  };
  const head = headerHeight({ lab, geometry, density: 'full' });
  const rows = list.rows.filter(({ top, height }) => head + top + height <= TALLEST);
  const last = rows[rows.length - 1];
  const body = layoutRows(rows, scene).shapes.map((shape) => translated(shape, head));
  return {
    shapes: [...body, ...layoutHeader({ ...scene, lab, density: 'full' }).shapes],
    width: geometry.width,
    height: head + (last ? last.top + last.height : 0) + 12,
    title: `${lab.model.toUpperCase()} · ${lab.file}`,
    cut: list.rows.length - rows.length,
  };
}
