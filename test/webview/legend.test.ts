import assert from 'node:assert/strict';
import { fates, journeyKinds } from '../../src/panel-protocol/records.ts';
import { arrivalMark } from '../../src/webview/ladder/arrival.ts';
import { hopLine } from '../../src/webview/ladder/hop-path.ts';
import { legendSign, legendSigns, SIGN } from '../../src/webview/ladder/legend.ts';
import type { Shape } from '../../src/webview/ladder/shapes.ts';

const pen = { text: (key: string) => key.slice(-5), measure: (text: string) => text.length * 6 };
const signs = legendSigns.map((sign) => legendSign(sign, pen));

/** What of a shape means something, wherever it stands: of a line its dashes and its colour, each for itself. */
const looks = (shape: Shape): string[] => {
  if (shape.kind === 'line') return [`line ${shape.dash ?? 'solid'}`, `line ${shape.ink}`];
  const fill = 'fill' in shape ? shape.fill : undefined;
  const stroke = 'stroke' in shape ? shape.stroke : undefined;
  return [[shape.kind, fill, stroke].join(' ')];
};

describe('webview: the legend', () => {
  it('has every line and every mark that the ladder can draw', () => {
    const shown = new Set(signs.flat().flatMap(looks));
    const ends = { from: 8, to: 84, passed: [40] };
    const drawn = [
      ...journeyKinds.flatMap((kind) =>
        [true, false].flatMap((reply) =>
          fates.flatMap((fate) =>
            [0, 1].flatMap((signature) =>
              [0, 2].flatMap((expected) => {
                const hop = { encapsulated: signature === 1, signature, expected, fate };
                return hopLine(ends, { kind, reply }, hop, 10);
              }),
            ),
          ),
        ),
      ),
      ...fates.flatMap((fate) => ['', 'a reason'].flatMap((reason) => arrivalMark({ fate, reason }, 40, 10))),
    ];
    const kinds = new Set(drawn.filter((shape) => shape.kind !== 'circle' || shape.stroke).flatMap(looks));
    assert.ok(kinds.size > 10);
    assert.deepEqual(
      [...kinds].filter((kind) => !shown.has(kind)),
      [],
    );
  });

  it('no two signs look the same, and each fits in its box', () => {
    assert.equal(new Set(signs.map((shapes) => JSON.stringify(shapes))).size, signs.length);
    const inside = (x: number, y: number) => x >= 0 && y >= 0 && x <= SIGN.width && y <= SIGN.height;
    for (const shape of signs.flat()) {
      if (shape.kind === 'line') assert.ok(inside(shape.x1, shape.y1) && inside(shape.x2, shape.y2));
      else if (shape.kind === 'polygon')
        for (let at = 0; at < shape.points.length; at += 2)
          assert.ok(inside(shape.points[at]!, shape.points[at + 1]!), JSON.stringify(shape));
      else assert.ok(inside(shape.x, shape.y), JSON.stringify(shape));
    }
  });
});
