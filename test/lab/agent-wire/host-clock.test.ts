import assert from 'node:assert/strict';
import fc from 'fast-check';
import { realtimeClock, realtimeNs } from '../../../src/lab/agent-wire/host-clock.ts';

/** A machine whose clocks are told: CLOCK_REALTIME in nanoseconds, of which `Date.now` shows milliseconds. */
function machine(startNs: bigint, sinceBootNs = 123_456_789n) {
  let [real, boot] = [startNs, sinceBootNs];
  const clock = realtimeClock(
    () => Number(real / 1_000_000n),
    () => Number(boot) / 1e6,
  );
  return {
    read: () => BigInt(clock()),
    pass: (ns: bigint) => {
      real += ns;
      boot += ns;
    },
    set: (ns: bigint) => void (real += ns),
    now: () => real,
  };
}

const START = 1_800_000_000_123_456_789n;
/** A number of milliseconds since 1970 is exact to less than this. */
const ROUNDING = 1000n;

describe('the clock of a host', () => {
  it('is never ahead of the machine’s, and behind by less than a millisecond', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000_000 })), (steps) => {
        const { read, pass, now } = machine(START);
        for (const step of steps) {
          pass(BigInt(step));
          const behind = now() - read();
          assert.ok(behind >= -ROUNDING && behind < 1_000_000n + ROUNDING, String(behind));
        }
      }),
    );
  });

  it('comes closer the more often it is read', () => {
    const { read, pass, now } = machine(START);
    for (let i = 0; i < 1000; i++) {
      pass(77_777n);
      read();
    }
    assert.ok(now() - read() < 100_000n, String(now() - read()));
  });

  it('follows a clock that is set, forward and back', () => {
    for (const by of [3_600_000_000_000n, -3_600_000_000_000n, -50_000_000n]) {
      const { read, set, now } = machine(START);
      read();
      set(by);
      const behind = now() - read();
      assert.ok(behind >= -ROUNDING && behind < 1_000_000n + ROUNDING, String(behind));
    }
  });

  it('goes on between two ticks of the other one', () => {
    const { read, pass } = machine(START);
    const before = read();
    pass(1000n);
    assert.ok(read() - before > 0n && read() - before < 3000n);
  });

  it('is this machine’s', () => {
    const [before, told, after] = [Date.now(), Number(BigInt(realtimeNs()) / 1_000_000n), Date.now()];
    assert.ok(told >= before - 1 && told <= after, `${before} ${told} ${after}`);
  });
});
