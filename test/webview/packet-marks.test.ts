import assert from 'node:assert/strict';
import { inkOfMarks } from '../../src/webview/ladder/packet-shapes.ts';

describe('the colour of what is unusual about a packet', () => {
  const plain = { outcome: 'arrived', retransmission: false, confidence: 'certain' } as const;
  const taken = { fate: 'accepted', reason: '' } as const;

  it('is that of a fault where something was lost, refused or sent again', () => {
    assert.equal(inkOfMarks({ ...plain, outcome: 'lost' }, taken), 'bad');
    assert.equal(inkOfMarks({ ...plain, outcome: 'dropped' }, taken), 'bad');
    assert.equal(inkOfMarks({ ...plain, retransmission: true }, taken), 'bad');
    assert.equal(inkOfMarks(plain, { fate: 'answered', reason: 'connection refused' }), 'bad');
  });

  it('is none where something is only not known, and a warning where it cannot be', () => {
    assert.equal(inkOfMarks({ ...plain, confidence: 'likely' }, taken), 'muted');
    const unseen = { fate: 'unseen', reason: 'not captured' } as const;
    assert.equal(inkOfMarks({ ...plain, outcome: 'unseen' }, unseen), 'muted');
    assert.equal(inkOfMarks({ ...plain, confidence: 'ambiguous' }, taken), 'warn');
    assert.equal(inkOfMarks({ ...plain, outcome: 'ambiguous' }, taken), 'warn');
  });
});
