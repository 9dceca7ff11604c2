import assert from 'node:assert/strict';
import { namesAt } from '../../../../src/extension/core/panel/names-at.ts';
import { TopologyText } from '../../../../src/extension/core/language/topology-text.ts';
import { example } from '../../support.ts';

const file = 'dr.lblab.yaml';
const dr = example('dr');
const { plan } = new TopologyText(dr, file);

/** @param text What the editor shows, with the cursor behind `before`. */
function at(text: string, before: string): string[] {
  return namesAt(new TopologyText(text, file), plan!, text.indexOf(before) + before.length);
}

describe('what the cursor in the file lights up in the panel', () => {
  it('the node or segment whose name it is on, else the one it is in', () => {
    assert.deepEqual(at(dr, 'servers: [rs'), ['rs1']);
    assert.deepEqual(at(dr, 'role: dire'), ['director']);
    assert.deepEqual(at(dr, 'model: '), []);
  });

  it('by the text in the editor, though the lab has an older one', () => {
    const edited = `# Two lines\n# more.\n${dr}`;
    assert.deepEqual(at(edited, 'servers: [rs'), ['rs1']);
    assert.deepEqual(at(edited, 'role: dire'), ['director']);
    assert.deepEqual(at(edited, 'model: '), []);
    // Half a word is no reason to say nothing.
    assert.deepEqual(at(edited.replace('traffic:', 'traf'), 'role: dire'), ['director']);
  });
});
