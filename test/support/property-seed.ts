import fc from 'fast-check';

/**
 * Property tests take the same cases in every run, so that a change and not chance makes them fail.
 * `FC_SEED=NUMBER npm test` takes others.
 */
const { FC_SEED } = process.env;
fc.configureGlobal({ seed: FC_SEED === undefined ? 20261122 : Number(FC_SEED) });
