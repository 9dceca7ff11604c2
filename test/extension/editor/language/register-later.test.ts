import assert from 'node:assert/strict';
import { vscodeStub } from '../../../support/vscode-stub.ts';

const { registerLanguageLater } = await import('../../../../src/extension/editor/language/register-later.ts');

function setUp(open: readonly string[]) {
  const heard: ((document: unknown) => void)[] = [];
  const documents = open.map((languageId) => ({ languageId }));
  let loads = 0;
  let registered = 0;
  vscodeStub.workspace['textDocuments'] = documents;
  vscodeStub.workspace['onDidOpenTextDocument'] = (listener: (document: unknown) => void) => {
    heard.push(listener);
    return { dispose: () => void heard.splice(heard.indexOf(listener), 1) };
  };
  const parts = {
    translate: () => '',
    texts: () => Promise.resolve({} as never),
    live: {} as never,
    onError: (error: unknown) => assert.fail(String(error)),
  };
  const later = registerLanguageLater(parts, () => {
    loads += 1;
    return Promise.resolve({
      registerLanguage: () => {
        registered += 1;
        return { dispose: () => void (registered -= 1) };
      },
    });
  });
  const openOne = (languageId: string) => [...heard].forEach((listener) => listener({ languageId }));
  return { later, openOne, loads: () => loads, registered: () => registered, listeners: () => heard.length };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the language of topology files', () => {
  it('is loaded when a topology is open, and not before', async () => {
    const { later, openOne, loads, registered, listeners } = setUp(['typescript']);
    openOne('yaml');
    assert.equal(loads(), 0);
    openOne('lblab');
    openOne('lblab');
    await turn();
    assert.deepEqual([loads(), registered(), listeners()], [1, 1, 0]);
    later.dispose();
    assert.equal(registered(), 0);
  });

  it('is loaded at once when one is open already', async () => {
    const { later, loads, registered } = setUp(['yaml', 'lblab', 'lblab']);
    later.dispose();
    await turn();
    assert.deepEqual([loads(), registered()], [1, 0]);
  });
});
