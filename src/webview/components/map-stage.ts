import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { setPlaying, stepByHand } from '../play.ts';
import { setMapOpen, setMapZoom } from '../settings.ts';
import { networkMap, whereabouts } from './network-map.ts';
import { tablesView } from './tables-then.ts';
import { toolButton } from './tool-button.ts';

/** The map beside the ladder, with the selected packet on it: stepped by hand, or played. */
export function mapStage(panel: Panel, width: number): TemplateResult {
  const { text } = panel.state;
  return html`<section class="map-stage" aria-label=${text('panel.tab.map')}>
    <div class="map-bar">
      ${mapControls(panel)}
      <span class="spring"></span>
      ${toolButton('close', text('panel.map.close'), () => setMapOpen(panel, false))}
    </div>
    ${mapBody(panel, width)}
  </section>`;
}

/** The same where there is no room beside the ladder: among the details. */
export function mapDetails(panel: Panel, width: number): TemplateResult {
  return html`<div class="map-bar">${mapControls(panel)}</div>
    ${mapBody(panel, width)}`;
}

function mapControls(panel: Panel): TemplateResult {
  const { text, playing, mapZoom } = panel.state;
  return html`<span class="play" role="toolbar" aria-label=${text('panel.map.play')}>
    ${toolButton('chevron-left', text('panel.step.back'), () => stepByHand(panel, -1))}
    ${toolButton(playing ? 'debug-pause' : 'play', text(playing ? 'panel.map.pause' : 'panel.map.play'), () => setPlaying(panel, !playing))}
    ${toolButton('chevron-right', text('panel.step.on'), () => stepByHand(panel, 1))}
    ${toolButton('zoom-in', text('panel.map.zoom'), () => setMapZoom(panel, !mapZoom), mapZoom)}
  </span>`;
}

function mapBody(panel: Panel, width: number): TemplateResult {
  const { text } = panel.state;
  return html`<div class="map-room" tabindex="0" role="group" aria-label=${text('panel.tab.map')}>
      ${networkMap(panel, width)}
    </div>
    <p class="whereabouts">${whereabouts(panel) || text('panel.map.hint')}</p>
    ${tablesView(panel)}`;
}
