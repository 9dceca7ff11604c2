import assert from 'node:assert/strict';
import { readFileSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCodeServer, type CodeServer } from '../../scripts/start-code-server.mjs';
import { findLabs } from '../../src/lab/docker/sweep.ts';
import { dockerHere } from '../lab/docker/docker-here.ts';
import { temporaryFolder } from '../support/lb-lab.ts';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { packaged } from '../support/packaged.ts';
import { answered, flowsOfEpoch, FlowPanel } from '../support/vscode-panel.ts';
import { Workbench } from '../support/vscode-workbench.ts';

const PATIENCE_MS = 30_000;
const FILE = 'dr.lblab.yaml';

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await holds()); await sleep(200))
    if (Date.now() - began > PATIENCE_MS) throw new Error(`waited in vain: ${what}`);
}

/** The way of the issue, on the packed extension in a window of its own, through the screen alone. */
class Journey {
  readonly #workbench: Workbench;
  readonly #panel: FlowPanel;
  readonly #file: string;
  readonly #name: string;
  #pictures = 0;

  constructor(workbench: Workbench, file: string, name: string) {
    this.#workbench = workbench;
    this.#panel = new FlowPanel(workbench.webview());
    this.#file = file;
    this.#name = name;
  }

  async step(what: string, body: () => Promise<void>): Promise<void> {
    const picture = `journey-${this.#name}-${++this.#pictures}`;
    try {
      await body();
      await this.#workbench.screenshot(picture);
    } catch (error) {
      await this.#workbench.screenshot(`${picture}-failed`);
      const errors = this.#workbench.errors.join('\n');
      throw new Error(`${what} (${picture}-failed.png)\n${errors}`, { cause: error });
    }
  }

  async start(): Promise<void> {
    await this.#workbench.palette('Start LB Lab (DR)');
    await this.#workbench.tab(FILE).waitFor();
    await this.#workbench.statusItems().first().waitFor();
  }

  /** The director's change of a first packet, hop by hop. */
  async showsTheMacChange(): Promise<void> {
    const flow = await this.#panel.waitFor('an answered request', (rows) =>
      rows.find(
        ({ kind, what, result }) => kind === 'flow' && what.includes('GET /') && result.includes('200'),
      ),
    );
    await this.#panel.open(flow);
    const after = (id: string, kind: string) => (rows: readonly { id: string; kind: string }[]) => {
      const at = rows.findIndex((row) => row.id === id);
      return rows[at + 1]?.kind === kind ? at + 1 : undefined;
    };
    const at = await this.#panel.waitFor('its packets', after(flow.id, 'packet'));
    const packet = (await this.#panel.rows())[at]!;
    await this.#panel.open(packet);
    // The first card asks before it tells.
    await this.#panel.waitFor('the covered hop', (rows) =>
      rows.find(({ kind, change }) => kind === 'hop' && /what does it change/.test(change)),
    );
    await this.#workbench.webview().getByRole('button', { name: 'Reveal' }).click();
    const change = await this.#panel.waitFor(
      'the hop from the director',
      (rows) => rows.find(({ kind, way }) => kind === 'hop' && /^director → rs\d/.test(way))?.change,
    );
    assert.match(change, /dst MAC director → rs\d/);
    assert.match(change, /src MAC router → director/);
    // What the file itself sends is over, before anything is changed and counted.
    await this.#panel.waitFor('all requests of the file', answered(6));
  }

  /** Replaces a line and saves; resolves to its number once the panel has the change as a row. */
  async edit(pattern: RegExp, replace: (line: string) => string): Promise<number> {
    const last = await this.#lastChange();
    const line = await this.#workbench.editor.replaceLine(this.#file, pattern, replace);
    await this.#workbench.editor.save();
    await this.#applied(last);
    return line;
  }

  async undo(beginning: string): Promise<void> {
    const last = await this.#lastChange();
    await this.#workbench.editor.undo(beginning);
    await this.#workbench.editor.save();
    await this.#applied(last);
  }

  async #lastChange(): Promise<string | undefined> {
    return (await this.#panel.rows()).findLast(({ kind }) => kind === 'change')?.id;
  }

  /** There is another change after this one. */
  async #applied(before: string | undefined): Promise<void> {
    await this.#panel.waitFor('the change of the file', (rows) => {
      const last = rows.findLast(({ kind }) => kind === 'change')?.id;
      return last === before ? undefined : last;
    });
  }

  /** Sends requests of the first client, and resolves to their rows when all are there and answered. */
  async request(count: number): Promise<string[]> {
    const before = flowsOfEpoch(await this.#panel.rows()).length;
    for (let sent = 1; sent <= count; sent++) {
      await this.#workbench.palette('LB Lab: Send Request');
      const first = this.#workbench.page.locator('.quick-input-list .monaco-list-row[data-index="0"]');
      await first.filter({ hasText: 'client1' }).click();
      await this.#panel.waitFor('the answer', (rows) => {
        const flows = flowsOfEpoch(rows).slice(before);
        return flows.length >= sent && flows.every(({ result }) => result.includes('200')) ? true : undefined;
      });
    }
    return flowsOfEpoch(await this.#panel.rows())
      .slice(before)
      .map(({ way }) => way);
  }

  async #observed(): Promise<string[]> {
    return (await this.#workbench.problems()).filter((label) => label.includes('observed'));
  }

  /** The runtime finding stands on that line and is underlined there. */
  async warnsOn(line: number): Promise<void> {
    await until(`a warning on line ${line}`, async () =>
      (await this.#observed()).some((label) => label.includes(`at line ${line} `)),
    );
    // Hints stand between the letters of a line: only its beginning is certain.
    const text = readFileSync(this.#file, 'utf8').split('\n')[line - 1]!;
    const beginning = text.slice(0, text.indexOf(':') + 1);
    await until('the line is underlined', async () =>
      (await this.#workbench.editor.underlined('warning')).some((shown) => shown.startsWith(beginning)),
    );
  }

  /** What the model promises has been seen and was kept, since the last change. */
  async allKept(): Promise<void> {
    const tallies = this.#workbench.webview().locator('.tallies');
    await tallies
      .filter({ hasText: /\d kept/ })
      .filter({ hasNotText: 'broken' })
      .waitFor();
  }

  async warnsNoMore(): Promise<void> {
    await until('no warning', async () => (await this.#observed()).length === 0);
  }

  async stop(): Promise<void> {
    await this.#workbench.palette('LB Lab: Stop Lab');
    await this.#workbench.statusItems().first().waitFor({ state: 'detached' });
  }
}

async function travel(journey: Journey): Promise<void> {
  await journey.step('the palette starts the lab', () => journey.start());
  await journey.step('the panel shows the MAC change', () => journey.showsTheMacChange());
  await journey.step('with sh, one client always reaches one server', async () => {
    await journey.edit(/scheduler: rr/, (line) => line.replace('rr', 'sh'));
    const ways = await journey.request(3);
    assert.equal(new Set(ways.map((way) => /rs\d/.exec(way)?.[0])).size, 1, ways.join('\n'));
  });
  await journey.step('a server that answers for the VIP is found out', async () => {
    const line = await journey.edit(/^ {2}rs1:/, (text) =>
      text.replace('role: server, ', 'role: server, hideVip: false,'),
    );
    await journey.request(2);
    await journey.warnsOn(line);
  });
  await journey.step('undone, all is well again', async () => {
    await journey.undo('  rs1:      { role: server,   at:');
    await journey.request(2);
    await journey.warnsNoMore();
    await journey.allKept();
  });
  await journey.step('stopped', () => journey.stop());
}

describe('from the palette to the packets, in a real VS Code', () => {
  const browser = packagedBrowser();

  const inWindow = async (
    name: string,
    options: Parameters<typeof startCodeServer>[0],
    body: (journey: Journey) => Promise<void>,
  ): Promise<void> => {
    const folder = temporaryFolder();
    let server: CodeServer | undefined;
    try {
      server = await startCodeServer({ vsix: [packaged()], ...options });
      const lab = folder.path('lab');
      mkdirSync(lab);
      const workbench = await Workbench.open({ browser: browser(), server, folder: lab });
      await body(new Journey(workbench, `${lab}/${FILE}`, name));
      assert.deepEqual(workbench.errors, []);
      await workbench.close();
    } finally {
      await server?.stop();
      folder.remove();
    }
  };

  for (const which of ['newest', 'lowest'] as const) {
    it(`in memory, in the ${which} editor`, () =>
      inWindow(`embedded-${which}`, { which, settings: { 'lbLab.engine': 'embedded' } }, travel)).timeout(
      300_000,
    );
  }

  it('on Docker', async function () {
    this.timeout(480_000);
    const { client } = await dockerHere(this);
    try {
      const before = new Set((await findLabs(client)).map(({ id }) => id));
      await inWindow('docker', { settings: { 'lbLab.engine': 'docker' } }, async (journey) => {
        await travel(journey);
        const left = (await findLabs(client)).filter(({ id }) => !before.has(id));
        assert.deepEqual(left, [], 'nothing is left in the engine');
      });
    } finally {
      client.close();
    }
  });
});
