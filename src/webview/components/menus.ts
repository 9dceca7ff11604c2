import { html, nothing, type TemplateResult } from 'lit';
import type { Action } from '../../panel-protocol/messages.ts';
import { exportAs } from '../export.ts';
import { moveLane } from '../ladder-pointer.ts';
import { keep } from '../keep.ts';
import { laneOrder } from '../ladder/lanes.ts';
import type { Panel } from '../panel.ts';
import { setPredict } from '../predict/predict.ts';
import type { Menu } from '../panel-state.ts';
import { setTimeMode, setValues, toggleMenu } from '../settings.ts';
import { legend } from './legend.ts';
import { toolButton } from './tool-button.ts';

type Open = Exclude<Menu, 'none'>;

/** What a button of the title line opens: a list to choose from, or a small page of its own. */
const bodies: Readonly<Record<Open, (panel: Panel) => TemplateResult>> = {
  labs: labsMenu,
  engine: engineMenu,
  send: sendMenu,
  more: moreMenu,
  export: exportMenu,
  lanes: lanesMenu,
  help: helpMenu,
};

/** Under which button it stands; pages of the last menu stand where that stood. */
const under: Readonly<Record<Open, Open>> = {
  labs: 'labs',
  engine: 'engine',
  send: 'send',
  more: 'more',
  export: 'more',
  lanes: 'more',
  help: 'more',
};

/** Stands under the button that opened it, and goes when focus does. */
export function menus(panel: Panel): TemplateResult | typeof nothing {
  const { text, menu } = panel.state;
  if (menu === 'none') return nothing;
  return html`<div
    class="menu"
    role="dialog"
    tabindex="-1"
    data-under=${under[menu]}
    data-roving=${isList(menu) ? '' : nothing}
    aria-label=${text(`panel.menu.${menu}`)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      closeMenu(panel);
    }}
    @focusout=${() => requestAnimationFrame(() => closeWhenLeft(panel))}
  >
    ${
      isList(menu)
        ? nothing
        : html`<div class="menu-head">
            <h2>${text(`panel.menu.${menu}`)}</h2>
            ${toolButton('close', text('panel.close'), () => closeMenu(panel))}
          </div>`
    }
    ${bodies[menu](panel)}
  </div>`;
}

function isList(menu: Menu): boolean {
  return menu === 'labs' || menu === 'send' || menu === 'more' || menu === 'engine';
}

/** Focus may have gone from one of its controls to another, or to the button, which closes it itself. */
function closeWhenLeft(panel: Panel): void {
  const { menu } = panel.state;
  const at = document.hasFocus() ? document.activeElement : null;
  if (menu === 'none' || at?.closest(`.menu, [data-menu=${under[menu]}]`)) return;
  panel.store.update({ menu: 'none' });
}

function closeMenu(panel: Panel): void {
  const { menu } = panel.state;
  panel.store.update({ menu: 'none' });
  if (menu !== 'none') document.querySelector<HTMLElement>(`[data-menu=${under[menu]}]`)?.focus();
}

function item(words: string, act: () => void, more = ''): TemplateResult {
  return html`<button type="button" class="item" @click=${act}>
    <span>${words}</span>${more ? html`<span class="quiet">${more}</span>` : nothing}
  </button>`;
}

/** All labs of the window: to be looked at, to be stopped; and whether the panel goes along with the editor. */
function labsMenu(panel: Panel): TemplateResult {
  const { text, labs, pinned } = panel.state;
  const act = (action: Action) => panel.host.send({ type: 'do', action });
  return html`${labs.map(({ uri, model, file, state, shown }) => {
    const isOn = state === 'running' || state === 'starting';
    return html`<div class="lab ${state}">
      <button
        type="button"
        class="item"
        aria-current=${shown}
        @click=${() => {
          closeMenu(panel);
          act({ kind: 'show-lab', uri });
        }}
      >
        <span class="dot" aria-hidden="true"></span>
        <span><strong>${text(`panel.model.${model}`)}</strong> ${file}</span>
        <span class="quiet">${text(`panel.state.${state}`)}</span>
      </button>
      ${isOn ? toolButton('debug-stop', text('panel.labs.stop', { file }), () => act({ kind: 'stop-lab', uri })) : nothing}
    </div>`;
  })}
  ${item(text(pinned ? 'panel.unpin' : 'panel.pin'), () => {
    closeMenu(panel);
    act({ kind: 'pin', pinned: !pinned });
  })}`;
}

/** What the engine is, and another one if there is. */
function engineMenu(panel: Panel): TemplateResult {
  const { text, lab, labState } = panel.state;
  const notice = labState.kind === 'running' ? labState.notice : undefined;
  return html`<p class="hint">${text(`panel.engine.${lab!.engine}.is`)}</p>
    ${notice ? html`<p class="hint">${notice}</p>` : nothing}
    ${
      lab!.engine === 'embedded'
        ? item(text('panel.use-docker'), () => {
            closeMenu(panel);
            panel.host.send({ type: 'do', action: { kind: 'use-docker' } });
          })
        : nothing
    }`;
}

function predict(panel: Panel): void {
  panel.store.update({ menu: 'none' });
  setPredict(panel, panel.state.cover === undefined);
}

function moreMenu(panel: Panel): TemplateResult {
  const { text, values, timeMode } = panel.state;
  return html`
    ${item(text(panel.state.cover ? 'panel.predict.off' : 'panel.predict.on'), () => predict(panel), 'q')}
    ${item(text(values ? 'panel.names' : 'panel.values'), () => setValues(panel, !values), 'v')}
    ${item(text(`panel.time.${timeMode}`), () => setTimeMode(panel), 't')}
    ${item(`${text('panel.lanes')}…`, () => toggleMenu(panel, 'lanes'))}
    ${item(`${text('panel.export')}…`, () => toggleMenu(panel, 'export'))}
    ${item(`${text('panel.help')}…`, () => toggleMenu(panel, 'help'), '?')}
  `;
}

function exportMenu(panel: Panel): TemplateResult {
  const { text, filter } = panel.state;
  const redacted = (addresses: boolean) => void exportAs(panel, 'pcapng', { payload: 'none', addresses });
  const formats = ['html', 'pcapng', 'json', 'svg', 'png', 'mmd'] as const;
  return html`<p class="hint">${text(filter ? 'panel.export.filtered' : 'panel.export.all')}</p>
    ${formats.map(
      (format) =>
        html`<button
          type="button"
          class="item ${format === 'html' ? 'needs-lab' : ''}"
          @click=${() => void exportAs(panel, format)}
        >
          <strong>${format.toUpperCase()}</strong><span class="quiet">${text(`panel.export.${format}`)}</span>
        </button>`,
    )}
    <p class="hint">${text('panel.export.redacted')}</p>
    ${[
      item(text('panel.export.headers'), () => redacted(false), text('panel.export.headers.is')),
      item(text('panel.export.addresses'), () => redacted(true), text('panel.export.addresses.is')),
    ]}`;
}

function sendMenu(panel: Panel): TemplateResult {
  return html`${panel.state.lab?.traffic.map(({ from, request }, traffic) =>
    item(
      request,
      () => {
        panel.host.send({ type: 'do', action: { kind: 'send-request', traffic } });
        closeMenu(panel);
      },
      from,
    ),
  )}`;
}

function lanesMenu(panel: Panel): TemplateResult {
  const { text, lab, lanes } = panel.state;
  if (!lab) return html``;
  const all = laneOrder(lab.nodes, { order: lanes.order, hidden: [] });
  const set = (hidden: readonly string[]) => {
    panel.store.update({ lanes: { ...lanes, hidden } });
    keep(panel);
  };
  const shift = (node: number, by: number) => {
    const visible = laneOrder(lab.nodes, lanes);
    const at = visible.indexOf(node) + by;
    moveLane(panel, node, by > 0 ? at + 1 : at);
  };
  return html`<ul class="lanes">
      ${all.map((node) => {
        const { name } = lab.nodes[node]!;
        const hidden = lanes.hidden.includes(name);
        return html`<li>
          <vscode-checkbox
            label=${name}
            .checked=${!hidden}
            @change=${() => set(hidden ? lanes.hidden.filter((one) => one !== name) : [...lanes.hidden, name])}
          ></vscode-checkbox>
          ${toolButton('arrow-left', text('panel.lanes.left', { name }), () => shift(node, -1))}
          ${toolButton('arrow-right', text('panel.lanes.right', { name }), () => shift(node, 1))}
        </li>`;
      })}
    </ul>
    <vscode-button
      secondary
      @click=${() => {
        panel.store.update({ lanes: { order: [], hidden: [] } });
        keep(panel);
      }}
      >${text('panel.lanes.reset')}</vscode-button
    >`;
}

const keys = [
  ['↑ ↓', 'row'],
  ['← →', 'fold'],
  ['[ ]', 'hop'],
  ['n p', 'packet'],
  ['1 2 3', 'level'],
  ['Enter', 'details'],
  ['/', 'filter'],
  ['f', 'follow'],
  ['Space', 'pause'],
  ['v', 'values'],
  ['t', 'time'],
  ['m', 'model'],
  ['q', 'predict'],
  ['k', 'play'],
  ['g', 'map'],
  ['e', 'line'],
  ['c', 'compare'],
  ['l', 'lanes'],
  ['Esc', 'back'],
] as const;

function helpMenu(panel: Panel): TemplateResult {
  const { text } = panel.state;
  return html`<table class="keys">
      <tbody>
        ${keys.map(
          ([key, name]) =>
            html`<tr class=${name === 'line' ? 'needs-lab' : ''}>
              <th scope="row"><kbd>${key}</kbd></th>
              <td>${text(`panel.key.${name}`)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <h3>${text('panel.legend')}</h3>
    ${legend(panel)}`;
}
