import { startRounds, type CaseName, type Round } from './journeys-rounds.ts';

/** One version of the journeys in a process of its own; `journeys-before.bench.ts` says when it runs a round. */

export type ToPeer = CaseName | 'next';

let next: (() => Round) | undefined;
process.on('message', (message: ToPeer) => {
  void (async () => {
    if (message !== 'next') next = await startRounds(message);
    process.send!(next!());
  })();
});
