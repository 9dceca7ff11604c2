import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../../src/lab/embedded/random.ts';
import { TcpPair, Witness, pattern, type LinkFate } from './tcp-pair.ts';

/** Loses, doubles and delays by chance; what is delayed is overtaken. */
function badLink(seed: number, loss: number, doubling: number, reordering: number): LinkFate {
  const random = new Random(seed, 'link');
  const delay = () => (random.share() < reordering ? random.below(5_000_000) : 0);
  return () => {
    if (random.share() < loss) return [];
    return random.share() < doubling ? [delay(), delay()] : [delay()];
  };
}

describe('TCP over a bad link', () => {
  it('carries any stream both ways intact, and both ends close', () => {
    const chance = fc.double({ min: 0, max: 0.2, noNaN: true });
    const size = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(
        fc.nat(),
        chance,
        chance,
        chance,
        size,
        size,
        (seed, loss, doubling, reordering, up, down) => {
          const pair = new TcpPair(badLink(seed, loss, doubling, reordering));
          const [client, server] = [new Witness(), new Witness()];
          const end = pair.listen(server);
          server.onEstablished = () => end.connection!.send(pattern(down));
          server.onEnded = () => end.connection!.finish();
          const connection = pair.connect(client);
          connection.send(pattern(up).subarray(0, up >> 1));
          connection.send(pattern(up).subarray(up >> 1));
          client.onEstablished = () => connection.finish();
          pair.clock.runUntil(3600e9);
          assert.deepEqual(server.bytes, pattern(up));
          assert.deepEqual(client.bytes, pattern(down));
          assert.equal(connection.state, 'closed');
          assert.equal(end.connection?.state, 'closed');
          assert.deepEqual([client.reason, server.reason], ['finished', 'finished']);
        },
      ),
      { numRuns: 60 },
    );
  });
});
