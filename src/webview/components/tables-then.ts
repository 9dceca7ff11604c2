import { html, nothing, type TemplateResult } from 'lit';
import { failure } from '../failure.ts';
import type { Panel } from '../panel.ts';
import { formatMoment } from '../time-format.ts';

/** Under the map: the tables of the node that sent the selected frame, as they can have been then. */
export function tablesView(panel: Panel): TemplateResult | typeof nothing {
  const { text, cover, tablesOpen, tables } = panel.state;
  const at = frameAtHand(panel);
  if (!at) return nothing;
  return html`<details
    class="then"
    ?open=${tablesOpen}
    @toggle=${({ currentTarget }: Event) => open(panel, (currentTarget as HTMLDetailsElement).open)}
  >
    <summary>${text('panel.then', { node: at.node })}</summary>
    ${
      !tablesOpen
        ? nothing
        : cover
          ? html`<p class="hint">${text('panel.predict.closed')}</p>`
          : tables?.key === at.key
            ? body(panel)
            : nothing
    }
  </details>`;
}

interface FrameAtHand {
  readonly key: string;
  readonly node: string;
  readonly timeNs: number;
}

function frameAtHand({ selectedRow: row, table, names }: Panel): FrameAtHand | undefined {
  const hop = row?.kind === 'hop' ? table.hopsOf(row.journey)[row.hop] : undefined;
  return hop && { key: row!.key, node: names.node(hop.from), timeNs: hop.timeNs };
}

function open(panel: Panel, tablesOpen: boolean): void {
  if (tablesOpen !== panel.state.tablesOpen) panel.store.update({ tablesOpen });
}

/** Asks for the tables of the frame that is looked at, when it is another one. */
export function followTables(panel: Panel): void {
  let asked: string | undefined;
  panel.store.subscribe(({ tablesOpen, cover, tables }) => {
    const at = tablesOpen && !cover ? frameAtHand(panel) : undefined;
    if (!at || at.key === asked || at.key === tables?.key) return;
    asked = at.key;
    panel.host
      .ask({ kind: 'tables', node: at.node, untilNs: at.timeNs })
      .then(({ tables: then }) => panel.store.update({ tables: { key: at.key, ...then } }))
      .catch((error: unknown) => panel.store.update({ message: failure(error) }))
      .finally(() => (asked = undefined));
  });
}

function body(panel: Panel): TemplateResult {
  const { text, lab, tables } = panel.state;
  const { neighbours, connections } = tables!;
  const when = (timeNs: number) => formatMoment(timeNs, 'relative', lab?.startedAt ?? '', 0);
  const named = (value: string) => panel.names.value(value);
  const table = (caption: string, heads: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0
      ? html`<p class="hint">${text(caption)}: ${text('panel.then.none')}</p>`
      : html`<table class="table">
          <caption>
            ${text(caption)}
          </caption>
          <thead>
            <tr>
              ${heads.map((head) => html`<th scope="col">${text(head)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([first, ...rest]) =>
                html`<tr>
                  <th scope="row">${first}</th>
                  ${rest.map((cell) => html`<td>${cell}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>`;
  return html`${table(
      'panel.then.arp',
      ['panel.then.address', 'panel.then.mac', 'panel.then.told'],
      neighbours.map(({ address, mac, timeNs }) => [named(address), named(mac), when(timeNs)]),
    )}
    ${table(
      'panel.then.connections',
      [
        'panel.column.number',
        'panel.column.client',
        'panel.column.service',
        'panel.column.server',
        'panel.then.used',
      ],
      connections.map(({ id, client, service, server, usedNs }) => [
        ...[String(id), client, service, server || '–', when(usedNs)],
      ]),
    )}
    <p class="hint">${text('panel.then.unknown')}</p>`;
}
