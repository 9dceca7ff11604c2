import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { revealFrame } from '../reveal-frame.ts';

const MOST_FRAMES = 4;

/** Links to the first of the frames that show something. */
export function frameLinks(panel: Panel, numbers: readonly number[]): TemplateResult[] {
  const { text, frameNames } = panel.state;
  const nameOf = (frame: number) => frameNames[frame] ?? frame;
  return numbers
    .slice(0, MOST_FRAMES)
    .map(
      (frame) =>
        html`<button
          type="button"
          class="link"
          title=${text('panel.evidence', { frame: nameOf(frame) })}
          @click=${() => revealFrame(panel, frame)}
        >
          #${nameOf(frame)}
        </button>`,
    );
}
