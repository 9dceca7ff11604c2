import { pictureOf } from './export-picture.ts';
import type { Panel } from './panel.ts';
import { paintSvg } from './ladder/paint-svg.ts';
import { paperTheme } from './ladder/theme.ts';
import type { ExportFormat } from './protocol.ts';

/** Sharp on paper and on dense screens. */
const PNG_SCALE = 2;

/** Exports what the filter leaves; the host asks for the place and writes. */
export async function exportAs(panel: Panel, format: ExportFormat): Promise<void> {
  const { store, host } = panel;
  const { text, filter } = store.state;
  const flows = filter
    ? panel.list.rows.flatMap((row) => (row.kind === 'flow' ? [row.flow] : []))
    : undefined;
  store.update({ menu: 'none' });
  try {
    const data = await drawn(panel, format);
    const { file } = await host.ask({
      kind: 'export',
      format,
      ...(flows && { flows }),
      ...(data !== undefined && { data }),
    });
    if (file) store.update({ message: text('panel.exported', { file }) });
  } catch (error) {
    store.update({ message: error instanceof Error ? error.message : String(error) });
  }
}

async function drawn(panel: Panel, format: ExportFormat): Promise<string | ArrayBuffer | undefined> {
  if (format !== 'svg' && format !== 'png') return undefined;
  const { shapes, width, height, title, cut } = pictureOf(panel);
  const { text } = panel.state;
  if (cut > 0) panel.store.update({ message: text('panel.export.cut', { count: cut }) });
  const svg = paintSvg(shapes, width, height, paperTheme, title);
  return format === 'svg' ? svg : rasterise(panel, svg, width, height);
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
