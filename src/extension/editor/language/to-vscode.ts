import * as vscode from 'vscode';
import { helpLink, type HelpPage } from '../../core/help.ts';
import type { Span } from '../../core/language/syntax/tree.ts';

/** The topology files of every kind of folder, saved or not. */
export const selector: vscode.DocumentSelector = { language: 'lblab' };

export function toRange(document: vscode.TextDocument, { start, end }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

export function toSpan(document: vscode.TextDocument, { start, end }: vscode.Range): Span {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** Text of ours: it may not run commands nor load pictures. */
export function toMarkdown(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = false;
  return markdown;
}

/** A problem's code, which leads to the page that lists it. */
export function toCode(code: string): NonNullable<vscode.Diagnostic['code']> {
  return { value: code, target: vscode.Uri.parse(helpLink('topology')) };
}

/** A link to a page of ours, in a block of its own: what a file says stands in others, which may run nothing. */
export function toHelp(text: string, page: HelpPage): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(`[${text}](${helpLink(page)})`);
  markdown.isTrusted = { enabledCommands: ['lbLab.help'] };
  return markdown;
}
