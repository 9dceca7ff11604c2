import assert from 'node:assert/strict';
import { ACK, directorConfig, M_ROUTER, M_SERVER, request, Rig, RIP, ROUTER, SYN } from './rig.ts';

/** TTL and the type of an ICMP error, if it is one, of the frame that came out for the last packet given in. */
function outcome(config: Parameters<typeof directorConfig>[0], ttls: readonly number[]): string {
  const rig = new Rig(directorConfig(config)).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
  for (const [index, ttl] of ttls.entries()) rig.give(request(5, index === 0 ? SYN : ACK, { ttl }));
  const { bytes } = rig.sent.at(-1)!;
  return bytes[23] === 1 ? `error ${bytes[34]}` : `ttl ${bytes[22]}`;
}

describe('the last hop', () => {
  for (const model of ['dr', 'dnat', 'tun'] as const)
    it(`${model}: a TTL of 2 is enough for the director, 1 is not, for the first packet and for those behind it`, () => {
      const config = { model, snat: false };
      assert.deepEqual(
        [[2], [64, 2], [1], [64, 1]].map((ttls) => outcome(config, ttls)),
        ['ttl 1', 'ttl 1', 'error 11', 'error 11'],
      );
    });
});
