import { html, nothing, type TemplateResult } from 'lit';
import type { AskedField, Guess } from '../../panel-protocol/predict.ts';
import type { Panel } from '../panel.ts';
import { check, goToQuestion, guess, setPredict, stepAtHand } from '../predict/predict.ts';
import { fieldsOf, guessesFor, nextStep, type StepPlace } from '../predict/questions.ts';
import { rightIn, type Mark } from '../predict/score.ts';
import { fieldValue, previousHop } from '../rows/changes.ts';
import { toolButton } from './tool-button.ts';

/** In place of details while the selected hop is covered: what will the director do? Then, what it did and why. */
export function question(panel: Panel): TemplateResult | typeof nothing {
  const { cover, prediction } = panel.state;
  if (!cover) return nothing;
  const step = stepAtHand(panel);
  const marks = step && prediction.of === step.key ? prediction.marks : undefined;
  if (step) return frame(panel, titleOf(panel, step), marks ? result(panel, marks) : form(panel, step));
  const waits = coveredBy(panel);
  return waits === undefined ? nothing : frame(panel, waits, wait(panel));
}

/** Why nothing can be seen of the selected row; `undefined` where it can. */
function coveredBy(panel: Panel): string | undefined {
  const { text, cover, lab } = panel.state;
  const row = panel.selectedRow;
  if (row?.kind !== 'hop' || !panel.table.hopsOf(row.journey)[row.hop]?.covered) return undefined;
  const step = nextStep(panel.table, lab?.nodes ?? [], cover!, row.flow);
  const hop = step?.flow === row.flow ? panel.table.hopsOf(step.journey)[step.hop] : undefined;
  return hop
    ? text('panel.predict.wait', { node: panel.names.node(hop.from) })
    : text('panel.predict.closed');
}

function titleOf(panel: Panel, { journey, hop }: StepPlace): string {
  const { from } = panel.table.hopsOf(journey)[hop]!;
  return panel.state.text('panel.predict.title', { node: panel.names.node(from) });
}

function frame(panel: Panel, title: string, body: TemplateResult): TemplateResult {
  const { text, prediction } = panel.state;
  const { score } = prediction;
  return html`<section class="question" aria-label=${text('panel.predict.on')}>
    <div class="details-bar">
      <h2 title=${title}>${title}</h2>
      <span class="spring"></span>
      ${score.steps > 0 ? html`<span class="score">${text('panel.predict.score', { ...score })}</span>` : nothing}
      ${toolButton('close', text('panel.predict.off'), () => setPredict(panel, false))}
    </div>
    <div class="details-body" @keydown=${leave}>${body}</div>
  </section>`;
}

/** Back to the rows, with what was said kept. */
function leave(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  document.querySelector<HTMLElement>('[role=treegrid]')?.focus({ preventScroll: true });
}

function form(panel: Panel, step: StepPlace): TemplateResult {
  const { text, lab, prediction } = panel.state;
  const hops = panel.table.hopsOf(step.journey);
  const came = previousHop(hops, step.hop)!;
  const guesses = prediction.of === step.key ? prediction.guesses : {};
  const submit = (event: Event) => {
    event.preventDefault();
    void check(panel, step);
  };
  return html`<form @submit=${submit} @keydown=${(event: KeyboardEvent) => key(panel, step, event)}>
    ${fieldsOf(came).map((field, index) => {
      const value = fieldValue(field, came, panel.names);
      return html`<fieldset data-field=${field}>
        <legend>
          ${text(`panel.predict.field.${field}`)}
          ${value ? html`<span class="quiet">${text('panel.predict.came', { value })}</span>` : nothing}
        </legend>
        <span class="guesses">
          ${guessesFor(field, lab!).map(
            (one, at) =>
              html`<label>
                <input
                  type="radio"
                  name="guess-${field}"
                  .checked=${(guesses[field] ?? 'unchanged') === one}
                  ?data-first=${index === 0 && (guesses[field] ?? 'unchanged') === one}
                  @change=${() => guess(panel, step, field, one)}
                />
                <span class="digit" aria-hidden="true">${at + 1}</span> ${text(`panel.predict.guess.${one}`)}
              </label>`,
          )}
        </span>
      </fieldset>`;
    })}
    <p class="check">
      <vscode-button type="submit" @click=${submit}>${text('panel.predict.check')}</vscode-button>
      <span class="quiet">${text('panel.predict.hint')}</span>
    </p>
  </form>`;
}

/** A digit chooses in the field that has the focus, and goes on to the next; Enter checks. */
function key(panel: Panel, step: StepPlace, event: KeyboardEvent): void {
  const field = (event.target as Element).closest<HTMLElement>('fieldset');
  if (event.key === 'Enter' && field) {
    event.preventDefault();
    void check(panel, step);
  }
  const inputs = field?.querySelectorAll<HTMLInputElement>('input');
  if (!field || !inputs || !/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const input = inputs[Number(event.key) - 1];
  if (!input) return;
  event.preventDefault();
  input.checked = true;
  input.dispatchEvent(new Event('change'));
  const next = field.nextElementSibling;
  const onward =
    next?.querySelector<HTMLInputElement>('input:checked') ?? (next as HTMLElement | undefined) ?? input;
  onward.focus();
}

function wait(panel: Panel): TemplateResult {
  return html`<vscode-button data-first @click=${() => goToQuestion(panel)}
    >${panel.state.text('panel.predict.go')}</vscode-button
  >`;
}

/** Field by field: what was said, what the bytes have, and of a miss why. */
function result(panel: Panel, marks: readonly Mark[]): TemplateResult {
  const { text, cover, lab } = panel.state;
  const more = nextStep(panel.table, lab!.nodes, cover!) !== undefined;
  return html`<p class="result" role="status">
      ${text('panel.predict.result', { right: rightIn(marks), fields: marks.length })}
    </p>
    <table class="layers marks">
      <tbody>
        ${marks.map((mark) => markRow(panel, mark))}
      </tbody>
    </table>
    ${
      more
        ? html`<vscode-button data-first @click=${() => goToQuestion(panel)}
            >${text('panel.predict.next')}</vscode-button
          >`
        : html`<p class="hint" tabindex="-1" data-first>${text('panel.predict.again')}</p>`
    }`;
}

function markRow(panel: Panel, mark: Mark): TemplateResult {
  const { text } = panel.state;
  const { field, isRight, right, guess: said, why, before, after } = mark;
  const name = (one: Guess) => text(`panel.predict.guess.${one}`);
  const answer = right[0] === undefined ? text('panel.predict.guess.none') : name(right[0]);
  return html`<tr class=${isRight ? 'right' : 'wrong'}>
    <th scope="row">
      <span class="sign" aria-hidden="true">${isRight ? '✓' : '✗'}</span>
      ${text(`panel.predict.field.${field}`)}
    </th>
    <td>
      <strong>${answer}</strong> <span class="quiet">${values(panel, field, before, after)}</span>
      ${isRight ? html`<span class="heard">${text('panel.predict.right')}</span>` : nothing}
    </td>
    <td class="why">
      ${isRight ? nothing : html`<span class="said">${text('panel.predict.missed', { guess: name(said) })}</span> `}${why}
    </td>
  </tr>`;
}

function values({ names }: Panel, field: AskedField, before: string, after: string): string {
  const show = (value: string) =>
    (field === 'outer'
      ? value
          .split(' → ')
          .map((one) => names.value(one))
          .join(' → ')
      : names.value(value)) || '–';
  return before === after ? show(after) : `${show(before)} ⇒ ${show(after)}`;
}
