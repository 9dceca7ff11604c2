// Small changes to a source file, each of which some test should notice.
import ts from 'typescript';

const { SyntaxKind: Kind } = ts;

/** What stands for what, in place of an operator. */
const swaps = new Map([
  [Kind.EqualsEqualsEqualsToken, '!=='],
  [Kind.ExclamationEqualsEqualsToken, '==='],
  [Kind.LessThanToken, '<='],
  [Kind.LessThanEqualsToken, '<'],
  [Kind.GreaterThanToken, '>='],
  [Kind.GreaterThanEqualsToken, '>'],
  [Kind.AmpersandAmpersandToken, '||'],
  [Kind.BarBarToken, '&&'],
  [Kind.PlusToken, '-'],
  [Kind.MinusToken, '+'],
  [Kind.AsteriskToken, '/'],
  [Kind.SlashToken, '*'],
  [Kind.AmpersandToken, '|'],
  [Kind.BarToken, '&'],
  [Kind.CaretToken, '|'],
  [Kind.LessThanLessThanToken, '>>>'],
  [Kind.GreaterThanGreaterThanGreaterThanToken, '<<'],
  [Kind.PlusEqualsToken, '-='],
  [Kind.MinusEqualsToken, '+='],
]);

/**
 * @typedef {{ readonly file: string, readonly line: number, readonly start: number, readonly end: number,
 *   readonly was: string, readonly becomes: string, readonly kind: string, readonly scope: ts.Node,
 *   readonly instead: string, readonly atLoading: boolean }} Mutant  `instead` stands in place of the whole `scope`;
 *   `atLoading`: it runs when the file is read, and then never again
 */

/** Every mutant of one file. @returns {Mutant[]} */
export function mutantsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (kind, node, becomes, scope = node) => {
    const [start, end] = [node.getStart(source), node.getEnd()];
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const instead = text.slice(scope.getStart(source), start) + becomes + text.slice(end, scope.getEnd());
    mutants.push({
      file,
      line,
      start,
      end,
      was: text.slice(start, end),
      becomes,
      kind,
      scope,
      instead,
      atLoading: !isLater(node),
    });
  };
  const visit = (node) => {
    // Nothing of these is there when the program runs.
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const becomes = swaps.get(node.operatorToken.kind);
      const isText = [node.left, node.right].some(
        (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
      );
      if (becomes !== undefined && !isText) add('operator', node.operatorToken, becomes, node);
    } else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === Kind.ExclamationToken) add('negation', node, node.operand.getText(source));
      else if (node.operator === Kind.MinusToken) add('sign', node, node.operand.getText(source));
    } else if (node.kind === Kind.TrueKeyword) add('boolean', node, 'false');
    else if (node.kind === Kind.FalseKeyword) add('boolean', node, 'true');
    else if (ts.isNumericLiteral(node)) {
      // A number as a name is no value.
      if (!ts.isPropertyName(node) || !('name' in node.parent) || node.parent.name !== node)
        add('number', node, `(${node.text} + 1)`);
    } else if (ts.isIfStatement(node)) {
      add('condition', node.expression, 'true');
      add('condition', node.expression, 'false');
    } else if (ts.isConditionalExpression(node)) {
      add('condition', node.condition, 'true');
      add('condition', node.condition, 'false');
    } else if (ts.isExpressionStatement(node)) add('statement', node, '{}');
    else if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) {
      if (!ts.isCaseOrDefaultClause(node.parent)) add('statement', node, '{}');
    }
    const isBody = node.parent && ts.isFunctionLike(node.parent);
    if (ts.isBlock(node) && isBody && node.statements.length > 0) add('return early', node, '{}');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

/** Whether it runs when something calls for it, and not when the file is read. */
function isLater(node) {
  for (let at = node; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return true;
    if (ts.isPropertyDeclaration(at) && !at.modifiers?.some(({ kind }) => kind === Kind.StaticKeyword))
      return true;
  }
  return false;
}

/**
 * The file with all of its mutants in it, none of which is active: `$mutant(NUMBER)` says at run time whether one is.
 * Lines stay where they are. @param {readonly { number: number, mutant: Mutant }[]} numbered
 */
export function withMutants(text, numbered) {
  const byScope = new Map();
  for (const one of numbered) {
    const same = byScope.get(one.mutant.scope);
    if (same === undefined) byScope.set(one.mutant.scope, [one]);
    else same.push(one);
  }
  const source = numbered[0].mutant.scope.getSourceFile();
  const print = (node) => {
    const start = node.getStart(source);
    let at = start;
    let inner = '';
    ts.forEachChild(node, (child) => {
      // A node may be met that stands for nothing written.
      if (child.getStart(source) < at) return;
      inner += text.slice(at, child.getStart(source)) + print(child);
      at = child.getEnd();
    });
    inner += text.slice(at, node.getEnd());
    return (byScope.get(node) ?? []).reduce((rest, { number, mutant }) => {
      const active = `$mutant(${number})`;
      if (mutant.kind === 'return early') return `{ if (${active}) return; ${rest.slice(1)}`;
      if (mutant.kind === 'statement') return `if (${active}) {} else ${rest}`;
      return `(${active} ? (${mutant.instead}) : (${rest}))`;
    }, inner);
  };
  return `const $mutant = globalThis.$mutant ??= () => false; ${text.slice(0, source.getStart(source))}${print(source)}`;
}
