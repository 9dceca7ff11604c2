import { models } from '../../models/models.ts';
import { html, nothing, type TemplateResult } from 'lit';
import { loadConnections } from '../load-connections.ts';
import type { Panel } from '../panel.ts';
import type { ConnectionRow } from '../../panel-protocol/messages.ts';

const columns = ['number', 'protocol', 'client', 'service', 'local', 'server', 'state', 'expires'] as const;
type Column = (typeof columns)[number];

/** The entry that this packet made or used, as far as the packet tells; below it the forwarder's table as it is now. */
export function connectionView(panel: Panel): TemplateResult {
  const { text, lab, details, connections, connectionsOf } = panel.state;
  const nodes = (lab?.nodes ?? []).filter(
    ({ role, gone }) => !gone && (role === 'director' || (lab && role === models[lab.model].worksAt)),
  );
  const used = details?.connection?.id ?? details?.decision?.connection;
  // Where nothing is translated, no entry has an address towards the server.
  const shown = columns.filter((column) => column !== 'local' || connections.some(({ local }) => local));
  return html`<div class="connections">
    ${entryThen(panel)}
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
                ${shown.map((column) => html`<th scope="col">${text(`panel.column.${column}`)}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${connections.map((row) => connectionRow(panel, row, shown, row.id === used))}
            </tbody>
          </table>`
    }
  </div>`;
}

/** What the packet shows of its entry when it passed, and what has become of the entry. */
function entryThen(panel: Panel): TemplateResult | typeof nothing {
  const { text, details, connections, connectionsOf } = panel.state;
  const { hop, decision, in: before } = details ?? {};
  const row = panel.selectedRow;
  const flow = row && row.kind !== 'change' ? panel.table.flow(row.flow) : undefined;
  if (!hop || decision?.connection === undefined || !flow) return nothing;
  const { names } = panel;
  const entry = [
    text('panel.connection.number', { number: decision.connection }),
    text(`panel.rule.${decision.rule}`),
    `${names.endpoint(flow.clientAddress, flow.clientPort)} → ${names.endpoint(flow.serviceAddress, flow.servicePort)}`,
    decision.server && `→ ${decision.server}`,
  ];
  const node = before ? hop.from : hop.to;
  const now = connections.find(({ id }) => id === decision.connection);
  const fate = now
    ? text('panel.connections.still', { state: now.state, seconds: Math.ceil(now.expiresInMs / 1000) })
    : text('panel.connections.left');
  return html`<p class="decision then">
    <strong>${text('panel.connections.then')}</strong>
    <span>${entry.filter(Boolean).join(' · ')}</span>
    ${connectionsOf === node ? html`<span class="quiet">${fate}</span>` : nothing}
  </p>`;
}

function connectionRow(
  { state: { text } }: Panel,
  row: ConnectionRow,
  shown: readonly Column[],
  used: boolean,
): TemplateResult {
  const cells: Readonly<Record<Column, TemplateResult | string>> = {
    number: html`${row.id}${used ? html`<span class="heard">${text('panel.connections.used')}</span>` : nothing}`,
    protocol: row.protocol,
    client: row.client,
    service: row.service,
    local: row.local || '–',
    server: row.server || '–',
    state: row.state,
    expires: `${Math.ceil(row.expiresInMs / 1000)} s`,
  };
  return html`<tr class=${used ? 'lit' : ''}>
    ${shown.map((column) =>
      column === 'number'
        ? html`<th scope="row">${cells[column]}</th>`
        : html`<td class=${classes[column] ?? nothing}>${cells[column]}</td>`,
    )}
  </tr>`;
}

const classes: Readonly<Partial<Record<Column, string>>> = {
  client: 'value',
  service: 'value',
  local: 'value',
  expires: 'number',
};
