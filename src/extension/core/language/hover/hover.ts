import { parseIpv4 } from '../../../../packet/address.ts';
import { describeSetting } from '../../../../lab/topology/settings.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import { choiceText } from '../choice-text.ts';
import type { LiveState } from '../live-lab.ts';
import { code } from '../markdown.ts';
import { mentionAt } from '../mentions.ts';
import { ownerOf } from '../owner-of.ts';
import { settingText } from '../setting-text.ts';
import { placeAt, type Place } from '../syntax/place-at.ts';
import type { Span } from '../syntax/tree.ts';
import type { TopologyText } from '../topology-text.ts';
import { headerTable } from './header-table.ts';
import { nodeHover, segmentHover, serverHover, serviceHover } from './things.ts';

export interface Hover {
  readonly range: Span;
  /** Markdown, one block after the other. */
  readonly blocks: readonly string[];
}

/** What the thing under the cursor is and does; `live` adds what its running lab shows. */
export function hover(
  topology: TopologyText,
  offset: number,
  translate: Translate,
  live?: LiveState,
): Hover | undefined {
  const place = placeAt(topology.root, offset);
  if (!place) return undefined;
  const { start, end } = place.scalar;
  const blocks = [
    ...aboutThing(topology, place, translate, live),
    ...(place.part === 'key' ? aboutKey(topology, place, translate) : aboutValue(place, translate)),
  ].filter((block) => block !== '');
  return blocks.length > 0 ? { range: { start, end }, blocks } : undefined;
}

function aboutThing(
  topology: TopologyText,
  { path, scalar }: Place,
  translate: Translate,
  live: LiveState | undefined,
): string[] {
  const mention = mentionAt(topology.mentions, scalar.start);
  if (mention?.kind === 'service') return serviceHover(topology, mention.name, translate, live);
  if (mention?.kind === 'segment') return segmentHover(topology, mention.name, translate);
  const address = parseIpv4(scalar.text);
  const name = mention?.name ?? (address === undefined ? undefined : ownerOf(topology.facts, address)?.node);
  if (name === undefined) return [];
  const service = path[0] === 'services' ? String(path[1]) : 'service';
  return [
    ...(path.includes('servers') ? serverHover(topology, service, name, translate, live) : []),
    ...nodeHover(topology, name, translate, live),
  ];
}

/** A name that the author chose explains itself; so do its keys. */
function aboutKey(topology: TopologyText, { path }: Place, translate: Translate): string[] {
  const setting = describeSetting(path);
  const key = String(path.at(-1));
  if (!setting?.id.endsWith(key) || isChosen(path)) return [];
  return [
    `**${code(key)}** · ${settingText(setting, translate)}`,
    ...(key === 'model' ? [modelTable(topology, translate)] : []),
  ];
}

function aboutValue({ path, scalar }: Place, translate: Translate): string[] {
  const setting = describeSetting(path);
  if (!setting?.choices.includes(scalar.text)) return [];
  const text = choiceText(setting.id, scalar.text, translate);
  const isModel = setting.id === 'model' || setting.id === 'service.model';
  return [
    ...(text === undefined ? [] : [`**${code(scalar.text)}** · ${text}`]),
    ...(isModel ? [headerTable(scalar.text, translate)] : []),
  ];
}

function modelTable({ facts }: TopologyText, translate: Translate): string {
  return facts.model ? headerTable(facts.model.text, translate) : '';
}

/** Keys right below `nodes`, `segments` and their like are names. */
function isChosen(path: Place['path']): boolean {
  const above = path.at(-2);
  if (path.length === 2) return above === 'nodes' || above === 'segments' || above === 'services';
  return above === 'at' || above === 'routes' || above === 'servers';
}
