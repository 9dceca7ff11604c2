import type * as vscode from 'vscode';
import type { TopologyText } from '../../core/language/topology-text.ts';
import type { TopologyTexts } from '../../core/language/topology-texts.ts';
import { fileNameOf } from '../topology-files.ts';

/** Documents of the editor, read: every feature asks for one after a keystroke. */
export class TopologyDocuments {
  readonly #texts: TopologyTexts;

  constructor(texts: TopologyTexts) {
    this.#texts = texts;
  }

  of(document: vscode.TextDocument): TopologyText {
    const { uri } = document;
    return this.#texts.of({ uri: uri.toString(), name: fileNameOf(uri), text: document.getText() });
  }
}
