import { models, type Stop, variantOf } from '../../models/models.ts';
import { html, svg, type TemplateResult } from 'lit';
import { rolePaths } from '../ladder/role-paths.ts';
import type { Panel } from '../panel.ts';

const WIDTH = 560;
const [THERE, BACK] = [56, 108];
/** Room at a lane that an arrow passes, as in the ladder. */
const GAP = 7;

/** The model in one picture: who rewrites what on the way there, and which way the reply takes. */
export function modelPicture({ state }: Panel): TemplateResult {
  const { text, lab } = state;
  const { there, back } = models[lab!.model];
  const variant = variantOf(lab!);
  const places: Partial<Record<Stop, number>> = {
    [there[0]]: 60,
    [there[1]]: WIDTH / 2,
    [there[2]]: WIDTH - 60,
  };
  const x = (stop: Stop) => places[stop]!;
  const legs = (stops: readonly Stop[], y: number, kind: string) =>
    stops.slice(1).map((stop, index) => {
      const [from, to] = [x(stops[index]!), x(stop)];
      const step = Math.sign(to - from);
      const end = to - step * 4;
      const lines = models[lab!.model].wraps && kind === 'there' && stop === 'server' ? [y - 2, y + 2] : [y];
      const passed = Object.values(places).filter((lane) => (lane - from) * (lane - to) < 0);
      const starts = [from, ...passed.map((lane) => lane + step * GAP)];
      const ends = [...passed.map((lane) => lane - step * GAP), end];
      return svg`<g class=${kind}>
        ${lines.map((at) => starts.map((start, part) => svg`<line x1=${start} y1=${at} x2=${ends[part]} y2=${at}></line>`))}
        <polyline points="${end - step * 8},${y - 5} ${end},${y} ${end - step * 8},${y + 5}"></polyline>
      </g>`;
    });
  const middle = there[1];
  const words = (key: string, y: number, at = WIDTH / 2) =>
    svg`<text x=${at} y=${y} text-anchor="middle">${text(key)}</text>`;
  return html`<svg
    class="model-picture"
    viewBox="0 0 ${WIDTH} 132"
    role="img"
    aria-label=${text(`panel.gist.${variant}`)}
  >
    ${there.map(
      (stop) => svg`<g class="stop">
        <line class="lane" x1=${x(stop)} y1="34" x2=${x(stop)} y2="120"></line>
        <path transform="translate(${x(stop) - 8} 0)" d=${rolePaths[stop]}></path>
        <text x=${x(stop)} y="29" text-anchor="middle">${text(`panel.role.${stop}`)}</text>
      </g>`,
    )}
    ${legs(there, THERE, 'there')} ${legs(back, BACK, 'back')}
    <polygon
      class="rewrites"
      points="${x(middle) - 6},${THERE} ${x(middle)},${THERE - 6} ${x(middle) + 6},${THERE} ${x(middle)},${THERE + 6}"
    ></polygon>
    <g class="caption">
      ${words(`panel.rewrites.${variant}`, THERE + 20, (WIDTH / 2 + WIDTH - 60) / 2)}
      ${words(`panel.back.${variant}`, BACK - 9, (60 + WIDTH / 2) / 2)}
    </g>
  </svg>`;
}
