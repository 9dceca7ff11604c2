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
 *   readonly was: string, readonly becomes: string, readonly kind: string }} Mutant
 */

/** Every mutant of one file. @returns {Mutant[]} */
export function mutantsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (kind, node, becomes, start = node.getStart(source), end = node.getEnd()) => {
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ file, line, start, end, was: text.slice(start, end), becomes, kind });
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
      if (becomes !== undefined && !isText) add('operator', node.operatorToken, becomes);
    } else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === Kind.ExclamationToken) add('negation', node, node.operand.getText(source));
      else if (node.operator === Kind.MinusToken) add('sign', node, node.operand.getText(source));
    } else if (node.kind === Kind.TrueKeyword) add('boolean', node, 'false');
    else if (node.kind === Kind.FalseKeyword) add('boolean', node, 'true');
    else if (ts.isNumericLiteral(node)) add('number', node, `(${node.text} + 1)`);
    else if (ts.isIfStatement(node)) {
      add('condition', node.expression, 'true');
      add('condition', node.expression, 'false');
    } else if (ts.isConditionalExpression(node)) {
      add('condition', node.condition, 'true');
      add('condition', node.condition, 'false');
    } else if (ts.isExpressionStatement(node)) add('statement', node, ';');
    else if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) {
      if (!ts.isCaseOrDefaultClause(node.parent)) add('statement', node, ';');
    }
    const isBody = node.parent && (ts.isFunctionLike(node.parent) || ts.isSourceFile(node.parent));
    if (ts.isBlock(node) && isBody && node.statements.length > 0) {
      const start = node.getStart(source) + 1;
      add('return early', node, ' return; ', start, start);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

/** The file with the mutant in it. */
export function mutated(text, { start, end, becomes }) {
  return text.slice(0, start) + becomes + text.slice(end);
}
