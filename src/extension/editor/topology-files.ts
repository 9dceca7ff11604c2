import * as vscode from 'vscode';
import type { Locale } from '../../l10n/translate.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { FILE_PATTERN, LANGUAGE } from '../core/ids.ts';
import { freeName } from '../core/labs/free-name.ts';
import { modelOf } from '../core/labs/model-of.ts';
import type { LabFile } from '../core/labs/labs.ts';
import type { LessonName } from '../core/lessons/lessons.ts';
import { samplePath } from '../core/sample-path.ts';

/** More files than these nobody picks from. */
const MOST_FILES = 200;
const locales: readonly Locale[] = ['en', 'zh-cn'];

export function fileNameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

export function isTopology(document: vscode.TextDocument | undefined): document is vscode.TextDocument {
  return document?.languageId === LANGUAGE;
}

/** Topology files: how they are found, read, saved and made. */
export class TopologyFiles {
  readonly #extension: vscode.Uri;
  readonly #storage: vscode.Uri;
  readonly #locale: Locale;
  #exampleTexts: Promise<readonly string[]> | undefined;

  constructor({ extensionUri, globalStorageUri }: vscode.ExtensionContext, locale: Locale) {
    this.#extension = extensionUri;
    this.#storage = globalStorageUri;
    this.#locale = locale;
  }

  /** The topology that somebody looks at: of the active editor, else of one that is visible. */
  active(): vscode.TextDocument | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    return [activeTextEditor, ...visibleTextEditors].map((editor) => editor?.document).find(isTopology);
  }

  /** Open topologies of a model, the one somebody looks at first. */
  openOf(model: Plan['model']): vscode.TextDocument | undefined {
    const active = this.active();
    return [active, ...vscode.workspace.textDocuments].find(
      (document): document is vscode.TextDocument =>
        isTopology(document) && modelOf(document.getText()) === model,
    );
  }

  /** Files of a model in the workspace, or without a folder among those made before; by address. */
  async savedOf(model: Plan['model']): Promise<vscode.Uri[]> {
    const files = await this.saved();
    const texts = await Promise.all(files.map((uri) => this.read(uri).catch(() => '')));
    return files.filter((_, index) => modelOf(texts[index]!) === model);
  }

  async saved(): Promise<vscode.Uri[]> {
    const files = vscode.workspace.workspaceFolders
      ? await vscode.workspace.findFiles(FILE_PATTERN, '**/node_modules/**', MOST_FILES)
      : await this.#filesIn(this.#storage);
    return files.toSorted((a, b) => a.path.localeCompare(b.path));
  }

  /** Examples and lessons that come with the extension. */
  async samples(): Promise<{ examples: vscode.Uri[]; lessons: vscode.Uri[] }> {
    const [examples, lessons] = await Promise.all([
      this.#filesIn(vscode.Uri.joinPath(this.#extension, 'examples')),
      this.#filesIn(vscode.Uri.joinPath(this.#extension, 'examples', 'lessons')),
    ]);
    return { examples, lessons };
  }

  /** Whether a text is that of an example as it was shipped, wherever the file lies: nobody has made it their own yet. */
  async isExample(text: string): Promise<boolean> {
    this.#exampleTexts ??= this.samples().then(({ examples }) => {
      const shipped = examples.flatMap((uri) => locales.map((locale) => this.#inLanguage(uri, locale)));
      return Promise.all(shipped.map((uri) => this.read(uri).catch(() => '')));
    });
    return (await this.#exampleTexts).includes(text);
  }

  example(model: Plan['model']): vscode.Uri {
    return vscode.Uri.joinPath(this.#extension, 'examples', `${model}.lblab.yaml`);
  }

  lesson(name: LessonName): vscode.Uri {
    return vscode.Uri.joinPath(this.#extension, 'examples', 'lessons', `${name}.lblab.yaml`);
  }

  /**
   * A new file with a sample's text, its comments in the editor's language: in the first folder, or without one in the
   * extension's own. Nothing is overwritten.
   */
  async create(sample: vscode.Uri): Promise<vscode.Uri> {
    return this.#write(fileNameOf(sample), await vscode.workspace.fs.readFile(this.#inLanguage(sample)));
  }

  /** The same with this text. @param name As it is to be called, unless a file is called so. */
  createWith(name: string, text: string): Promise<vscode.Uri> {
    return this.#write(name, new TextEncoder().encode(text));
  }

  /** Whether a file lies in the extension's own storage, which nobody finds by themselves. */
  isKeptHere(uri: vscode.Uri): boolean {
    return uri.toString().startsWith(`${this.#storage.toString()}/`);
  }

  /** As it is in an editor, else as it was saved. */
  async read(uri: vscode.Uri): Promise<string> {
    const open = this.documentOf(uri);
    return open?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  }

  documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  }

  /** Saves what is being edited. Undefined when somebody left the dialog for a file's name. */
  async save(uri: vscode.Uri): Promise<LabFile | undefined> {
    const document = this.documentOf(uri);
    const saved = document?.isDirty || document?.isUntitled ? await vscode.workspace.save(uri) : uri;
    if (!saved) return undefined;
    return { uri: saved.toString(), name: fileNameOf(saved), text: await this.read(saved) };
  }

  #inLanguage(sample: vscode.Uri, locale = this.#locale): vscode.Uri {
    const path = sample.path.slice(this.#extension.path.length).replace(/^\/+/, '');
    return vscode.Uri.joinPath(this.#extension, samplePath(path, locale));
  }

  async #write(wanted: string, bytes: Uint8Array): Promise<vscode.Uri> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? this.#storage;
    await vscode.workspace.fs.createDirectory(folder);
    const taken = new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name));
    const uri = vscode.Uri.joinPath(folder, freeName(wanted.replace(/\.lblab\.ya?ml$/, ''), taken));
    await vscode.workspace.fs.writeFile(uri, bytes);
    return uri;
  }

  async #filesIn(folder: vscode.Uri): Promise<vscode.Uri[]> {
    try {
      const entries = await vscode.workspace.fs.readDirectory(folder);
      return entries
        .filter(([name, type]) => type === vscode.FileType.File && /\.lblab\.ya?ml$/.test(name))
        .map(([name]) => vscode.Uri.joinPath(folder, name));
    } catch {
      return [];
    }
  }
}
