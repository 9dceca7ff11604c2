import type { LaneView } from '../../panel-protocol/messages.ts';
import type { Text } from '../text.ts';
import type { Lane } from './geometry.ts';
import { ADDRESS, NAME, ROLE, VIP, weightsOf, type HeaderScene, type HeadLines } from './head-lines.ts';
import type { LaneSlot, Role } from './lane-slots.ts';
import { rolePaths } from './role-paths.ts';
import { fit, type Hit, type Shape } from './shapes.ts';

type Head = Pick<Hit, 'title' | 'action'>;
const NAME_AT = 13;

/** Who the node is: name, role, addresses, weight, VIP. */
export function laneHead(
  shapes: Shape[],
  lane: LaneView,
  { x, width }: Lane,
  lines: HeadLines,
  withIcon: boolean,
  scene: HeaderScene,
): Head {
  const { measure, text } = scene;
  const room = width - 8;
  const name = fit(lane.name, 'strong', width - (withIcon ? 28 : 4), measure);
  const ink = lane.gone || lane.state === 'stopped' || lane.state === 'failed' ? 'muted' : 'foreground';
  if (withIcon) {
    const left = Math.round(x - (measure(name, 'strong') + 20) / 2);
    shapes.push({ kind: 'icon', x: left, y: NAME_AT - 8, path: rolePaths[lane.role], ink });
    shapes.push({ kind: 'text', x: left + 20, y: NAME_AT, text: name, ink, face: 'strong' });
  } else shapes.push({ kind: 'text', x, y: NAME_AT, text: name, ink, face: 'strong', align: 'middle' });
  let y = NAME;
  const put = (
    words: string,
    height: number,
    face: 'small' | 'monoSmall',
    colour: 'muted' | 'foreground',
  ) => {
    shapes.push({ kind: 'text', x, y: y + height / 2, text: words, ink: colour, face, align: 'middle' });
    y += height;
  };
  if (lines.role) put(fit(roleWord(lane, text), 'small', room, measure), ROLE, 'small', 'muted');
  const vipAt = y + ADDRESS * lines.addresses + VIP / 2 - 1;
  const weights = weightsOf(lane, scene.lab.services);
  if (lines.addresses > 0) {
    for (const { address } of lane.interfaces) {
      const fits = measure(address, 'monoSmall') <= room;
      const end = address.slice(address.indexOf('.', address.indexOf('.') + 1));
      put(fits ? address : `…${end}`, ADDRESS, 'monoSmall', 'muted');
    }
    if (weights)
      put(
        fit(text('panel.weight', { weight: weights }), 'small', room, measure),
        ADDRESS,
        'small',
        'foreground',
      );
  }
  const [vip] = lane.vips;
  if (vip) vipBadge(shapes, vip.how, x, vipAt, scene);
  return { title: titleOf(lane, weights, scene) };
}

/** Its role in the reader's language, unless its name begins with that very word. */
function roleWord({ name, role }: LaneView, text: Text): string {
  const word = text(`panel.role.short.${role}`);
  return name.toLowerCase().startsWith(word.toLowerCase()) ? '' : word;
}

function titleOf(lane: LaneView, weights: string, { text, lab }: HeaderScene): string {
  return [
    `${lane.name} · ${text(`panel.role.${lane.role}`)}`,
    ...lane.interfaces.map((port) => `${port.segment}: ${port.address}/${port.prefixLength} · ${port.mac}`),
    ...lane.vips.map(({ address, how }) => text(`panel.vip.${how}`, { address })),
    ...(weights ? [text('panel.weight', { weight: weights })] : []),
    ...lab.services
      .filter(({ director }) => director === lane.name)
      .map(({ name, vip, port, protocol, scheduler }) =>
        text('panel.service.of', { name, vip, port, protocol, scheduler }),
      ),
    ...(lane.state === 'running' ? [] : [text(`panel.node.${lane.state}`)]),
  ].join('\n');
}

/** Several nodes of a role in one narrow lane: how many, and what they are. */
export function foldedHead(
  shapes: Shape[],
  { role, nodes }: Extract<LaneSlot, { readonly kind: 'folded' }>,
  { x, width }: Lane,
  { text, measure, lab }: HeaderScene,
): Head {
  const count = nodes.length > 1 ? `+${nodes.length}` : lab.nodes[nodes[0]!]!.name;
  const word = fit(text(`panel.role.many.${role}`), 'small', width - 2, measure);
  shapes.push({
    kind: 'text',
    x,
    y: NAME_AT,
    text: fit(count, 'strong', width - 2, measure),
    ink: 'link',
    face: 'strong',
    align: 'middle',
  });
  shapes.push({
    kind: 'text',
    x,
    y: NAME + ROLE / 2,
    text: word,
    ink: 'muted',
    face: 'small',
    align: 'middle',
  });
  const names = nodes.map((node) => lab.nodes[node]!.name).join(', ');
  return { title: text('panel.lanes.unfold', { names }), action: { kind: 'lanes', role } };
}

/** Behind the lanes of a role that the reader unfolded. */
export function foldHead(
  shapes: Shape[],
  { role }: { readonly role: Role },
  { x }: Lane,
  { text }: HeaderScene,
): Head {
  const points = [x + 3, NAME_AT - 4, x - 2, NAME_AT, x + 3, NAME_AT + 4];
  shapes.push({ kind: 'polygon', points, closed: false, stroke: 'link', width: 1.5 });
  return { title: text('panel.lanes.fold'), action: { kind: 'lanes', role } };
}

/** Owned: a full badge. Hidden: dashed, in brackets. Exposed, though it should not be: a warning. */
export function vipBadge(
  shapes: Shape[],
  how: LaneView['vips'][number]['how'],
  x: number,
  y: number,
  { measure, text }: Pick<HeaderScene, 'measure' | 'text'>,
): void {
  const words = text(`panel.vip.badge.${how}`);
  const width = measure(words, 'small') + 12;
  const ink = how === 'exposed' ? 'warn' : how === 'owned' ? 'signature' : 'muted';
  shapes.push({
    kind: 'rect',
    x: Math.round(x - width / 2) + 0.5,
    y: y - 7.5,
    width,
    height: 15,
    radius: 3,
    stroke: ink,
    ...(how === 'owned' && { fill: 'chip' }),
    ...(how === 'hidden' && { dash: 'dotted' }),
  });
  const textInk = how === 'hidden' ? 'muted' : how === 'exposed' ? 'warn' : 'foreground';
  shapes.push({ kind: 'text', x, y, text: words, ink: textInk, face: 'small', align: 'middle' });
}
