import { html, nothing, type TemplateResult } from 'lit';
import { nameOf } from '../comparison.ts';
import type { Panel } from '../panel.ts';
import { setPaused } from '../settings.ts';
import { icon } from './icon.ts';
import { remedyButton } from './remedy-button.ts';

/** Lines above the ladder about the lab as a whole: a better engine, that it stopped, failed, that the view waits, or what is marked. */
export function notices(panel: Panel): TemplateResult {
  const { text, labState, paused, marked, message } = panel.state;
  const line = (
    kind: string,
    sign: string,
    words: string,
    button: TemplateResult | typeof nothing = nothing,
  ) => html`<p class="notice ${kind}">${icon(sign)}<span>${words}</span>${button}</p>`;
  const startAgain = html`<vscode-button
    secondary
    @click=${() => panel.host.send({ type: 'do', action: { kind: 'restart' } })}
    >${text('panel.restart')}</vscode-button
  >`;
  const waiting = panel.table.flowCount - panel.list.flows;
  return html`
    ${
      labState.kind === 'running' && labState.notice
        ? line(
            'info',
            'info',
            labState.notice,
            html`<vscode-button
              secondary
              @click=${() => panel.host.send({ type: 'do', action: { kind: 'use-docker' } })}
              >${text('panel.use-docker')}</vscode-button
            >`,
          )
        : nothing
    }
    ${
      labState.kind === 'failed' && panel.table.flowCount > 0
        ? line('bad', 'error', labState.message, html`${remedyButton(panel)}${startAgain}`)
        : nothing
    }
    ${labState.kind === 'stopped' ? line('info needs-lab', 'debug-stop', text('panel.stopped'), startAgain) : nothing}
    ${
      message
        ? line(
            message.bad ? 'bad' : 'info',
            message.bad ? 'error' : 'info',
            message.words,
            html`<vscode-toolbar-button
              icon="close"
              label=${text('panel.close')}
              title=${text('panel.close')}
              @click=${() => panel.store.update({ message: undefined })}
            ></vscode-toolbar-button>`,
          )
        : nothing
    }
    ${
      marked
        ? line(
            'info',
            'diff',
            text('panel.compare.marked', { what: nameOf(panel, marked) }),
            html`<vscode-button secondary @click=${() => panel.store.update({ marked: undefined })}
              >${text('panel.compare.cancel')}</vscode-button
            >`,
          )
        : nothing
    }
    ${
      paused
        ? line(
            'info',
            'debug-pause',
            text('panel.paused', { count: Math.max(0, panel.state.filter ? 0 : waiting) }),
            html`<vscode-button secondary @click=${() => setPaused(panel, false)}
              >${text('panel.resume')}</vscode-button
            >`,
          )
        : nothing
    }
  `;
}
