import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { captureLine } from './capture-line.ts';
import { compare } from './compare.ts';
import { details } from './details.ts';
import { filterBar } from './filter-bar.ts';
import { mapStage } from './map-stage.ts';
import { menus } from './menus.ts';
import { modelCard } from './model-card.ts';
import { question } from './question.ts';
import { slot } from './slot.ts';
import { splitter } from './splitter.ts';
import { stage, type Stage } from './stage.ts';
import { timelineStrip } from './timeline-strip.ts';
import { titleBar } from './title-bar.ts';

/**
 * The whole panel: a line of tools, one band, the ladder with its timeline under it, and what was asked about a row
 * below them or, where there is room, beside them; the map has its own column, and what was asked stands below it then.
 */
export function panelView(panel: Panel, parts: Stage): TemplateResult {
  const { lab, detailsOpen, compared, mapOpen } = panel.state;
  const map = parts.mapWidth > 0 && lab && mapOpen ? mapStage(panel, parts.mapWidth) : nothing;
  const asked = question(panel);
  return html`<main>
    ${titleBar(panel)} ${menus(panel)} ${captureLine(panel)} ${lab ? filterBar(panel) : nothing}
    ${slot(panel)} ${modelCard(panel)}
    <div class="body ${map === nothing ? '' : 'with-map'}">
      ${map}
      <div class="ladder">${stage(panel, parts)} ${timelineStrip(panel)}</div>
      ${detailsOpen || compared !== undefined || asked !== nothing ? splitter(panel, map !== nothing) : nothing}
      ${compare(panel)} ${asked === nothing ? details(panel) : asked}
    </div>
  </main>`;
}
