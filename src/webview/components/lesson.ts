import { html, nothing, type TemplateResult } from 'lit';
import type { Action, LessonView } from '../../panel-protocol/messages.ts';
import { failure } from '../failure.ts';
import { followStep, stepWords } from '../lesson-step.ts';
import type { Panel } from '../panel.ts';

/** The lesson that the file is: how far it is, what to look at, what to mend, and where it goes on. */
export function lesson(panel: Panel): TemplateResult | typeof nothing {
  const { text, lesson: view } = panel.state;
  if (!view) return nothing;
  const { title, shown, mended, verdict, about, page, next } = view;
  const state = (name: string, is: 'yes' | 'no' | 'not-yet') =>
    html`<span class=${is}
      ><span aria-hidden="true">${signs[is]}</span> ${text(`panel.lesson.${name}.${is}`)}</span
    >`;
  return html`<section class="lesson" aria-label=${text('panel.lesson', { title })} data-roving>
    <div class="lesson-head">
      <h2>${text('panel.lesson', { title })}</h2>
      <div class="lesson-states" role="status">
        ${state('shown', shown)} ${mended === 'none' ? nothing : state('mended', mended)}
        ${verdict === undefined ? nothing : html`<span>${verdict}</span>`}
      </div>
      <span class="spring"></span>
      ${page ? button(panel, 'lesson-page', text('panel.lesson.page')) : nothing}
      ${button(panel, 'lesson-again', text('panel.lesson.again'))}
      ${next === undefined ? nothing : button(panel, 'lesson-next', text('panel.lesson.next', { next }))}
    </div>
    ${about === undefined ? nothing : html`<p>${about}</p>`} ${steps(panel, view)} ${mend(panel, view)}
  </section>`;
}

const signs = { yes: '✓', no: '✗', 'not-yet': '○' } as const;

function button(panel: Panel, kind: LessonAction, words: string): TemplateResult {
  return html`<button
    type="button"
    class="link"
    @click=${() => panel.host.send({ type: 'do', action: { kind } })}
  >
    ${words}
  </button>`;
}

type LessonAction = Extract<Action['kind'], `lesson-${string}`>;

function steps(panel: Panel, view: LessonView): TemplateResult | typeof nothing {
  const { text } = panel.state;
  const there = view.steps.flatMap((step) => {
    const words = stepWords(panel, step);
    return words === undefined ? [] : [{ step, words }];
  });
  if (there.length === 0) return nothing;
  const follow = (step: LessonView['steps'][number]) => () =>
    void followStep(panel, step).catch((error: unknown) => panel.store.update({ message: failure(error) }));
  return html`<div class="lesson-line">
    <span id="lesson-look">${text('panel.lesson.look')}</span>
    <ol aria-labelledby="lesson-look">
      ${there.map(
        ({ step, words }) =>
          html`<li><button type="button" class="link" @click=${follow(step)}>${words}</button></li>`,
      )}
    </ol>
  </div>`;
}

/** What helps stands there once the reader has seen what is wrong. */
function mend(panel: Panel, { shown, mend: help }: LessonView): TemplateResult | typeof nothing {
  const { text } = panel.state;
  if (!help || shown !== 'yes') return nothing;
  const { line } = help;
  return html`<p class="lesson-mend">
    ${help.text}
    ${
      line === undefined
        ? nothing
        : html`<button
            type="button"
            class="link"
            @click=${() => panel.host.send({ type: 'open', place: { kind: 'line', line } })}
          >
            ${text('panel.lesson.line', { line })}
          </button>`
    }
  </p>`;
}
