import { readFileSync } from 'node:fs';
import { loadTopology } from '/work/main/src/lab/topology/load.ts';
import { VirtualClock } from '/work/main/src/lab/embedded/clock.ts';
import { Lab } from '/work/main/src/lab/embedded/lab.ts';
import { decodeFrame } from '/work/main/src/packet/decode.ts';
import { formatIpv4, formatMac } from '/work/main/src/packet/address.ts';
const file = process.argv[2] ?? 'dr';
const { plan, problems } = loadTopology(readFileSync(`/work/main/examples/${file}.lblab.yaml`, 'utf8'), file);
if (!plan) { console.log(problems); process.exit(1); }
const names = new Map(plan.nodes.flatMap(n => n.interfaces.map(i => [i.mac, n.name] as const)));
const clock = new VirtualClock();
const mac = (m) => names.get(m) ?? (m === 0xffffffffffff ? '*' : formatMac(m));
const flags = (f) => ['FIN','SYN','RST','PSH','ACK'].filter((_, i) => f & (1 << i)).join('+');
const dir = process.argv[3] ?? 'out';
const show = (e) => {
  if (e.kind === 'frame') {
    if (dir !== 'both' && e.direction !== dir) return;
    const d = decodeFrame(e.bytes);
    const text = d.layers.map(l => l.kind === 'ethernet' ? `${mac(l.source)}>${mac(l.destination)}` : l.kind === 'arp' ? `arp ${l.operation} ${formatIpv4(l.senderIp)}→${formatIpv4(l.targetIp)}` : l.kind === 'ipv4' ? `${formatIpv4(l.source)}→${formatIpv4(l.destination)} ttl${l.ttl} id${l.id}` : l.kind === 'tcp' ? `${l.sourcePort}→${l.destinationPort} ${flags(l.flags)} ${l.checksumOk}` : l.kind === 'payload' ? `${l.end - l.start}B` : l.kind === 'icmp' ? `icmp ${l.type}/${l.code}` : l.kind).join(' | ');
    console.log((e.timeNs / 1e6).toFixed(3), e.direction, `${e.node}.${e.segment}`, text, d.problem ?? '');
  } else if (e.kind === 'decision') console.log((e.timeNs / 1e6).toFixed(3), 'DECISION', e.node, e.relation, e.rule, e.reason ?? '', e.server ?? '');
  else console.log((e.timeNs / 1e6).toFixed(3), e.kind, e.node ?? '', e.state ?? '');
};
const events = [];
const lab = new Lab(plan, { clock, seed: 1, emit: (e) => { events.push(e); } });
const t0 = performance.now();
lab.start();
while (!clock.settled && clock.now() < 100e9) clock.step();
const t1 = performance.now();
let n = +(process.argv[4] ?? 80);
for (const e of events) if (n-- > 0) show(e);
console.log(lab.traffic.results.map(r => `${r.outcome} ${(r.endNs - r.startNs) / 1e6}ms`), events.length, (t1 - t0).toFixed(1) + 'ms');
