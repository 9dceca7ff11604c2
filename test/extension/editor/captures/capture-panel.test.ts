import assert from 'node:assert/strict';
import { exportPcapng } from '../../../../src/journey/export-pcapng.ts';
import type { HostMessage } from '../../../../src/panel-protocol/messages.ts';
import { TopologyTexts } from '../../../../src/extension/core/language/topology-texts.ts';
import { writePcap } from '../../../../src/packet/pcap.ts';
import { readCapture } from '../../../../src/packet/read-capture.ts';
import { reportOfEvents } from '../../../journey/build-report.ts';
import { planOf, runLab } from '../../../lab/embedded/testbed.ts';
import { StubUri, vscodeStub } from '../../../support/vscode-stub.ts';
import { example, translate } from '../../support.ts';

const { CapturePanel } = await import('../../../../src/extension/editor/captures/capture-panel.ts');

const plan = planOf(example('dr'));
const { events } = runLab(plan);
const whole = reportOfEvents(plan, events);
const recordedAt = (node: string) => {
  const own = events.filter((event) => event.kind === 'frame' && event.node === node);
  return exportPcapng(
    own,
    { ...whole, journeys: [] },
    { ...plan, nodes: plan.nodes.filter(({ name }) => name === node) },
    translate,
  );
};

/** The same frames in a file without names of interfaces. */
function unnamed(bytes: Uint8Array): Uint8Array {
  const { records } = readCapture(bytes);
  return writePcap(records, { linkType: 1, snapLength: 262144 });
}

/** A panel, and a workspace with these files. */
function setUp(
  files: Readonly<Record<string, Uint8Array>>,
  topologies: readonly string[],
  textOf: () => string = () => example('dr'),
) {
  const messages: HostMessage[] = [];
  const closed: (() => void)[] = [];
  const failures: unknown[] = [];
  let say: (message: unknown) => void = () => undefined;
  let isCancelled = false;
  let working: Promise<unknown> = Promise.resolve();
  const panel = {
    webview: {
      ...{ html: '', cspSource: '', options: {} },
      asWebviewUri: (uri: StubUri) => uri,
      postMessage: (message: HostMessage) => Promise.resolve(messages.push(message) > 0),
      onDidReceiveMessage: (listener: (message: unknown) => void) => {
        say = listener;
        return { dispose: () => undefined };
      },
    },
    onDidDispose: (listener: () => void) => closed.push(listener),
  };
  let saved: (document: { readonly uri: StubUri }) => void = () => undefined;
  Object.assign(vscodeStub.workspace, {
    onDidSaveTextDocument: (listener: typeof saved) => {
      saved = listener;
      return { dispose: () => undefined };
    },
    openTextDocument: (uri: StubUri) => Promise.resolve({ uri, languageId: 'lblab' }),
    fs: {
      readFile: (uri: StubUri) => {
        const bytes = files[uri.path.slice(1)];
        return bytes ? Promise.resolve(bytes) : Promise.reject(new Error('gone'));
      },
      writeFile: (uri: StubUri, bytes: Uint8Array) => {
        texts.set(uri.path, new TextDecoder().decode(bytes));
        return Promise.resolve(void written.push(bytes));
      },
    },
    getConfiguration: () => ({ get: (name: string) => (name.endsWith('Memory') ? 64 : 100_000) }),
    asRelativePath: (uri: StubUri) => uri.path,
  });
  vscodeStub.window['withProgress'] = (
    _options: unknown,
    work: (progress: unknown, token: unknown) => Promise<unknown>,
  ) =>
    work(
      { report: () => undefined },
      { onCancellationRequested: (then: () => void) => isCancelled && then() },
    );
  let picked = '';
  let typed = '';
  let target = '/out.pcapng';
  const written: Uint8Array[] = [];
  const texts = new Map<string, string>();
  vscodeStub.window['showQuickPick'] = (items: readonly { readonly label: string }[]) =>
    Promise.resolve(items.find(({ label }) => label === picked));
  vscodeStub.window['showInputBox'] = () => Promise.resolve(typed);
  vscodeStub.window['showSaveDialog'] = () => Promise.resolve(StubUri.parse(target));
  vscodeStub.window['showTextDocument'] = () => Promise.resolve();
  const topologyTexts = new TopologyTexts();
  const workbench = {
    ...{ translate, locale: 'en', log: { warn: assert.fail } },
    context: { extensionUri: StubUri.parse('/extension'), workspaceState: { get: () => undefined } },
    files: {
      saved: () => Promise.resolve(topologies.map((name) => StubUri.parse(`/${name}`))),
      read: (uri: StubUri) => Promise.resolve(texts.get(uri.path) ?? textOf()),
    },
    texts: () => Promise.resolve(topologyTexts),
    messages: {
      attempt: (work: () => Promise<unknown>) => (working = work()),
      failure: (error: unknown) => failures.push(error),
    },
  };
  const open = async () => {
    const uris = Object.keys(files).map((name) => StubUri.parse(`/${name}`));
    const opened = CapturePanel.open(panel as never, uris as never, workbench as never);
    // As its page does when it runs.
    while (panel.webview.html === '') await new Promise((resolve) => setTimeout(resolve, 1));
    say({ type: 'ready' });
    return opened;
  };
  const last = <Type extends HostMessage['type']>(type: Type) =>
    messages.findLast((one) => one.type === type) as Extract<HostMessage, { readonly type: Type }>;
  return {
    ...{ panel, failures, open, last },
    say: (message: unknown) => say(message),
    close: () => closed.forEach((listener) => listener()),
    picks: (label: string) => (picked = label),
    types: (text: string) => (typed = text),
    savesAt: (path: string) => (target = path),
    textAt: (path: string) => texts.get(path),
    /** Somebody edits a written file, and saves it. */
    edits: async (path: string, change: (text: string) => string) => {
      texts.set(path, change(texts.get(path)!));
      saved({ uri: StubUri.parse(path) });
      await working;
    },
    act: async (kind: string) => {
      say({ type: 'do', action: { kind } });
      await working;
    },
    /** The pcapng that the panel saves when it is asked to. */
    exported: async (): Promise<Uint8Array> => {
      say({ type: 'ask', id: written.length + 1, question: { kind: 'export', format: 'pcapng' } });
      for (const before = written.length; written.length === before;)
        await new Promise((resolve) => setTimeout(resolve, 1));
      return written.at(-1)!;
    },
    cancels: () => (isCancelled = true),
  };
}

describe('a panel of captures', () => {
  it('tells several files by the only topology there is, and names frames by their files', async () => {
    const files = { 'client1.pcapng': recordedAt('client1'), 'director.pcapng': recordedAt('director') };
    const { open, last, failures, close } = setUp(files, ['dr.lblab.yaml']);
    await open();
    assert.deepEqual(failures, []);
    const { lab } = last('lab');
    assert.equal(lab?.engine, 'capture');
    assert.equal(lab.file, 'client1.pcapng, director.pcapng');
    assert.match(lab.captures!.summary, /client1, director/);
    assert.ok(Object.values(last('verdicts').frameNames!).every((name) => /^\w+\.pcapng:\d+$/.test(name)));
    close();
  });

  it('says on the panel what cannot be told, with nothing to start', async () => {
    const noCapture = setUp({ 'a.pcap': new Uint8Array(40) }, ['dr.lblab.yaml']);
    await noCapture.open();
    const { state } = noCapture.last('state');
    assert.ok(state.kind === 'failed' && state.canStart === false);
    assert.equal(state.remedy, translate('panel.capture-topology'));
    assert.equal(noCapture.failures.length, 1);
    noCapture.close();
  });

  const three = { 'client1.pcap': 'client1', 'director.pcap': 'director', 'rs1.pcap': 'rs1' };
  const threeFiles = () =>
    Object.fromEntries(Object.entries(three).map(([name, node]) => [name, unnamed(recordedAt(node))]));

  it('tells without a topology what frames say, claims nothing, and takes the draft that it writes', async () => {
    const panel = setUp(threeFiles(), []);
    await panel.open();
    assert.deepEqual(panel.failures, []);
    const { captures, nodes } = panel.last('lab').lab!;
    assert.ok(captures?.isInferred);
    assert.match(captures.summary, /the frames fit 10\.0\.2\.100:80 dr/);
    assert.match(captures.notes.join('\n'), /Frames: (\w+\.pcap:\d+(, )?)+\./);
    assert.ok(captures.notes.includes(translate('extension.capture-no-promises')));
    for (const node of Object.values(three)) assert.ok(nodes.some(({ name }) => name === node));
    assert.deepEqual(panel.last('verdicts').promises, []);
    assert.deepEqual(panel.last('verdicts').explanations, []);

    panel.savesAt('/mine.lblab.yaml');
    await panel.act('capture-write');
    assert.deepEqual(panel.failures, []);
    assert.match(panel.textAt('/mine.lblab.yaml')!, /^# [^]*\nmodel: dr\n/);
    const told = panel.last('lab').lab!;
    assert.equal(told.captures?.isInferred, false);
    assert.ok(panel.last('verdicts').promises.some(({ verdict }) => verdict === 'kept'));
    assert.ok(panel.last('verdicts').promises.every(({ verdict }) => verdict !== 'broken'));

    await panel.edits('/mine.lblab.yaml', (text) => text.replaceAll('rs1', 'web'));
    assert.ok(panel.last('lab').lab!.nodes.some(({ name }) => name === 'web'));
    panel.close();
  });

  it('stays without a topology where somebody leaves the dialog', async () => {
    const panel = setUp(threeFiles(), []);
    await panel.open();
    vscodeStub.window['showSaveDialog'] = () => Promise.resolve(undefined);
    await panel.act('capture-write');
    assert.ok(panel.last('lab').lab!.captures?.isInferred);
    panel.close();
  });

  it('calls a host of a network that nobody described as somebody says', async () => {
    const panel = setUp(threeFiles(), []);
    await panel.open();
    panel.picks('rs1.pcap');
    panel.types('web');
    await panel.act('capture-host');
    assert.match(panel.last('lab').lab!.captures!.summary, /captured at .*web/);
    panel.close();
  });

  /** The same lab with other addresses. */
  const elsewhere = () => example('dr').replaceAll(/\b10\.0\./g, '172.16.');

  it('takes no topology of another network that nobody chose', async () => {
    const files = Object.values(threeFiles()).map((bytes, index) => [`${'abc'[index]}.pcap`, bytes]);
    const panel = setUp(Object.fromEntries(files), ['other.lblab.yaml'], elsewhere);
    await panel.open();
    assert.deepEqual(panel.failures, []);
    assert.ok(panel.last('lab').lab!.captures?.isInferred);
    panel.picks('/other.lblab.yaml');
    await panel.act('capture-topology');
    assert.equal(panel.failures.length, 1);
    panel.picks(translate('extension.capture-infer'));
    await panel.act('remedy');
    assert.ok(panel.last('lab').lab!.captures?.isInferred);
    panel.close();
  });

  it('takes from whoever knows it whose a file is, and by how much a clock is off', async () => {
    const [own, ...others] = ['director', 'client1'].map((node) => ({ node, bytes: recordedAt(node) }));
    const alone = setUp({ 'a.pcap': unnamed(own!.bytes) }, ['dr.lblab.yaml']);
    await alone.open();
    assert.match(alone.last('lab').lab!.captures!.summary, /captured at director$/);
    alone.picks('rs1');
    await alone.act('capture-host');
    assert.match(alone.last('lab').lab!.captures!.summary, /captured at rs1$/);
    alone.close();

    const both = setUp({ 'director.pcapng': own!.bytes, 'client1.pcapng': others[0]!.bytes }, [
      'dr.lblab.yaml',
    ]);
    await both.open();
    const timeOfDirector = async () => {
      const { interfaces, records } = readCapture(await both.exported());
      const isOwn = (index: number) => interfaces[index]!.name.startsWith('director.');
      return records.find((record) => isOwn(record.interface))!.timeNs;
    };
    const before = await timeOfDirector();
    both.picks('director');
    both.types('3000');
    await both.act('capture-clock');
    assert.equal((await timeOfDirector()) - before, 3_000_000_000n);
    both.close();
  });

  it('is left when it is cancelled', async () => {
    const { open, last, cancels, close } = setUp({ 'a.pcapng': recordedAt('director') }, ['dr']);
    cancels();
    await open();
    const { state } = last('state');
    assert.ok(state.kind === 'failed' && state.message === translate('extension.capture-cancelled'));
    close();
  });
});
