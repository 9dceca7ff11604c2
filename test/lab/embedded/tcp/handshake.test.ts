import assert from 'node:assert/strict';
import {
  NO_BYTES,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  type TcpSegment,
} from '../../../../src/lab/embedded/tcp/segment.ts';
import { addressAfter } from '../../../../src/packet/address.ts';
import { CLIENT, PORT, SERVER, TcpPair, Witness, after, describeSegment } from './tcp-pair.ts';

describe('TCP handshake (RFC 9293, section 3.5)', () => {
  it('takes three segments and tells both sides', () => {
    const pair = new TcpPair();
    const [client, server] = [new Witness(), new Witness()];
    pair.listen(server);
    const connection = pair.connect(client);
    pair.settle();
    assert.deepEqual(pair.log, ['client SYN', 'server SYN ACK', 'client ACK']);
    assert.ok(client.wasEstablished && server.wasEstablished);
    assert.equal(connection.state, 'established');
    const [syn, synAck, ack] = pair.sent as [TcpSegment, TcpSegment, TcpSegment];
    assert.equal(synAck.acknowledgement, after(syn));
    assert.equal(ack.acknowledgement, after(synAck));
    assert.equal(ack.sequence, after(syn));
    assert.equal(syn.maximumSegment, 1460);
    assert.equal(ack.maximumSegment, undefined);
  });

  it('gives every connection its own port from 40000 on', () => {
    const pair = new TcpPair();
    pair.listen();
    const ports = [pair.connect(), pair.connect(), pair.connect()].map(({ localPort }) => localPort);
    assert.equal(new Set(ports).size, 3);
    assert.ok(ports.every((port) => port >= 40000));
  });

  it('does not open the same four-tuple twice', () => {
    const pair = new TcpPair();
    const to = { local: CLIENT, localPort: 5000, remote: SERVER, remotePort: PORT };
    assert.ok(pair.client.connect(to, () => new Witness()));
    assert.equal(
      pair.client.connect(to, () => new Witness()),
      undefined,
    );
  });

  it('repeats a lost SYN after 1 s, 2 s, 4 s, ... and gives up after six copies', () => {
    const pair = new TcpPair(() => []);
    const witness = new Witness();
    const times: number[] = [];
    pair.fate = () => {
      times.push(pair.clock.now() / 1e9);
      return [];
    };
    pair.connect(witness);
    pair.clock.runUntil(200e9);
    assert.deepEqual(times, [0, 1, 3, 7, 15, 31, 63]);
    assert.equal(witness.reason, 'timed-out');
  });

  it('answers a repeated SYN with the same SYN-ACK', () => {
    const pair = new TcpPair((segment) => (describeSegment(segment) === 'client SYN' ? [0, 500] : [0]));
    pair.listen();
    pair.connect();
    pair.settle();
    const synAcks = pair.sent.filter((segment) => describeSegment(segment) === 'server SYN ACK');
    assert.equal(synAcks.length, 2);
    assert.equal(synAcks[0]!.sequence, synAcks[1]!.sequence);
  });

  it('opens from both sides at once', () => {
    const pair = new TcpPair();
    const ends = [
      pair.client.connect(
        { local: CLIENT, localPort: 5, remote: SERVER, remotePort: 6 },
        () => new Witness(),
      )!,
      pair.server.connect(
        { local: SERVER, localPort: 6, remote: CLIENT, remotePort: 5 },
        () => new Witness(),
      )!,
    ];
    pair.settle();
    assert.deepEqual(
      ends.map(({ state }) => state),
      ['established', 'established'],
    );
  });
});

describe('TCP resets (RFC 9293, section 3.5.2)', () => {
  const base = { source: CLIENT, sourcePort: 1000, destination: SERVER, destinationPort: PORT, window: 100 };
  const cases: readonly {
    readonly name: string;
    readonly segment: Partial<TcpSegment> & { readonly flags: number };
    readonly listening: boolean;
    /** Flags, sequence and acknowledgement of the answer. */
    readonly answer: readonly [number, number, number] | undefined;
  }[] = [
    {
      name: 'SYN to a closed port',
      segment: { flags: TCP_SYN, sequence: 7 },
      listening: false,
      answer: [TCP_RST | TCP_ACK, 0, 8],
    },
    {
      name: 'data to a closed port',
      segment: { flags: TCP_ACK, sequence: 7, acknowledgement: 99, payload: new Uint8Array(5) },
      listening: false,
      answer: [TCP_RST, 99, 0],
    },
    {
      name: 'FIN without ACK to a closed port',
      segment: { flags: TCP_FIN, sequence: 7 },
      listening: false,
      answer: [TCP_RST | TCP_ACK, 0, 8],
    },
    {
      name: 'reset to a closed port',
      segment: { flags: TCP_RST, sequence: 7 },
      listening: false,
      answer: undefined,
    },
    {
      name: 'ACK to a listening port',
      segment: { flags: TCP_ACK, sequence: 7, acknowledgement: 99 },
      listening: true,
      answer: [TCP_RST, 99, 0],
    },
    {
      name: 'SYN-ACK to a listening port',
      segment: { flags: TCP_SYN | TCP_ACK, sequence: 7, acknowledgement: 99 },
      listening: true,
      answer: [TCP_RST, 99, 0],
    },
    {
      name: 'reset to a listening port',
      segment: { flags: TCP_RST, sequence: 7 },
      listening: true,
      answer: undefined,
    },
  ];
  for (const { name, segment, listening, answer } of cases) {
    it(name, () => {
      const pair = new TcpPair();
      if (listening) pair.listen();
      pair.inject({ ...base, sequence: 0, acknowledgement: 0, payload: NO_BYTES, ...segment });
      const [sent] = pair.sent;
      assert.deepEqual(sent && [sent.flags, sent.sequence, sent.acknowledgement], answer);
    });
  }

  it('refuses a connection to a closed port', () => {
    const pair = new TcpPair();
    const witness = new Witness();
    pair.connect(witness);
    pair.settle();
    assert.deepEqual(pair.log, ['client SYN', 'server RST ACK']);
    assert.equal(witness.reason, 'refused');
  });

  it('resets a SYN-ACK that comes from another address, and goes on waiting', () => {
    const pair = new TcpPair(() => []);
    const connection = pair.connect();
    const [syn] = pair.sent as [TcpSegment];
    pair.inject({
      source: addressAfter(SERVER, 1),
      sourcePort: PORT,
      destination: CLIENT,
      destinationPort: syn.sourcePort,
      sequence: 500,
      acknowledgement: after(syn),
      flags: TCP_SYN | TCP_ACK,
      window: 1000,
      payload: NO_BYTES,
    });
    assert.equal(describeSegment(pair.sent[1]!), 'client RST');
    assert.equal(pair.sent[1]!.destination, SERVER + 1);
    assert.equal(connection.state, 'syn-sent');
  });

  const open = () => {
    const pair = new TcpPair();
    const witness = new Witness();
    const server = pair.listen(witness);
    const connection = pair.connect();
    pair.settle();
    const [syn, synAck] = pair.sent as [TcpSegment, TcpSegment];
    pair.sent.length = 0;
    const fromClient = {
      ...base,
      sourcePort: syn.sourcePort,
      sequence: after(syn),
      acknowledgement: after(synAck),
      payload: NO_BYTES,
    };
    return { pair, witness, server, connection, fromClient };
  };

  it('closes on a reset with the exact number', () => {
    const { pair, witness, fromClient } = open();
    pair.inject({ ...fromClient, flags: TCP_RST });
    assert.equal(witness.reason, 'reset');
    assert.deepEqual(pair.log, []);
  });

  it('challenges a reset that is only inside the window (RFC 5961)', () => {
    const { pair, witness, fromClient } = open();
    pair.inject({ ...fromClient, flags: TCP_RST, sequence: fromClient.sequence + 9 });
    assert.equal(witness.reason, undefined);
    assert.deepEqual(pair.log, ['server ACK']);
  });

  it('challenges a SYN on an open connection (RFC 5961)', () => {
    const { pair, witness, fromClient } = open();
    pair.inject({ ...fromClient, flags: TCP_SYN });
    assert.equal(witness.reason, undefined);
    assert.deepEqual(pair.log, ['server ACK']);
  });

  it('acknowledges a segment outside the window and drops it', () => {
    const { pair, witness, fromClient } = open();
    pair.inject({
      ...fromClient,
      flags: TCP_ACK,
      sequence: (fromClient.sequence - 5) >>> 0,
      payload: new Uint8Array(3),
    });
    assert.equal(witness.bytes.length, 0);
    assert.deepEqual(pair.log, ['server ACK']);
  });

  it('answers an acknowledgement of what was never sent', () => {
    const { pair, fromClient } = open();
    pair.inject({ ...fromClient, flags: TCP_ACK, acknowledgement: fromClient.acknowledgement + 1000 });
    assert.deepEqual(pair.log, ['server ACK']);
  });

  it('abort tells the other side', () => {
    const { pair, witness, connection } = open();
    connection.abort();
    pair.settle();
    assert.equal(witness.reason, 'reset');
    assert.equal(connection.state, 'closed');
  });
});
