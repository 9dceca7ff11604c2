import { html, nothing, type TemplateResult } from 'lit';
import { exportAs } from '../export.ts';
import { moveLane } from '../ladder-pointer.ts';
import { keep } from '../keep.ts';
import { laneOrder } from '../ladder/lanes.ts';
import type { Panel } from '../panel.ts';
import { icon } from './icon.ts';

/** The panel that a button of the title bar opens. */
export function menus(panel: Panel): TemplateResult | typeof nothing {
  const { text, menu } = panel.state;
  if (menu === 'none') return nothing;
  const bodies = { export: exportMenu, lanes: lanesMenu, help: helpMenu, send: sendMenu };
  return html`<div
    class="menu"
    role="dialog"
    tabindex="-1"
    aria-label=${text(`panel.menu.${menu}`)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      closeMenu(panel);
    }}
  >
    <div class="menu-head">
      <h2>${text(`panel.menu.${menu}`)}</h2>
      <vscode-toolbar-button
        icon="close"
        label=${text('panel.close')}
        title=${text('panel.close')}
        @click=${() => closeMenu(panel)}
      ></vscode-toolbar-button>
    </div>
    ${bodies[menu](panel)}
  </div>`;
}

function closeMenu(panel: Panel): void {
  panel.store.update({ menu: 'none' });
  document.querySelector<HTMLElement>('[role=treegrid]')?.focus();
}

function exportMenu(panel: Panel): TemplateResult {
  const { text, filter } = panel.state;
  const formats = ['html', 'pcapng', 'json', 'svg', 'png', 'mmd'] as const;
  return html`<p class="hint">${text(filter ? 'panel.export.filtered' : 'panel.export.all')}</p>
    ${formats.map(
      (format) =>
        html`<button
          type="button"
          class="item ${format === 'html' ? 'needs-lab' : ''}"
          @click=${() => void exportAs(panel, format)}
        >
          <strong>${format.toUpperCase()}</strong><span>${text(`panel.export.${format}`)}</span>
        </button>`,
    )}`;
}

function sendMenu(panel: Panel): TemplateResult {
  return html`${panel.state.lab?.traffic.map(
    ({ from, request }, traffic) =>
      html`<button
        type="button"
        class="item"
        @click=${() => {
          panel.host.send({ type: 'do', action: { kind: 'send-request', traffic } });
          closeMenu(panel);
        }}
      >
        <strong>${request}</strong><span>${from}</span>
      </button>`,
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
  const button = (sign: string, label: string, act: () => void) =>
    html`<vscode-toolbar-button
      icon=${sign}
      label=${label}
      title=${label}
      @click=${act}
    ></vscode-toolbar-button>`;
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
          ${button('arrow-left', text('panel.lanes.left', { name }), () => shift(node, -1))}
          ${button('arrow-right', text('panel.lanes.right', { name }), () => shift(node, 1))}
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
  const signs = ['request', 'reply', 'rewrite', 'envelope', 'passes', 'lost'] as const;
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
    <ul class="legend">
      ${signs.map((sign) => html`<li>${icon('circle-small-filled')}${text(`panel.legend.${sign}`)}</li>`)}
    </ul>`;
}
