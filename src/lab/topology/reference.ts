import { allSettings, type Setting } from './settings.ts';

/** The reference page (docs/topology.md), in Markdown. `describe` gives the text of a `topology.key.ID`. */
export function topologyReference(describe: (key: string) => string): string {
  const settings = allSettings();
  const groups = new Map<string, typeof settings>();
  for (const entry of settings) {
    const parent = entry.setting.id.split('.').slice(0, -1).join('.');
    groups.set(parent, [...(groups.get(parent) ?? []), entry]);
  }
  const sections = [...groups].map(([parent, entries]) => {
    const heading = parent === '' ? '## The file' : `## \`${writtenPath(parent)}\``;
    const rows = entries.map(({ setting, required }) => cellsOf(setting, required, describe));
    return [heading, '', ...table([['key', 'values', 'default', 'meaning'], ...rows])].join('\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# The topology file

\`NAME.lblab.yaml\` describes one lab. This page is made from the schema in \`src/lab/topology/schema.ts\`, as are
\`lblab.schema.json\` beside it and what an editor explains and completes; change the schema, not this page. Examples are
in \`examples/\`.

Names are yours to choose (\`NAME\` below): a letter first, then letters, digits and hyphens, 31 characters at most.
Addresses are IPv4. Durations have a unit: \`1s\`, \`200ms\`, \`50us\`, \`2min\`. Sizes are bytes, or have a unit: \`4000\`, \`100KB\`,
\`64KiB\`.

An error means that there is nothing to run. Everything else is a warning and the lab starts, for a mistake may be the
lesson.`;

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

function cellsOf(
  { id, ...setting }: Setting,
  required: boolean,
  describe: (key: string) => string,
): string[] {
  const key = id.split('.').at(-1) ?? id;
  return [
    `\`${key}\`${required ? ' (required)' : ''}`,
    values(setting),
    defaultText(setting.default),
    describe(`topology.key.${id}`),
  ];
}

/** Beyond that a list says less than a word; problem codes are the only ones. */
const MOST_LISTED = 40;

function values({ choices, types, minimum, maximum, examples }: Omit<Setting, 'id'>): string {
  if (choices.length > 0 && choices.length <= MOST_LISTED) {
    const words = choices.map((choice) => `\`${choice}\``).join(', ');
    return types.includes('array') ? `list of ${words}` : words;
  }
  if (choices.length > MOST_LISTED) return 'list of problem codes';
  const range = minimum === undefined ? '' : ` ${minimum} to ${maximum}`;
  const names = types.map((type) => (type === 'integer' ? `number${range}` : (typeNames[type] ?? type)));
  const shown = examples.map((example) => `\`${String(example)}\``).join(', ');
  return [[...new Set(names)].join(' or '), ...(shown ? [`such as ${shown}`] : [])].join(', ');
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'map',
};

function defaultText(value: unknown): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? 'none' : `\`${String(value)}\``;
}
