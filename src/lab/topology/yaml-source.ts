import { Composer, isAlias, isMap, isNode, isPair, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { CST, Document, Node, Pair, YAMLError } from 'yaml';
import { isTooDeep } from './yaml-depth.ts';
import { Places, type Path, type Span } from './places.ts';
import type { ProblemCode } from './problem-codes.ts';
import { hasError, makeProblem, type Problem } from './problem.ts';

export interface YamlSource {
  /** Maps (without a prototype), lists and scalars; undefined when the text is not the YAML of a map. */
  readonly value?: unknown;
  /** Filled as far as the text could be read, so that an editor can help in a broken file too. */
  readonly places: Places;
  readonly problems: readonly Problem[];
}

/** Larger texts, deeper nesting, or more values than these (aliases counted as often as they are used) are no topology. */
const MAX_CHARACTERS = 1_000_000;
/** Brackets, words, spaces between them: the largest lab that anybody drew has a tenth of them. */
const MAX_LEXEMES = 40_000;
const MAX_DEPTH = 32;
const MAX_VALUES = 50_000;

/** Reads YAML 1.2 with the place of every key and value. Aliases and merge keys (`<<`) are followed. Never throws. */
export function readYaml(text: string): YamlSource {
  const places = new Places(text);
  const tooLarge = { places, problems: [makeProblem('yaml-too-large', places.range([0, 0]))] };
  if (text.length > MAX_CHARACTERS) return tooLarge;
  const lexemes = lexed(text);
  if (!lexemes || isTooDeep(lexemes)) return tooLarge;
  const [document, second] = compose(lexemes, text.length);
  if (!document) return tooLarge;
  const problems = essential(
    [...document.errors, ...document.warnings].map((error) => syntaxProblem(error, places)),
  );
  if (second)
    problems.push(makeProblem('yaml-several-documents', places.range([second.range[0], second.range[1]])));
  const reader = new Reader(places, problems);
  const value = document.contents === null ? undefined : reader.read(document.contents, []);
  if (!hasError(problems)) {
    const { contents } = document;
    if (!contents || value === null) problems.push(makeProblem('file-empty', places.range([0, 0])));
    else if (!isMap(contents)) problems.push(makeProblem('not-a-map', places.range(spanOf(contents))));
  }
  return hasError(problems) ? { places, problems } : { value, places, problems };
}

/**
 * The documents of a text from its lexemes, one at least. `parseDocument` would read the text once more, which in an
 * editor is a third of the time that a keystroke costs.
 */
function compose(lexemes: readonly string[], length: number): Document.Parsed[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of lexemes) tokens.push(...parser.next(lexeme));
  tokens.push(...parser.end());
  // Keys are compared below: the parser's own comparison takes quadratic time.
  const composer = new Composer({ uniqueKeys: false, logLevel: 'error' });
  return withoutStacks(() => [...composer.compose(tokens, true, length)]);
}

/** Undefined for more than there may be. */
function lexed(text: string): string[] | undefined {
  const lexemes: string[] = [];
  for (const lexeme of new Lexer().lex(text)) if (lexemes.push(lexeme) > MAX_LEXEMES) return undefined;
  return lexemes;
}

/** V8 notes for each error where it was made; of thousands of complaints that is nine tenths of the time they take. */
function withoutStacks<Result>(work: () => Result): Result {
  const errors = Error as unknown as { stackTraceLimit?: number };
  const { stackTraceLimit } = errors;
  errors.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    if (stackTraceLimit === undefined) delete errors.stackTraceLimit;
    else errors.stackTraceLimit = stackTraceLimit;
  }
}

/** Turns nodes into plain values and notes their places. */
class Reader {
  readonly #places: Places;
  readonly #problems: Problem[];
  /** By name, the latest node that carries it: YAML lets a name be used again. */
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(places: Places, problems: Problem[]) {
    this.#places = places;
    this.#problems = problems;
  }

  read(node: unknown, path: Path, key?: Span): unknown {
    if (!isNode(node)) return null;
    if (this.#values++ >= MAX_VALUES || path.length > MAX_DEPTH) {
      if (!this.#problems.some(({ code }) => code === 'yaml-too-large'))
        this.#add('yaml-too-large', spanOf(node));
      return null;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target && !this.#open.has(target)) return this.read(target, path, key);
      this.#add('yaml-alias', spanOf(node), { name: node.source });
      return null;
    }
    if ('anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    this.#places.add(path, spanOf(node), isScalar(node), key);
    if (isScalar(node)) return typeof node.value === 'bigint' ? Number(node.value) : node.value;
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node.items, path)
      : isSeq(node)
        ? node.items.map((item, index) => this.read(isPair(item) ? item.value : item, [...path, index]))
        : null;
    this.#open.delete(node);
    return value;
  }

  #readMap(pairs: readonly Pair[], path: Path): Record<string, unknown> {
    const map = Object.create(null) as Record<string, unknown>;
    const merges: Pair[] = [];
    const seen = new Map<string, Span>();
    for (const pair of pairs) {
      const span = isNode(pair.key) ? spanOf(pair.key) : ([0, 0] as const);
      const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
      const first = key === undefined ? undefined : seen.get(key);
      if (key === undefined) this.#add('yaml-key', span);
      else if (key === '__proto__') this.#add('bad-name', span, { value: key });
      else if (key === '<<' && !first) merges.push(pair);
      else if (first) this.#duplicate(key, span, first);
      else map[key] = this.read(pair.value, [...path, key], span);
      if (key !== undefined && !first) seen.set(key, span);
    }
    for (const pair of merges) this.#merge(map, pair, path);
    return map;
  }

  /** What the map itself says comes first (YAML's merge key, yaml.org/type/merge.html). */
  #merge(map: Record<string, unknown>, pair: Pair, path: Path): void {
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) {
      const merged = this.read(source, path);
      if (typeof merged !== 'object' || merged === null || Array.isArray(merged)) {
        if (isNode(source)) this.#add('expected-map', spanOf(source), { key: '<<' });
        continue;
      }
      for (const [key, value] of Object.entries(merged)) if (!(key in map)) map[key] = value;
    }
  }

  #duplicate(key: string, span: Span, first: Span): void {
    const related = [{ range: this.#places.range(first), name: key }];
    this.#problems.push(makeProblem('yaml-duplicate-key', this.#places.range(span), { key }, { related }));
  }

  #add(code: ProblemCode, span: Span, params = {}): void {
    this.#problems.push(makeProblem(code, this.#places.range(span), params));
  }
}

const syntaxCodes = [
  'yaml-syntax',
  'yaml-unclosed',
  'yaml-colon',
  'yaml-comma',
  'yaml-nested-map',
  'yaml-indent',
  'yaml-unexpected',
] as const satisfies readonly ProblemCode[];

type SyntaxCode = (typeof syntaxCodes)[number];

/** The parser has one code for what is missing, whatever it is. */
const UNCLOSED = /(?:end with a |^Missing closing )(["'\]}])/;

function syntaxProblem(error: YAMLError, places: Places): Problem {
  const range = places.range(error.pos);
  if (error.code === 'TAB_AS_INDENT') {
    return makeProblem('yaml-tab', range, {}, { fix: { kind: 'replace', range, text: '  ' } });
  }
  if (error.code === 'TAG_RESOLVE_FAILED' && error.name === 'YAMLWarning')
    return makeProblem('yaml-tag', range);
  const [, character] = UNCLOSED.exec(error.message) ?? [];
  if (character !== undefined) return makeProblem('yaml-unclosed', range, { character });
  return makeProblem(syntaxCode(error), range);
}

/** What the parser says is English only, and names its own parts: told by what somebody may have meant to write. */
function syntaxCode({ code, message }: YAMLError): SyntaxCode {
  switch (code) {
    case 'MISSING_CHAR':
      if (message.startsWith('Missing , ')) return 'yaml-comma';
      return /map values|after :/.test(message) ? 'yaml-colon' : 'yaml-syntax';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'yaml-colon';
    case 'BLOCK_IN_FLOW':
      return 'yaml-comma';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'yaml-nested-map';
    case 'BAD_INDENT':
      return 'yaml-indent';
    case 'UNEXPECTED_TOKEN':
    case 'BAD_SCALAR_START':
      return 'yaml-unexpected';
    default:
      return 'yaml-syntax';
  }
}

/**
 * One mistake makes the parser stumble several times: only the first complaint of a line helps, what it does not expect may
 * be all that follows, and a tab explains everything.
 */
function essential(problems: readonly Problem[]): Problem[] {
  const hasTab = problems.some(({ code }) => code === 'yaml-tab');
  const lines = new Set<number>();
  return problems.filter(({ code, range }) => {
    if (!(syntaxCodes as readonly string[]).includes(code)) return true;
    const isFirst = code === 'yaml-unexpected' ? lines.size === 0 : !lines.has(range.start.line);
    lines.add(range.start.line);
    return isFirst && !hasTab;
  });
}

function spanOf(node: Node): Span {
  return node.range ? [node.range[0], node.range[1]] : [0, 0];
}
