import { problemCodes } from './problem-codes.ts';
import { allSettings, type Setting } from './settings.ts';

type Say = (key: string, params?: Readonly<Record<string, string | number>>) => string;

/** The reference page (docs/topology.md, docs/topology.zh-cn.md), in Markdown. */
export function topologyReference(say: Say): string {
  const settings = allSettings();
  const groups = new Map<string, typeof settings>();
  for (const entry of settings) {
    const parent = entry.setting.id.split('.').slice(0, -1).join('.');
    groups.set(parent, [...(groups.get(parent) ?? []), entry]);
  }
  const sections = [...groups].map(([parent, entries]) => {
    const heading = parent === '' ? say('topology.page.file') : `\`${writtenPath(parent)}\``;
    const rows = entries.map(({ setting, required }) => cellsOf(setting, required, say));
    const head = ['key', 'values', 'default', 'meaning'].map((column) => say(`topology.page.${column}`));
    return [`## ${heading}`, '', ...table([head, ...rows])].join('\n');
  });
  return `${[say('topology.page.introduction'), ...sections, problemTable(say)].join('\n\n')}\n`;
}

/** What is between braces in a message is filled in with what stands in the file. */
function problemTable(say: Say): string {
  const rows = Object.entries(problemCodes).map(([code, severity]) => [
    `\`${code}\``,
    say(`topology.page.${severity}`),
    say(`problem.${code}`),
    say(`problem.${code}.remedy`),
  ]);
  const head = ['code', 'severity', 'message', 'remedy'].map((column) => say(`topology.page.${column}`));
  return [`## ${say('topology.page.problems')}`, '', ...table([head, ...rows])].join('\n');
}

/** Below these the author chooses names: `nodes.at.mac` is written `nodes.NAME.at.SEGMENT.mac`. */
const chosenBelow: Readonly<Record<string, string>> = {
  service: '',
  services: 'NAME',
  segments: 'NAME',
  nodes: 'NAME',
  at: 'SEGMENT',
  servers: 'NAME',
};

function writtenPath(id: string): string {
  return id
    .split('.')
    .flatMap((key) => [key, chosenBelow[key] ?? ''])
    .filter((part) => part !== '')
    .join('.');
}

/** Columns are padded, so that the formatter finds nothing to do. The first row is the head. */
function table(rows: readonly (readonly string[])[]): string[] {
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (escaped[0] ?? []).map((_, column) =>
    Math.max(...escaped.map((cells) => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head = [], ...body] = escaped;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

function cellsOf({ id, ...setting }: Setting, required: boolean, say: Say): string[] {
  const key = id.split('.').at(-1) ?? id;
  return [
    `\`${key}\`${required ? say('topology.page.required') : ''}`,
    values(setting, say),
    defaultText(setting.default, say),
    say(`topology.key.${id}`),
  ];
}

/** Beyond that a list says less than a word; problem codes are the only ones. */
const MOST_LISTED = 40;

function values({ choices, types, minimum, maximum, examples }: Omit<Setting, 'id'>, say: Say): string {
  if (choices.length > 0 && choices.length <= MOST_LISTED) {
    const words = choices.map((choice) => `\`${choice}\``).join(', ');
    return types.includes('array') ? say('topology.page.list-of', { words }) : words;
  }
  if (choices.length > MOST_LISTED) return say('topology.page.list-of-codes');
  const names = types.map((type) =>
    type === 'integer' && minimum !== undefined
      ? say('topology.page.range', { minimum, maximum: String(maximum) })
      : say(`topology.page.type.${type === 'integer' ? 'number' : type}`),
  );
  const kinds = [...new Set(names)].join(say('topology.page.or'));
  const shown = examples.map((example) => `\`${String(example)}\``).join(', ');
  return shown === '' ? kinds : say('topology.page.such-as', { kinds, shown });
}

function defaultText(value: unknown, say: Say): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? say('topology.page.none') : `\`${String(value)}\``;
}
