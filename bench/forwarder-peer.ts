import { startRounds, type Rounds } from './forwarder-rounds.ts';

/** One version of the forwarder in a process of its own; `forwarder-before.bench.ts` says when it runs a round. */

export type ToPeer = { readonly name: string; readonly connections: number } | 'next';

let rounds: Rounds | undefined;
process.on('message', (message: ToPeer) => {
  if (message !== 'next') rounds = startRounds(message.name, message.connections);
  process.send!(rounds!.next());
});
