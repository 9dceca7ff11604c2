import { html, nothing, type TemplateResult } from 'lit';
import { compareLines, differenceOf, type ComparedLine, type ComparedRow } from '../compare-lines.ts';
import type { Subject } from '../panel-state.ts';
import type { Panel } from '../panel.ts';
import { flowResult, packetTitle, rowWords, type RowWords } from '../rows/row-words.ts';
import { hopKey } from '../rows/row.ts';
import { reveal } from '../selection.ts';
import { toolButton } from './tool-button.ts';

/** Two flows or packets side by side, hop by hop: around a change of the file, or chosen by the reader. */
export function compare(panel: Panel): TemplateResult | typeof nothing {
  const { text, compared } = panel.state;
  if (!compared) return nothing;
  const [first, second] = compared.subjects;
  const [before, after] = [side(panel, first), side(panel, second)];
  const heads = compared.how === 'change' ? ['panel.before', 'panel.after'] : ['panel.first', 'panel.second'];
  const lines = compareLines(before, after);
  const close = () => panel.store.update({ compared: undefined });
  return html`<section
    class="compare"
    aria-label=${text('panel.change.compare')}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    }}
  >
    <div class="details-bar">
      <h2>${compared.title}</h2>
      <span class="spring"></span>
      ${toolButton('close', text('panel.close'), close)}
    </div>
    <div class="details-body" tabindex="0" role="group" aria-label=${text('panel.change.compare')}>
      <table class="layers">
        <thead>
          <tr>
            <th scope="col">${text('panel.packet-and-hop')}</th>
            <th scope="col">${title(panel, heads[0]!, first)}</th>
            <th scope="col">${title(panel, heads[1]!, second)}</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map((row) => rowTemplate(panel, row))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function title(panel: Panel, key: string, subject: Subject | undefined): TemplateResult {
  const { text } = panel.state;
  const flow = subject && panel.table.flow(subject.flow);
  if (!flow) return html`${text(key)}`;
  return html`${text(key)}
    <button type="button" class="link" @click=${() => reveal(panel, flow.id, subject!.journey)}>
      #${flow.id}
    </button>
    ${flowResult(flow, panel.words)}`;
}

function rowTemplate({ state: { text } }: Panel, row: ComparedRow): TemplateResult {
  if (row.kind === 'same')
    return html`<tr class="same">
      <th scope="row" colspan="3" class="equal">= ${text('panel.compare.same', { count: row.count })}</th>
    </tr>`;
  const { title, packet, first, second } = row;
  return html`<tr class="${packet ? 'layer' : 'signature'}">
    <th scope="row">${title}</th>
    <td>${first ? cell(first, second ?? []) : '–'}</td>
    <td>${second ? cell(second, first ?? []) : '–'}</td>
  </tr>`;
}

/** What differs, part for part, with the very letters marked. */
function cell(parts: readonly string[], others: readonly string[]): TemplateResult[] {
  return parts.map((part, index) => {
    const [start, middle, end] = differenceOf(part, others[index] ?? '');
    return html`${index > 0 ? ' · ' : nothing}${start}<mark>${middle}</mark>${end}`;
  });
}

/** A flow or packet as lines that can be laid beside another's: without what differs from run to run. */
function side(panel: Panel, subject: Subject | undefined): ComparedLine[] {
  if (!subject) return [];
  const { flow } = subject;
  const { table, words } = panel;
  const { text } = panel.state;
  const port = String(table.flow(flow)?.clientPort ?? '');
  const journeys = subject.journey === undefined ? table.journeyIds(flow) : [subject.journey];
  return journeys.flatMap((journey) => {
    const packet = table.journey(journey);
    if (!packet) return [];
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
        level: 1,
      } as const;
      const said = rowWords(row, words);
      return { title: said.what, parts: partsOf(said, port), packet: false };
    });
    const direction = text(packet.reply ? 'direction.reply' : 'direction.request');
    return [{ title: packetTitle(packet, text), parts: [direction], packet: true }, ...hops];
  });
}

function partsOf({ way, change, result }: RowWords, port: string): string[] {
  const parts = [...way.split(' · '), ...change.split(' · '), result].filter(Boolean);
  return port === '0' || port === '' ? parts : parts.map((part) => part.replaceAll(port, '…'));
}
