import { html, nothing, type TemplateResult } from 'lit';
import { requestCounts, failedOf } from '../counts.ts';
import type { Panel } from '../panel.ts';
import type { Level } from '../rows/folding.ts';
import { setFollow, setLevel, setPaused, toggleFilter } from '../settings.ts';
import { gist } from './gist.ts';
import { icon } from './icon.ts';
import { promisesButton } from './promises-button.ts';
import { remedyButton } from './remedy-button.ts';
import { menuButton, toolButton } from './tool-button.ts';

/** One line: which lab, how it is, and the buttons. One tab stop. */
export function titleBar(panel: Panel): TemplateResult {
  const { text, lab, labs, pinned, file } = panel.state;
  return html`<header>
    <div class="title-bar" role="toolbar" aria-label=${text('panel.toolbar')} data-roving>
      <h1>
        ${labs.length > 0 ? menuButton(panel, 'labs', text('panel.menu.labs'), title(panel), 'tool lab-title') : title(panel)}
      </h1>
      ${pinned ? html`<span title=${text('panel.pinned')}>${icon('pinned')}</span>` : nothing}
      ${lab && file.unsaved ? html`<span class="unsaved" title=${text('panel.unsaved.hint')}>${text('panel.unsaved')}</span>` : nothing}
      ${lab ? html`${engine(panel)} ${counts(panel)} ${promisesButton(panel)}` : nothing}
      <span class="gist-room">${gist(panel)}</span>
      ${lab ? buttons(panel) : nothing}
    </div>
  </header>`;
}

function title({ state: { text, lab, labs } }: Panel): TemplateResult {
  return html`<span class="model">${lab ? text(`panel.model.${lab.model}`) : 'LB Lab'}</span>
    ${lab ? html`<span class="file" title=${lab.file}>${lab.file}</span>` : nothing}
    ${labs.length > 0 ? icon('chevron-down') : nothing}`;
}

/** What the lab runs on and whether it does; explains itself. */
function engine(panel: Panel): TemplateResult {
  const { text, lab, labState, file } = panel.state;
  const name = text(`panel.engine.${lab!.engine}`);
  const state = text(`panel.state.${labState.kind}`);
  // What was recorded elsewhere neither runs nor has stopped.
  const isPlain = labState.kind === 'running' || lab!.engine === 'capture';
  return menuButton(
    panel,
    'engine',
    lab!.engine === 'capture' ? name : `${name}, ${state}`,
    html`<span class="dot" aria-hidden="true"></span
      ><span>${name}${isPlain ? nothing : html` · ${state}`}</span>`,
    `state ${file.fault ? 'fault' : labState.kind}`,
  );
}

function counts(panel: Panel): TemplateResult | typeof nothing {
  const words = requestCounts(panel).join(' · ');
  const { requests } = panel.state;
  if (!words || !requests) return nothing;
  return html`<span class="requests ${failedOf(requests) > 0 ? 'bad' : ''}" title=${words}>${words}</span>`;
}

function buttons(panel: Panel): TemplateResult {
  const { text, paused, follow, filter, filterOpen } = panel.state;
  return html`
    ${first(panel)}
    ${toolButton(
      paused ? 'debug-continue' : 'debug-pause',
      text(paused ? 'panel.resume' : 'panel.pause'),
      () => setPaused(panel, !paused),
    )}
    ${toolButton('arrow-circle-down', text('panel.follow'), () => setFollow(panel, !follow), follow)}
    ${levels(panel)}
    ${toolButton('search', text('panel.filter.open'), () => toggleFilter(panel), filterOpen || filter !== '')}
    ${menuButton(panel, 'more', text('panel.menu.more'), icon('ellipsis'))}
  `;
}

/** What there is to do first: send a request, or start again what has ended. */
function first(panel: Panel): TemplateResult | typeof nothing {
  const { text, lab, labState } = panel.state;
  if (lab!.engine === 'capture') return nothing;
  if (labState.kind === 'failed' || labState.kind === 'stopped') {
    return html`${remedyButton(panel)}<button
        type="button"
        class="send needs-lab"
        title=${text(labState.kind === 'stopped' ? 'panel.stopped' : 'panel.restart')}
        @click=${() => panel.host.send({ type: 'do', action: { kind: 'restart' } })}
      >
        ${icon('debug-restart')}<span>${text('panel.restart')}</span>
      </button>`;
  }
  const [traffic] = lab!.traffic;
  if (labState.kind !== 'running' || !traffic) return nothing;
  const what = `${text('panel.send')}: ${traffic.request} · ${traffic.from}`;
  return html`<span class="split needs-lab">
    <button
      type="button"
      class="send"
      aria-label=${what}
      title=${what}
      @click=${() => panel.host.send({ type: 'do', action: { kind: 'send-request', traffic: 0 } })}
    >
      ${icon('play')}<span>${text('panel.send')}</span>
    </button>
    ${lab!.traffic.length > 1 ? menuButton(panel, 'send', text('panel.send.which'), icon('chevron-down'), 'send more') : nothing}
  </span>`;
}

function levels(panel: Panel): TemplateResult {
  const { text, folding } = panel.state;
  return html`<span class="levels" role="group" aria-label=${text('panel.level')}
    >${(['flows', 'packets', 'hops'] as const).map(
      (name, index) =>
        html`<button
          type="button"
          class="level"
          aria-pressed=${folding.level === index + 1}
          title=${text('panel.level.hint', { level: text(`panel.level.${name}`), key: index + 1 })}
          @click=${() => setLevel(panel, (index + 1) as Level)}
        >
          ${text(`panel.level.${name}`)}
        </button>`,
    )}</span
  >`;
}
