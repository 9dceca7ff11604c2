import { Dice, makeConversation } from './conversations.ts';
import { describeDisagreement } from './describe.ts';
import { compare, forwarderOf, knownDifference } from './differential.ts';
import { LinuxRouter } from './kernel.ts';
import { SETUPS } from './setups.ts';

const BATCH = 200;

/** Compares for so long, all setups in turn; says what it did, and resolves with how often the two disagreed. */
export async function fuzzAgainstLinux(
  milliseconds: number,
  seed: number,
  print: (line: string) => void,
): Promise<number> {
  let failures = 0;
  for (const [index, setup] of SETUPS.entries()) {
    const linux = new LinuxRouter();
    try {
      await linux.open(setup);
      const end = Date.now() + milliseconds / SETUPS.length;
      const rig = forwarderOf(setup);
      const dice = new Dice(seed + index);
      const known = new Map<string, number>();
      let [conversations, packets, unknown] = [0, 0, 0];
      do {
        const batch = Array.from({ length: BATCH }, (_, i) =>
          makeConversation(dice, setup, conversations + i),
        );
        const result = await compare(setup, linux, rig, batch);
        conversations += BATCH;
        packets += result.packets;
        for (const found of result.disagreements) {
          const difference = knownDifference(found);
          if (difference !== undefined) known.set(difference, (known.get(difference) ?? 0) + 1);
          else if (++unknown <= 5) print(describeDisagreement(found));
        }
      } while (Date.now() < end);
      print(`${setup.name}: ${conversations} conversations, ${packets} packets, ${unknown} disagreements`);
      for (const [difference, count] of known) print(`  ${count} times known: ${difference}`);
      failures += unknown;
    } finally {
      await linux.close();
    }
  }
  return failures;
}
