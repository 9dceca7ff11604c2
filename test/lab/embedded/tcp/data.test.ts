import assert from 'node:assert/strict';
import { NO_BYTES, TCP_ACK, type TcpSegment } from '../../../../src/lab/embedded/tcp/segment.ts';
import { CLIENT, PORT, SERVER, TcpPair, Witness, after, describeSegment, pattern } from './tcp-pair.ts';

function openPair() {
  const pair = new TcpPair();
  const [client, server] = [new Witness(), new Witness()];
  const end = pair.listen(server);
  const connection = pair.connect(client);
  pair.settle();
  const [syn, synAck] = pair.sent as [TcpSegment, TcpSegment];
  pair.sent.length = 0;
  return { pair, client, server, connection, other: end.connection!, syn, synAck };
}

describe('TCP data', () => {
  it('goes both ways and is acknowledged at once', () => {
    const { pair, client, server, connection, other } = openPair();
    server.onReceived = () => other.send(pattern(7));
    connection.send(pattern(5));
    pair.settle();
    assert.deepEqual(client.bytes, pattern(7));
    assert.deepEqual(server.bytes, pattern(5));
    assert.deepEqual(pair.log, ['client PSH ACK 5', 'server PSH ACK 7', 'client ACK']);
  });

  it('is cut to the smaller of what both ends can take', () => {
    for (const [client, server, expected] of [
      [1460, 1460, 1460],
      [1460, 1000, 1000],
      [500, 1460, 500],
    ] as const) {
      const pair = new TcpPair();
      pair.maximumSegment = { [CLIENT]: client, [SERVER]: server };
      pair.listen();
      pair.connect().send(pattern(5000));
      pair.settle();
      const sizes = pair.sent.filter(({ source }) => source === CLIENT).map(({ payload }) => payload.length);
      assert.equal(Math.max(...sizes), expected);
    }
  });

  it('is cut to 536 bytes for who offers no size (RFC 9293, section 3.7.1)', () => {
    const pair = new TcpPair();
    pair.fate = (segment) => {
      const { maximumSegment, ...bare } = segment;
      if (maximumSegment === undefined) return [0];
      pair.clock.after(1e6, () => pair.inject(bare));
      return [];
    };
    pair.listen();
    pair.connect().send(pattern(2000));
    pair.settle();
    assert.equal(Math.max(...pair.sent.map(({ payload }) => payload.length)), 536);
  });

  it('waits for a closed window, asks after it, and goes on when it opens', () => {
    const { pair, server, connection, syn, synAck } = openPair();
    const window = (size: number) => ({
      source: SERVER,
      sourcePort: PORT,
      destination: CLIENT,
      destinationPort: syn.sourcePort,
      sequence: after(synAck),
      acknowledgement: after(syn),
      flags: TCP_ACK,
      window: size,
      payload: NO_BYTES,
    });
    pair.fate = () => [];
    pair.inject(window(0));
    connection.send(pattern(3000));
    assert.deepEqual(pair.log, []);
    pair.clock.runUntil(pair.clock.now() + 3e9);
    assert.ok(pair.sent.length >= 2 && pair.sent.every(({ payload }) => payload.length === 1));
    pair.fate = () => [0];
    pair.inject(window(64240));
    pair.settle();
    assert.deepEqual(server.bytes, pattern(3000));
  });

  it('stays within the window', () => {
    const { pair, connection, syn, synAck } = openPair();
    pair.fate = () => [];
    pair.inject({
      source: SERVER,
      sourcePort: PORT,
      destination: CLIENT,
      destinationPort: syn.sourcePort,
      sequence: after(synAck),
      acknowledgement: after(syn),
      flags: TCP_ACK,
      window: 4000,
      payload: NO_BYTES,
    });
    connection.send(pattern(20_000));
    const bytes = pair.sent.reduce((sum, { payload }) => sum + payload.length, 0);
    assert.ok(bytes <= 4000 && bytes > 4000 - 1460, `${bytes}`);
  });

  it('starts with ten segments in flight (RFC 6928)', () => {
    const { pair, connection } = openPair();
    pair.fate = () => [];
    connection.send(pattern(50_000));
    assert.equal(pair.sent.length, 10);
  });
});

describe('TCP retransmission', () => {
  it('sends lost data again after 200 ms, then after twice as long', () => {
    const { pair, server, connection } = openPair();
    const start = pair.clock.now();
    const times: number[] = [];
    pair.fate = (segment) => {
      if (segment.payload.length === 0) return [0];
      times.push(Math.round((pair.clock.now() - start) / 1e6));
      return times.length < 4 ? [] : [0];
    };
    connection.send(pattern(10));
    pair.settle();
    assert.deepEqual(times, [0, 200, 600, 1400]);
    assert.deepEqual(server.bytes, pattern(10));
  });

  it('fills a hole after three duplicate acknowledgements, without waiting for the timer', () => {
    const { pair, server, connection } = openPair();
    let lost = 0;
    pair.fate = (segment) => (segment.payload.length > 0 && lost++ === 0 ? [] : [0]);
    const start = pair.clock.now();
    connection.send(pattern(8000));
    pair.settle();
    assert.deepEqual(server.bytes, pattern(8000));
    assert.ok(pair.clock.now() - start < 100e6);
    const first = pair.sent.filter(
      ({ payload, sequence }) => payload.length > 0 && sequence === pair.sent[0]!.sequence,
    );
    assert.equal(first.length, 2);
  });

  it('delivers what was doubled or overtaken once and in order', () => {
    const { pair, server, connection } = openPair();
    pair.fate = (segment, index) => (segment.payload.length > 0 ? [((index * 7) % 5) * 300_000, 2e6] : [0]);
    connection.send(pattern(12_000));
    pair.settle();
    assert.deepEqual(server.bytes, pattern(12_000));
  });

  it('is given up after fifteen copies', () => {
    const { pair, client, connection } = openPair();
    pair.fate = () => [];
    connection.send(pattern(1));
    pair.clock.runUntil(3000e9);
    assert.equal(pair.sent.length, 16);
    assert.equal(client.reason, 'timed-out');
    assert.equal(connection.state, 'closed');
  });

  it('goes on smaller when the path is too narrow (RFC 1191)', () => {
    const { pair, server, connection, syn } = openPair();
    pair.fate = (segment) => {
      if (segment.payload.length <= 1440) return [0];
      pair.clock.after(500_000, () => {
        pair.maximumSegment[CLIENT] = 1440;
        pair.client.tooBig(
          { local: CLIENT, localPort: syn.sourcePort, remote: SERVER, remotePort: PORT },
          segment.sequence,
        );
      });
      return [];
    };
    const start = pair.clock.now();
    connection.send(pattern(6000));
    pair.settle();
    assert.deepEqual(server.bytes, pattern(6000));
    assert.ok(pair.clock.now() - start < 100e6, 'no timer was needed');
  });
});

describe('TCP closing (RFC 9293, section 3.6)', () => {
  it('takes three segments when the other side closes at once', () => {
    const { pair, client, server, connection, other } = openPair();
    server.onEnded = () => other.close();
    connection.close();
    pair.settle();
    assert.deepEqual(pair.log, ['client FIN ACK', 'server FIN ACK', 'client ACK']);
    assert.equal(client.reason, 'finished');
    assert.equal(server.reason, 'finished');
    assert.equal(connection.state, 'time-wait');
    assert.equal(other.state, 'closed');
    pair.clock.runUntil(pair.clock.now() + 60e9);
    assert.equal(connection.state, 'closed');
  });

  it('acknowledges a FIN by itself after 40 ms when there is nothing to say', () => {
    const { pair, connection } = openPair();
    const start = pair.clock.now();
    connection.finish();
    pair.settle();
    assert.deepEqual(pair.log, ['client FIN ACK', 'server ACK']);
    assert.equal(Math.round((pair.clock.now() - start) / 1e6), 42);
    assert.equal(connection.state, 'fin-wait-2');
  });

  it('half-closed, still carries data the other way', () => {
    const { pair, client, connection, other } = openPair();
    connection.finish();
    pair.settle();
    other.send(pattern(4000));
    pair.settle();
    assert.deepEqual(client.bytes, pattern(4000));
    other.finish();
    pair.settle();
    assert.equal(connection.state, 'time-wait');
    assert.equal(other.state, 'closed');
  });

  it('closed for good, resets data that still comes', () => {
    const { pair, server, connection, other } = openPair();
    connection.close();
    pair.settle();
    other.send(pattern(10));
    pair.settle();
    assert.equal(pair.log.at(-1), 'client RST ACK');
    assert.equal(server.reason, 'reset');
  });

  it('closes from both sides at once', () => {
    const { pair, connection, other } = openPair();
    connection.close();
    other.close();
    pair.settle();
    assert.equal(connection.state, 'time-wait');
    assert.equal(other.state, 'time-wait');
  });

  it('acknowledges a FIN that comes again in TIME-WAIT', () => {
    const { pair, server, connection, other } = openPair();
    server.onEnded = () => other.close();
    let lost = 0;
    pair.fate = (segment) => (describeSegment(segment) === 'client ACK' && lost++ === 0 ? [] : [0]);
    connection.close();
    pair.settle();
    assert.equal(other.state, 'closed');
    assert.equal(pair.log.filter((line) => line === 'server FIN ACK').length, 2);
  });

  it('a new SYN may take over a connection in TIME-WAIT', () => {
    const { pair, connection, other, syn } = openPair();
    other.close();
    pair.settle();
    connection.close();
    pair.settle();
    assert.equal(other.state, 'time-wait');
    assert.equal(connection.state, 'closed');
    const again = pair.client.connect(
      { local: CLIENT, localPort: syn.sourcePort, remote: SERVER, remotePort: PORT },
      () => new Witness(),
    );
    pair.settle();
    assert.equal(again?.state, 'established');
  });

  it('repeats a lost FIN', () => {
    const { pair, server, connection, other } = openPair();
    server.onEnded = () => other.close();
    let lost = 0;
    pair.fate = (segment) => (describeSegment(segment) === 'client FIN ACK' && lost++ === 0 ? [] : [0]);
    connection.close();
    pair.settle();
    assert.equal(connection.state, 'time-wait');
    assert.equal(other.state, 'closed');
  });
});
