import assert from 'node:assert/strict';
import {
  isActive,
  nextTcpState,
  TCP_STATES,
  type ConnectionState,
} from '../../src/forwarder/connections/tcp-state.ts';
import { ACK, FIN, RST, SYN } from './rig.ts';

type Moves = Partial<Record<ConnectionState, string>>;

const CLOSES = 'NONE ESTABLISHED FIN_WAIT CLOSE_WAIT TIME_WAIT';
const OPENS = { SYN_RECV: 'NONE FIN_WAIT TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN SYNACK' };

/**
 * Where each segment leads, from which states; all others stay as they are (ip_vs_proto_tcp.c, `tcp_states`). By who
 * sends it: the client, the server, and the client where replies go around the director.
 */
const MOVES: Readonly<Record<string, readonly [number, Moves]>>[] = [
  {
    SYN: [SYN, { ...OPENS, ESTABLISHED: 'SYN_SENT' }],
    FIN: [FIN, { CLOSE: 'NONE', CLOSE_WAIT: 'ESTABLISHED', TIME_WAIT: 'SYN_RECV FIN_WAIT SYNACK' }],
    ACK: [ACK, { CLOSE: 'LAST_ACK', ESTABLISHED: 'NONE SYN_RECV SYNACK' }],
    RST: [RST, { CLOSE: `${CLOSES} SYN_SENT`, SYN_RECV: 'SYNACK' }],
  },
  {
    SYN: [SYN, { SYN_SENT: 'NONE FIN_WAIT TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK', SYN_RECV: 'SYNACK' }],
    FIN: [FIN, { TIME_WAIT: 'NONE SYN_RECV CLOSE_WAIT SYNACK', FIN_WAIT: 'ESTABLISHED' }],
    ACK: [ACK, { ESTABLISHED: 'NONE SYN_RECV LISTEN SYNACK' }],
    RST: [RST, { CLOSE: 'NONE ESTABLISHED SYN_RECV FIN_WAIT CLOSE_WAIT LAST_ACK LISTEN SYNACK' }],
  },
  {
    SYN: [SYN, { ...OPENS, ESTABLISHED: 'SYN_SENT' }],
    FIN: [FIN, { CLOSE: 'NONE', FIN_WAIT: 'ESTABLISHED', TIME_WAIT: 'SYN_RECV SYNACK' }],
    ACK: [ACK, { CLOSE: 'LAST_ACK', ESTABLISHED: 'NONE SYN_RECV SYNACK' }],
    RST: [RST, { CLOSE: `${CLOSES} SYN_SENT SYNACK` }],
  },
];

function expected(direction: number, flags: number, state: ConnectionState): ConnectionState {
  // One of them counts, in this order (`tcp_state_idx`).
  const name = ['RST', 'SYN', 'FIN', 'ACK'].find((one) => (flags & MOVES[direction]![one]![0]) !== 0);
  if (name === undefined) return 'CLOSE';
  const moves = Object.entries(MOVES[direction]![name]![1]);
  const move = moves.find(([, from]) => from.split(' ').includes(state));
  return move === undefined ? state : (move[0] as ConnectionState);
}

describe('TCP states of IPVS', () => {
  for (const [direction, sender] of ['the client', 'the server', 'the client, unanswered'].entries())
    it(`change with every segment of ${sender} as the kernel's table says, whatever its other flags`, () => {
      for (let flags = 0; flags < 256; flags++)
        for (const [number, state] of TCP_STATES.entries())
          assert.equal(
            TCP_STATES[nextTcpState(direction, flags, number)],
            expected(direction, flags, state),
            `${state}, flags ${flags}`,
          );
    });

  it('count as active from the first SYN to the first FIN (`tcp_state_active_table`)', () => {
    const active = TCP_STATES.filter((_, number) => isActive(number));
    assert.deepEqual(active, ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK']);
  });
});
