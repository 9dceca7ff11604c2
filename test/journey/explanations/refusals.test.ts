import assert from 'node:assert/strict';
import { fillPacketChecksums } from '../../../src/packet/checksum.ts';
import type { Explanation } from '../../../src/journey/report.ts';
import { reportOf } from '../build-report.ts';
import {
  dnatTable,
  drTable,
  Story,
  tunTable,
  type Leg,
  type PacketName,
  type Table,
  type Tamper,
} from '../oracle.ts';
import { dnatText, drText, ip, planOf, tunText, withNode } from '../plans.ts';

const dr = planOf(drText);
const tun = planOf(tunText);
const dnat = planOf(dnatText);

function told({ plan, events }: Story): readonly Explanation[] {
  const timeNs = events.at(-1)!.timeNs + 1e9;
  return reportOf({
    plan,
    events: [...events, { kind: 'node', timeNs, node: 'client', state: 'running' }],
  }).explanations;
}
const brief = (story: Story) => told(story).map(({ code, setting }) => [code, setting]);

describe('a refusal of what nobody wrote in the file', () => {
  const settingsOf = (text: string) => /\(Settings: (.*)\.\)/.exec(text)?.[1];

  it('by a router: what it is', () => {
    const straight = (leg: Leg, source: string, destination: string): Leg => ({
      ...leg,
      source,
      destination,
    });
    const table: Table = {
      ...drTable(),
      request: [straight(drTable().request[0]!, '10.0.1.10', '10.0.1.1')],
      reply: [{ ...straight(drTable().reply[1]!, '10.0.1.1', '10.0.1.10'), ttl: 64 }],
    };
    const [explanation, ...others] = told(new Story(dr).talk(table, ['syn', 'rst']));
    assert.deepEqual(
      [explanation?.code, explanation?.setting, others],
      ['connection-refused', undefined, []],
    );
    assert.equal(settingsOf(explanation!.text), 'nodes.router.role');
  });

  it('by a director without a service there: those that it has', () => {
    const two = planOf(
      drText.replace(
        /service: (\{.*\})\n/,
        'services:\n  web: $1\n  mail: { vip: 10.0.2.100, port: 25, servers: [rs1] }\n',
      ),
    );
    const elsewhere = (leg: Leg, key: 'sourcePort' | 'destinationPort'): Leg => ({ ...leg, [key]: 81 });
    const [first, second] = drTable().request;
    const table: Table = {
      ...drTable(),
      request: [elsewhere(first!, 'destinationPort'), elsewhere(second!, 'destinationPort')],
      reply: drTable().reply.map((leg) =>
        elsewhere({ ...leg, from: leg.from.replace('rs1', 'director') }, 'sourcePort'),
      ),
    };
    const [explanation] = told(new Story(two).talk(table, ['syn', 'rst']));
    assert.deepEqual([explanation?.code, explanation?.setting], ['no-service-on-port', 'services.web.port']);
    assert.equal(settingsOf(explanation!.text), 'services.web.port, services.mail.port');
  });

  it('by a director that has the service is told by its reason', () => {
    const reply = drTable().reply.map((leg) => ({ ...leg, from: leg.from.replace('rs1', 'director') }));
    const table: Table = { ...drTable(), request: drTable().request.slice(0, 2), reply };
    assert.deepEqual(brief(new Story(dr).talk(table, ['syn', 'rst'])), []);
  });
});

describe('a reset of a server that listens where dr sends', () => {
  it('is no matter of ports, whatever port the file gives it', () => {
    const mapped = planOf(drText.replace('servers: [rs1, rs2]', 'servers: { rs1: { port: 8080 }, rs2: {} }'));
    const listening = withNode(mapped, 'rs1', { listen: [80] });
    assert.deepEqual(brief(new Story(listening).talk(drTable(), ['syn', 'rst'])), [
      ['connection-refused', 'nodes.rs1.listen'],
    ]);
  });
});

describe('a reset', () => {
  const talked = (names: readonly PacketName[], tamper?: Tamper) =>
    brief(new Story(dr).talk(drTable(), names, tamper));
  const refused = [['connection-refused', 'nodes.rs1.listen']];

  it('that answers the SYN is a refusal; later ones are not', () => {
    assert.deepEqual(talked(['syn', 'rst']), refused);
    assert.deepEqual(talked(['syn', 'syn-ack', 'ack', 'rst']), []);
    assert.deepEqual(
      talked(['syn', 'rst'], (step) => {
        if (step.name === 'rst') step.acknowledgement += 1;
      }),
      [],
    );
    // Of a connection that was not seen to begin, nothing is known.
    assert.deepEqual(talked(['ack', 'rst']), []);
  });

  it('by the number of a SYN that wraps', () => {
    const story = new Story(dr).talk(drTable(), ['syn', 'rst'], (step) => {
      if (step.name === 'syn') step.sequence = 0xffff_ffff;
      else step.acknowledgement = 0;
    });
    assert.deepEqual(brief(story), refused);
  });

  it('of a server that listens elsewhere is the file’s doing', () => {
    const listening = (...ports: readonly number[]) => ({ listen: ports });
    assert.deepEqual(brief(new Story(withNode(dr, 'rs1', listening(8080))).talk(drTable(), ['syn', 'rst'])), [
      ['service-port-mismatch', 'nodes.rs1.listen'],
    ]);
    const [silent] = told(new Story(withNode(dr, 'rs1', listening())).talk(drTable(), ['syn', 'rst']));
    assert.equal(silent!.code, 'service-port-mismatch');
    assert.match(silent!.text, /\(Settings: nodes\.rs1\.listen, service\.port\.\)/);
    assert.notEqual(
      silent!.text,
      told(new Story(withNode(dr, 'rs1', listening(8080))).talk(drTable(), ['syn', 'rst']))[0]!.text,
    );
    for (const [port, code] of [
      [8080, 'connection-refused'],
      [80, 'service-port-mismatch'],
    ] as const)
      assert.deepEqual(
        brief(new Story(withNode(dnat, 'rs1', listening(port))).talk(dnatTable(), ['syn', 'rst'])),
        [[code, 'nodes.rs1.listen']],
      );
  });

  it('of a server with a port of its own in dr, unless it listens on both', () => {
    const mapped = planOf(drText.replace('servers: [rs1, rs2]', 'servers: { rs1: { port: 8080 }, rs2: {} }'));
    const syn = (listen: readonly number[]) =>
      brief(new Story(withNode(mapped, 'rs1', { listen })).talk(drTable(), ['syn', 'rst']));
    assert.deepEqual(syn([8080]), [['dr-port-map', 'service.servers.rs1.port']]);
    assert.deepEqual(syn([8080, 80]), refused);
  });

  it('by the director at a port without a service: asked by hand, only the service can be another', () => {
    const story = new Story(dr);
    const legs = drTable();
    const at81: Tamper = (step) => {
      if (step.direction === 'request') step.destinationPort = 81;
      else step.sourcePort = 81;
      if (step.direction === 'request' && step.leg === 1) step.ends = true;
    };
    const back = { ...legs, reply: [{ ...legs.reply[0]!, from: 'director' }, legs.reply[1]!] };
    story.talk(legs, ['syn'], at81).talk(back, ['rst'], at81);
    const [explanation] = told(story).filter(({ code }) => code === 'no-service-on-port');
    assert.equal(explanation?.setting, 'service.port');
    assert.doesNotMatch(explanation.text, /Settings:/);
  });
});

describe('an ICMP error', () => {
  const refusal = (type: number, code: number) =>
    brief(
      new Story(dr)
        .talk(drTable(), ['syn'])
        .icmpError('rs1', 'router', 'inside', '10.0.2.11', '10.0.1.10', type, code)
        .icmpError('router', 'client', 'outside', '10.0.2.11', '10.0.1.10', type, code),
    ).filter(([code]) => code === 'connection-refused');

  it('is a refusal only when it is a port that cannot be reached', () => {
    assert.deepEqual(refusal(3, 3), [['connection-refused', 'nodes.rs1.listen']]);
    for (const [type, code] of [
      [3, 1],
      [3, 13],
      [11, 3],
    ] as const)
      assert.deepEqual(refusal(type, code), [], `${type}/${code}`);
  });

  it('about a tunnel says that a server does not unwrap it, unless it is about its size, or by a router', () => {
    const complaint = (from: 'rs1' | 'router', type: number, code: number) => {
      const story = new Story(tun).talk(
        tunTable(),
        ['syn'],
        (step) => (step.ends = step.leg === (from === 'rs1' ? 3 : 2)),
      );
      if (from === 'rs1') story.icmpError('rs1', 'router', 'back', '10.0.3.11', '10.0.2.2', type, code);
      else story.icmpError('router', 'director', 'front', '10.0.2.1', '10.0.2.2', type, code);
      return brief(story).filter(([code]) => code === 'no-decapsulator');
    };
    // By the file it does unwrap: no setting is to blame.
    assert.deepEqual(complaint('rs1', 3, 2), [['no-decapsulator', undefined]]);
    assert.deepEqual(complaint('rs1', 3, 3), [['no-decapsulator', undefined]]);
    assert.deepEqual(complaint('rs1', 3, 5), [['no-decapsulator', undefined]]);
    assert.deepEqual(complaint('rs1', 3, 4), []);
    assert.deepEqual(complaint('rs1', 11, 0), []);
    assert.deepEqual(complaint('router', 3, 2), []);
  });

  it('about the packet that came out of a tunnel is a refusal, and none of the tunnel', () => {
    const story = new Story(tun)
      .talk(tunTable(), ['syn'])
      .icmpError('rs1', 'router', 'back', '10.0.2.100', '10.0.1.10', 3, 3);
    // It quotes what it unwrapped: the wrapper's 20 bytes are left out.
    for (const event of story.events.slice(-2)) {
      assert.ok(event.kind === 'frame');
      const at = 14 + 20 + 8;
      event.bytes.copyWithin(at, at + 20);
      event.bytes.set([0, event.bytes[17]! - 20], 16);
      fillPacketChecksums(event.bytes, 14, event.bytes.length);
    }
    assert.deepEqual(brief(story), [['connection-refused', 'nodes.rs1.listen']]);
  });
});

describe('a packet that is too long for the way on', () => {
  const narrow = planOf(drText.replace('inside: 10.0.2.0/24', 'inside: { subnet: 10.0.2.0/24, mtu: 600 }'));
  const sent = (story: Story) =>
    story.talk(drTable(), ['syn', 'syn-ack', 'ack']).talk(drTable(), ['get'], (step) => {
      step.payload = 'x'.repeat(561);
      step.ends = step.leg === 0;
    });
  const tooBig = (story: Story) => told(story).filter(({ code }) => code === 'mtu-exceeded');

  it('at a router that says so: by what it says, and no word of a tunnel', () => {
    const story = sent(new Story(narrow)).icmpError(
      'router',
      'client',
      'outside',
      '10.0.1.1',
      '10.0.1.10',
      3,
      4,
      576,
    );
    const [explanation, ...others] = tooBig(story);
    assert.deepEqual(others, []);
    assert.equal(explanation!.setting, 'segments.inside.mtu');
    assert.deepEqual(explanation!.params, { node: 'router', segment: 'inside', length: '601', mtu: '576' });
    assert.equal(explanation!.frames.length, 2);
    assert.doesNotMatch(explanation!.text, /[Tt]unnel/);
  });

  it('at one that says nothing: by its own interface; what it says of other things is no part of it', () => {
    const other = new Story(narrow)
      .talk(drTable(), ['syn'])
      .icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 3, 1, 7);
    for (const story of [sent(new Story(narrow)), sent(other)]) {
      const [explanation] = tooBig(story);
      assert.equal(explanation!.params['mtu'], '600');
      assert.equal(explanation!.frames.length, 1);
    }
  });
});

describe('the entry of the file that asked', () => {
  const asked = (traffic: readonly string[], change: Tamper) =>
    told(
      new Story(planOf(`${drText}\ntraffic: [${traffic.join(', ')}]\n`)).talk(
        drTable(),
        ['syn', 'rst'],
        change,
      ),
    )[0]!.text;
  const straight: Tamper = (step) => {
    if (step.direction === 'request')
      Object.assign(step, { destination: ip('10.0.2.11'), destinationPort: 81 });
    else Object.assign(step, { source: ip('10.0.2.11'), sourcePort: 81 });
  };

  it('is the one with the same client, address and port', () => {
    const others = [
      '{ from: client }',
      '{ from: client, to: 10.0.2.11, port: 82 }',
      '{ from: client, to: 10.0.2.12, port: 81 }',
    ];
    assert.match(
      asked([...others, '{ from: client, to: 10.0.2.11, port: 81 }'], straight),
      /traffic\.3\.port/,
    );
    assert.doesNotMatch(asked(others, straight), /traffic\./);
  });
});
