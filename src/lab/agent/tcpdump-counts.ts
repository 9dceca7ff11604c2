export interface TcpdumpCounts {
  /** Frames that came to the capture, those among them that the kernel's buffer could not hold, since its start. */
  readonly received: number;
  readonly dropped: number;
}

/**
 * The last answer to a SIGUSR1 in what tcpdump wrote to its standard error: `4 packets captured, 4 packets received by
 * filter, 0 packets dropped by kernel` (on Linux the second includes the third: pcap_stats(3)). Undefined when there is
 * no whole one.
 */
export function readCounts(text: string): TcpdumpCounts | undefined {
  const answers = /(\d+) packets? received by filter,?\s+(\d+) packets? dropped by kernel/g;
  const last = [...text.matchAll(answers)].at(-1);
  return last && { received: Number(last[1]), dropped: Number(last[2]) };
}
