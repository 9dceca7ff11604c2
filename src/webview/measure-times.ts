import type { Panel } from './panel.ts';

/** Asks the host to measure, once at a time. What fails is told where everything else is. */
export async function measureTimes({ store, host }: Panel): Promise<void> {
  const { forwardingTimes: before, text } = store.state;
  if (before === 'measuring') return;
  store.update({ forwardingTimes: 'measuring' });
  try {
    const { times } = await host.ask({ kind: 'forwarding-times' });
    store.update({ forwardingTimes: times });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const words = text('panel.card.not-measured', { message });
    store.update({ forwardingTimes: before, message: { words, bad: true } });
  }
}
