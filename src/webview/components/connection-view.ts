import { models } from '../../models/models.ts';
import { html, nothing, type TemplateResult } from 'lit';
import { loadConnections } from '../load-connections.ts';
import type { Panel } from '../panel.ts';
import type { ConnectionRow } from '../../panel-protocol/messages.ts';

/** The forwarder's table as it is now, with the entry that this packet made or used. */
export function connectionView(panel: Panel): TemplateResult {
  const { text, lab, details, connections, connectionsOf } = panel.state;
  const nodes = (lab?.nodes ?? []).filter(
    ({ role, gone }) => !gone && (role === 'director' || (lab && role === models[lab.model].worksAt)),
  );
  const used = details?.connection?.id ?? details?.decision?.connection;
  const columns = ['number', 'protocol', 'client', 'service', 'local', 'server', 'state', 'expires'] as const;
  return html`<div class="connections">
    <p class="decision">
      ${nodes.map(
        ({ name }) =>
          html`<button
            type="button"
            class="level"
            aria-pressed=${name === connectionsOf}
            @click=${() => void loadConnections(panel, name)}
          >
            ${text('panel.connections.of', { node: name })}
          </button>`,
      )}
      <span class="quiet">${text('panel.connections.count', { count: connections.length })}</span>
    </p>
    ${
      connections.length === 0
        ? html`<p class="hint">${text('panel.connections.none')}</p>`
        : html`<table class="table">
            <thead>
              <tr>
                ${columns.map((column) => html`<th scope="col">${text(`panel.column.${column}`)}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${connections.map((row) => connectionRow(panel, row, row.id === used))}
            </tbody>
          </table>`
    }
  </div>`;
}

function connectionRow({ state: { text } }: Panel, row: ConnectionRow, used: boolean): TemplateResult {
  return html`<tr class=${used ? 'lit' : ''}>
    <th scope="row">
      ${row.id}${used ? html`<span class="heard">${text('panel.connections.used')}</span>` : nothing}
    </th>
    <td>${row.protocol}</td>
    <td class="value">${row.client}</td>
    <td class="value">${row.service}</td>
    <td class="value">${row.local || '–'}</td>
    <td>${row.server || '–'}</td>
    <td>${row.state}</td>
    <td class="number">${Math.ceil(row.expiresInMs / 1000)} s</td>
  </tr>`;
}
