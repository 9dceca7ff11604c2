import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { PanelState } from '../panel-state.ts';
import { setPredict } from '../predict/predict.ts';
import { setFollow, setLevel, setPaused, setTimeMode, setValues, toggleMenu } from '../settings.ts';
import { icon } from './icon.ts';

/** Which lab, how it is, and the buttons. */
export function titleBar(panel: Panel): TemplateResult {
  const { state } = panel;
  const { text, lab, labState } = state;
  return html`<header class="title-bar">
    <h1>
      ${
        lab
          ? html`<span class="model">${text(`panel.model.${lab.model}`)}</span>
              <span class="file" title=${lab.file}>${lab.file}</span>`
          : html`<span class="model">LB Lab</span>`
      }
    </h1>
    ${
      lab
        ? html`<span class="state ${labState.kind}" title=${text(`panel.state.${labState.kind}`)}>
            <span class="dot" aria-hidden="true"></span>
            <span
              >${text(`panel.engine.${lab.engine}`)}${labState.kind === 'running' ? nothing : html` · ${text(`panel.state.${labState.kind}`)}`}</span
            >
          </span>`
        : nothing
    }
    <span class="spring"></span>
    ${lab ? buttons(panel, state) : nothing}
  </header>`;
}

function buttons(
  panel: Panel,
  { text, folding, paused, follow, values, lab, labState, menu, cover }: PanelState,
): TemplateResult {
  const running = labState.kind === 'running';
  const button = (name: string, label: string, pressed: boolean | undefined, act: () => void) =>
    html`<vscode-toolbar-button
      icon=${name}
      label=${label}
      title=${label}
      ?toggleable=${pressed !== undefined}
      ?checked=${pressed ?? false}
      .checked=${pressed ?? false}
      @click=${act}
    ></vscode-toolbar-button>`;
  const send = (traffic: number) =>
    panel.host.send({ type: 'do', action: { kind: 'send-request', traffic } });
  const levels = (['flows', 'packets', 'hops'] as const).map(
    (name, index) =>
      html`<button
        type="button"
        class="level"
        aria-pressed=${folding.level === index + 1}
        title=${text('panel.level.hint', { level: text(`panel.level.${name}`), key: index + 1 })}
        @click=${() => setLevel(panel, (index + 1) as 1 | 2 | 3)}
      >
        ${text(`panel.level.${name}`)}
      </button>`,
  );
  return html`
    <div class="buttons" role="toolbar" aria-label=${text('panel.toolbar')}>
      ${
        running && lab!.traffic.length > 0
          ? html`<button
              type="button"
              class="send needs-lab"
              @click=${() => (lab!.traffic.length > 1 ? toggleMenu(panel, 'send') : send(0))}
              aria-expanded=${lab!.traffic.length > 1 ? menu === 'send' : nothing}
            >
              ${icon('play')}<span>${text('panel.send')}</span>${lab!.traffic.length > 1 ? icon('chevron-down') : nothing}
            </button>`
          : nothing
      }
      ${button(paused ? 'debug-continue' : 'debug-pause', text(paused ? 'panel.resume' : 'panel.pause'), undefined, () => setPaused(panel, !paused))}
      ${button('arrow-circle-down', text('panel.follow'), follow, () => setFollow(panel, !follow))}
      <span class="levels" role="group" aria-label=${text('panel.level')}>${levels}</span>
      ${button('symbol-numeric', text('panel.values'), values, () => setValues(panel, !values))}
      ${button('mortar-board', text('panel.predict'), cover !== undefined, () => setPredict(panel, cover === undefined))}
      ${button('watch', text(`panel.time.${panel.state.timeMode}`), undefined, () => setTimeMode(panel))}
      ${button('list-tree', text('panel.lanes'), undefined, () => toggleMenu(panel, 'lanes'))}
      ${button('export', text('panel.export'), undefined, () => toggleMenu(panel, 'export'))}
      ${button('question', text('panel.help'), undefined, () => toggleMenu(panel, 'help'))}
    </div>
  `;
}
