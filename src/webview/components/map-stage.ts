import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { setPlaying, stepByHand } from '../play.ts';
import { setMapOpen, setMapZoom } from '../settings.ts';
import { networkMap, whereabouts } from './network-map.ts';
import { tablesView } from './tables-then.ts';

/** The map beside the ladder, with the selected packet on it: stepped by hand, or played. */
export function mapStage(panel: Panel, width: number): TemplateResult {
  const { text } = panel.state;
  return html`<section class="map-stage" aria-label=${text('panel.tab.map')}>
    <div class="map-bar">
      ${mapControls(panel)}
      <span class="spring"></span>
      ${tool('close', text('panel.map.close'), undefined, () => setMapOpen(panel, false))}
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
    ${tool('chevron-left', text('panel.step.back'), undefined, () => stepByHand(panel, -1))}
    ${tool(playing ? 'debug-pause' : 'play', text(playing ? 'panel.map.pause' : 'panel.map.play'), undefined, () => setPlaying(panel, !playing))}
    ${tool('chevron-right', text('panel.step.on'), undefined, () => stepByHand(panel, 1))}
    ${tool('zoom-in', text('panel.map.zoom'), mapZoom, () => setMapZoom(panel, !mapZoom))}
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

function tool(sign: string, label: string, pressed: boolean | undefined, act: () => void): TemplateResult {
  return html`<vscode-toolbar-button
    icon=${sign}
    label=${label}
    title=${label}
    ?toggleable=${pressed !== undefined}
    ?checked=${pressed ?? false}
    .checked=${pressed ?? false}
    @click=${act}
  ></vscode-toolbar-button>`;
}
