import type * as vscode from 'vscode';
import { TopologyText } from '../../core/language/topology-text.ts';

/** What was read from each document stays until the document changes: every feature asks for it after a keystroke. */
export class TopologyDocuments {
  readonly #texts = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly topology: TopologyText }
  >();

  of(document: vscode.TextDocument): TopologyText {
    const known = this.#texts.get(document);
    if (known?.version === document.version) return known.topology;
    const fileName = document.uri.path.split('/').at(-1) ?? '';
    const topology = new TopologyText(document.getText(), fileName);
    this.#texts.set(document, { version: document.version, topology });
    return topology;
  }
}
