/**
 * For a run that is kept whole until it is judged or told: some ten thousand requests. A lab that goes on while somebody
 * looks keeps what there is room for instead.
 */
export const MOST_EVENTS = 500_000;
