import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { cards } from './cards.ts';
import { compare } from './compare.ts';
import { details } from './details.ts';
import { filterBar } from './filter-bar.ts';
import { lesson } from './lesson.ts';
import { menus } from './menus.ts';
import { modelCard } from './model-card.ts';
import { notices } from './notices.ts';
import { question } from './question.ts';
import { splitter } from './splitter.ts';
import { stage, type Stage } from './stage.ts';
import { timelineStrip } from './timeline-strip.ts';
import { titleBar } from './title-bar.ts';

/** The whole panel. */
export function panelView(panel: Panel, parts: Stage): TemplateResult {
  const { lab, detailsOpen, compared } = panel.state;
  const asked = question(panel);
  // A lesson tells what there is to be seen.
  const covered = panel.state.cover !== undefined;
  return html`<main>
    ${titleBar(panel)} ${menus(panel)} ${notices(panel)}
    ${lab ? html`${filterBar(panel)} ${timelineStrip(panel)} ${modelCard(panel)}` : ''}
    ${covered ? '' : lesson(panel)} ${cards(panel)} ${stage(panel, parts)}
    ${detailsOpen || compared !== undefined || asked !== nothing ? splitter(panel) : ''} ${compare(panel)}
    ${asked === nothing ? details(panel) : asked}
  </main>`;
}
