import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { cards } from './cards.ts';
import { compare } from './compare.ts';
import { details } from './details.ts';
import { filterBar } from './filter-bar.ts';
import { menus } from './menus.ts';
import { modelCard } from './model-card.ts';
import { notices } from './notices.ts';
import { stage, type Stage } from './stage.ts';
import { timelineStrip } from './timeline-strip.ts';
import { titleBar } from './title-bar.ts';

/** The whole panel. */
export function panelView(panel: Panel, parts: Stage): TemplateResult {
  const { lab } = panel.state;
  return html`<main>
    ${titleBar(panel)} ${menus(panel)} ${notices(panel)}
    ${lab ? html`${filterBar(panel)} ${timelineStrip(panel)} ${modelCard(panel)}` : ''} ${cards(panel)}
    ${stage(panel, parts)} ${compare(panel)} ${details(panel)}
  </main>`;
}
