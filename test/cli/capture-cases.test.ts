import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../src/cli/explain.ts';
import type { Report } from '../../src/journey/report.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

/** A capture as somebody has it, and what must be told of it. */
interface Case {
  readonly files: readonly string[];
  /** An example's name, or a file beside the captures; dr when left out. */
  readonly topology?: string;
  readonly args?: readonly string[];
  readonly code?: number;
  readonly says?: readonly RegExp[];
  /** Besides what is never said of any: a loss, and a broken promise. */
  readonly neverSays?: readonly RegExp[];
  readonly mayFail?: true;
  readonly holds?: (report: Report) => void;
}

const requests = ({ flows }: Report) => flows.filter(({ kind }) => kind === 'tcp');
const outcomes = (report: Report) => [...new Set(requests(report).map(({ outcome }) => outcome.kind))];
const packetsOf = (report: Report) =>
  requests(report).map(({ id }) => report.journeys.filter(({ flow }) => flow === id).length);
const verdict = (report: Report, promise: string) =>
  report.promises.find(({ id }) => id === promise)?.verdict;
const again = ({ journeys }: Report) => journeys.filter(({ retransmission }) => retransmission).length;

const allAnswered = /Everything captured was answered and every promise seen was kept\./;
const text = (pattern: string) => new RegExp(pattern);

/** Of the director alone: half of the way, and that whole. */
const atTheDirector = (report: Report) => {
  assert.deepEqual(packetsOf(report), [6, 6, 6, 6, 6, 6]);
  assert.equal(verdict(report, 'ip-untouched'), 'kept');
  assert.equal(again(report), 0);
};

const cases: Readonly<Record<string, Case>> = {
  'frames padded to 60 bytes are as unpadded': {
    files: ['min-pad60.pcapng'],
    says: [allAnswered],
    holds: (report) => assert.deepEqual(new Set(packetsOf(report)), new Set([10])),
  },
  'client and server alone have each packet once, over a gap': {
    files: ['min-client-rs.pcapng'],
    says: [/over a gap/, /What passed where nothing was captured: .*router\.outside/],
    holds: (report) => {
      assert.deepEqual(packetsOf(report), [10]);
      assert.equal(again(report), 0);
      assert.deepEqual(outcomes(report), ['answered']);
    },
  },
  'a record that is missing is a gap': {
    files: ['min-drop1.pcapng'],
    says: [allAnswered],
  },
  'a segment of 64 KB that a card cuts is the packets on the wire': {
    files: ['b8-dr-tso.pcapng'],
    topology: 'tso-dr',
    says: [allAnswered, /segment/],
    neverSays: [/MTU/],
  },
  'a server’s clock of 0.3 ms less is put right, and that is said': {
    files: ['ntp-300000-dr.pcapng'],
    says: [allAnswered, /clocks of the hosts differ.*rs1 \+0\.2\d+ ms/],
  },
  'what the file says that it dropped is said, and nothing is lost then': {
    files: ['h-drops.pcapng'],
    says: [/1234 not recorded/, /1234 frames that the capture itself dropped, at director\.inside/],
    holds: (report) => assert.equal(verdict(report, 'vip-arp'), 'not seen'),
  },
  'an initial TTL of 128 is a client’s own': { files: ['ttl128-dr.pcapng'], says: [allAnswered] },
  'a refusal seen at the client is nobody’s': {
    files: ['ref-client.pcapng'],
    says: [/refused · by whom was not captured/],
    neverSays: [/refused · router/],
    holds: (report) => {
      assert.deepEqual(outcomes(report), ['refused']);
      for (const { outcome } of requests(report)) assert.equal(outcome.kind === 'refused' && outcome.by, '');
    },
  },
  'a broadcast is one': {
    files: ['bcast-dhcp.pcapng'],
    says: [allAnswered, /1 frame of IPv4 that is for no host in particular.*broadcast \(1\)/],
    neverSays: [/0\.0\.0\.0/, /not known/],
  },
  'what began before the capture is answered, its way unknown': {
    files: ['edge-start.pcapng'],
    topology: 'dnat',
    says: [/200 OK.*its way on was not captured/],
    holds: (report) => {
      assert.equal(verdict(report, 'rewritten'), 'kept');
      for (const { response, outcome } of requests(report)) {
        assert.match(response, /200/);
        assert.ok(outcome.kind === 'open' || outcome.kind === 'answered');
      }
    },
  },
  'files of two hosts are one story': {
    files: ['b6-dr-director.pcap', 'b6-dr-rs1.pcap'],
    says: [/GET \/ → VIP:80 {3}client1:40623 {3}rs1 {3}200 OK {3}10 packets/, /#b6-dr-rs1\.pcap:\d+/],
    holds: (report) => {
      assert.equal(verdict(report, 'through-director'), 'kept');
      assert.equal(again(report), 0);
    },
  },
  'evidence has the file’s own numbers': {
    files: ['num-unplaced.pcapng'],
    topology: 'lessons/vip-not-hidden',
    code: 1,
    mayFail: true,
    says: [/✗ broken .*answers ARP for the VIP\. {2}frames 62$/m, /vip-two-answers/, /left out: mgmt0/],
  },
  'at the director alone it is not seen who else answers for the VIP': {
    files: ['vnh-director.pcapng'],
    topology: 'believed-vip-hidden',
    args: ['--requires', 'vip-arp'],
    code: 1,
    holds: (report) => assert.equal(verdict(report, 'vip-arp'), 'not seen'),
  },
  'VLAN tags are no story': {
    files: ['b7-dr-vlan.pcap'],
    args: ['--interface', 'director.inside'],
    says: [/80 frames had a VLAN tag/],
    neverSays: [/0\.0\.0\.0/],
    holds: atTheDirector,
  },
  'IPv6 is counted and named': {
    files: ['ipv6-director.pcapng'],
    says: [/2 frames of other protocols .*IPv6 \(2\)/],
    holds: atTheDirector,
  },
  'an interface’s name is text': {
    files: ['h-ifname-esc2.pcapng'],
    says: [/left out: eth9\\u001b/],
    neverSays: [text('\u001b'), /^ *✓ kept {6}Everything is fine/m],
  },
  'of `-i any`, who a sent frame was for is unknown': {
    files: ['b1-dr-any-sll2.pcap'],
    says: [/39 frames went that the host sent: a capture of all its interfaces does not tell/],
    holds: atTheDirector,
  },
  'a tunnel’s MTU is told by the ICMP error in the file': {
    files: ['tun-mtu-blackhole.pcapng.gz'],
    topology: 'tun-mtu-blackhole',
    mayFail: true,
    says: [/mtu-exceeded: .* at most 1480 bytes do\. A tunnel takes 20 bytes/],
    neverSays: [/arrived and was not sent on/],
    holds: ({ explanations, journeys }) => {
      const errors = journeys.filter(({ kind }) => kind === 'icmp-error').map(({ hops }) => hops[0]!.frame);
      const [told] = explanations.filter(({ code }) => code === 'mtu-exceeded');
      assert.ok(errors.length > 0 && told?.frames.some((frame) => errors.includes(frame)));
    },
  },
};

describe('captures as people have them', () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const here = (file: string) => join(root, 'test/cases/captures', file);

  const topologyOf = (name: string) =>
    ['tso-dr', 'believed-vip-hidden', 'tun-mtu-blackhole'].includes(name)
      ? here(`${name}.lblab.yaml`)
      : join(root, `examples/${name}.lblab.yaml`);

  for (const [title, one] of Object.entries(cases)) {
    const { files, topology = 'dr', args = [], code = 0, says = [], neverSays = [], mayFail, holds } = one;
    it(`${files.join(', ')}: ${title}`, async () => {
      const json = folder.path('report.json');
      const all = [...files.map(here), '--topology', topologyOf(topology), '--json', json, '--full', ...args];
      const printed = await runCommand(explain, all);
      assert.equal(printed.code, code, printed.err + printed.out);
      for (const pattern of says) assert.match(printed.out, pattern);
      const never = mayFail ? neverSays : [...neverSays, /lost ·/, /✕/, /✗ broken/];
      for (const pattern of never) assert.doesNotMatch(printed.out, pattern);
      holds?.(JSON.parse(readFileSync(json, 'utf8')) as Report);
    });
  }
});
