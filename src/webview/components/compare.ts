import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { flowResult, packetTitle, rowWords, type RowWords } from '../rows/row-words.ts';
import { hopKey } from '../rows/row.ts';
import { reveal } from '../selection.ts';

/** The last flow before a change of the file beside the first after it, hop by hop. */
export function compare(panel: Panel): TemplateResult | typeof nothing {
  const { text, compared, changes } = panel.state;
  const change = changes.find(({ epoch }) => epoch === compared);
  if (!change) return nothing;
  const [before, after] = [side(panel, change.before), side(panel, change.after)];
  const lines = Math.max(before.length, after.length);
  const close = () => panel.store.update({ compared: undefined });
  return html`<section
    class="compare"
    aria-label=${text('panel.change.compare')}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    }}
  >
    <div class="details-bar">
      <h2>${change.texts.join(' · ')}</h2>
      <span class="spring"></span>
      <vscode-toolbar-button
        icon="close"
        label=${text('panel.close')}
        title=${text('panel.close')}
        @click=${close}
      ></vscode-toolbar-button>
    </div>
    <div class="details-body" tabindex="0" role="group" aria-label=${text('panel.change.compare')}>
      <table class="layers">
        <thead>
          <tr>
            <th scope="col">${text('panel.packet-and-hop')}</th>
            <th scope="col">${title(panel, 'panel.before', change.before)}</th>
            <th scope="col">${title(panel, 'panel.after', change.after)}</th>
          </tr>
        </thead>
        <tbody>
          ${Array.from({ length: lines }, (_, index) => {
            const [old, now] = [before[index], after[index]];
            const different = old?.words !== now?.words;
            return html`<tr
              class="${different ? 'signature' : 'same'} ${(now ?? old)!.packet ? 'layer' : ''}"
            >
              <th scope="row">${(now ?? old)!.title}</th>
              <td>${old?.words ?? '–'}</td>
              <td>
                ${different ? (now?.words ?? '–') : html`<span class="equal" title=${now?.words ?? ''}>=</span>`}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </section>`;
}

function title(panel: Panel, key: string, id: number | undefined): TemplateResult {
  const { text } = panel.state;
  const flow = id === undefined ? undefined : panel.table.flow(id);
  if (!flow) return html`${text(key)}`;
  return html`${text(key)}
    <button type="button" class="link" @click=${() => reveal(panel, flow.id)}>#${flow.id}</button>
    ${flowResult(flow, panel.names, text)}`;
}

interface Line {
  readonly title: string;
  readonly words: string;
  readonly packet: boolean;
}

/** A flow as lines that can be laid beside another flow's: without what differs from run to run. */
function side(panel: Panel, flow: number | undefined): Line[] {
  if (flow === undefined) return [];
  const { table, words } = panel;
  const { text } = panel.state;
  const port = String(table.flow(flow)?.clientPort ?? '');
  return table.journeyIds(flow).flatMap((journey) => {
    const packet = table.journey(journey)!;
    const hops = table.hopsOf(journey).map(({ index }) => {
      const row = {
        kind: 'hop',
        key: hopKey(journey, index),
        flow,
        journey,
        hop: index,
        top: 0,
        height: 0,
        open: undefined,
      } as const;
      const said = rowWords(row, words);
      return { title: said.what, words: line(said, port), packet: false };
    });
    const direction = text(packet.reply ? 'direction.reply' : 'direction.request');
    return [{ title: packetTitle(packet, text), words: direction, packet: true }, ...hops];
  });
}

function line({ way, change, result }: RowWords, port: string): string {
  const words = [way, change, result].filter(Boolean).join(' · ');
  return port === '0' || port === '' ? words : words.replaceAll(port, '…');
}
