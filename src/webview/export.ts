import { pictureOf } from './export-picture.ts';
import { failure } from './failure.ts';
import type { Panel } from './panel.ts';
import { paintSvg } from './ladder/paint-svg.ts';
import { paperTheme } from './ladder/theme.ts';
import type { ExportFormat, RedactionChoice } from '../panel-protocol/messages.ts';

/** Sharp on paper and on dense screens. */
const PNG_SCALE = 2;

/** Exports what the filter leaves; the host asks for the place and writes. */
export async function exportAs(panel: Panel, format: ExportFormat, redact?: RedactionChoice): Promise<void> {
  const { store, host } = panel;
  const { text, filter, cover } = store.state;
  if (cover) {
    store.update({ menu: 'none', message: { words: text('panel.predict.closed'), bad: false } });
    return;
  }
  const flows = filter
    ? panel.list.rows.flatMap((row) => (row.kind === 'flow' ? [row.flow] : []))
    : undefined;
  store.update({ menu: 'none' });
  try {
    const { data, cut = 0 } = await drawn(panel, format);
    const { file } = await host.ask({
      kind: 'export',
      format,
      ...(flows && { flows }),
      ...(data !== undefined && { data }),
      ...(redact && { redact }),
    });
    if (!file) return;
    const saved = text('panel.exported', { file });
    const words = cut > 0 ? `${saved} ${text('panel.export.cut', { count: cut })}` : saved;
    store.update({ message: { words, bad: false } });
  } catch (error) {
    store.update({ message: failure(error) });
  }
}

interface Drawn {
  readonly data?: string | ArrayBuffer;
  /** Rows that there was no room for. */
  readonly cut?: number;
}

async function drawn(panel: Panel, format: ExportFormat): Promise<Drawn> {
  if (format !== 'svg' && format !== 'png') return {};
  const { shapes, width, height, title, cut } = pictureOf(panel);
  const svg = paintSvg(shapes, width, height, paperTheme, title);
  return { data: format === 'svg' ? svg : await rasterise(panel, svg, width, height), cut };
}

/** By way of an image, so that the PNG is the SVG. */
async function rasterise({ state }: Panel, svg: string, width: number, height: number): Promise<ArrayBuffer> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * PNG_SCALE;
    canvas.height = height * PNG_SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error(state.text('panel.export.failed'));
    return await blob.arrayBuffer();
  } finally {
    URL.revokeObjectURL(url);
  }
}
