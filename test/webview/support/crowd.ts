/** A DR lab of many clients and servers behind one router, each client asking once. */
export function crowdText(clients: number, servers: number): string {
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
  const [askers, pool] = [names('c', clients), names('rs', servers)];
  return `model: dr
service: { vip: 10.0.2.100, port: 80, scheduler: rr, servers: [${pool.join(', ')}] }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
${askers.map((name, index) => `  ${name}: { role: client, at: { outside: 10.0.1.${index + 10} }, gateway: router }`).join('\n')}
  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 } }
${pool.map((name, index) => `  ${name}: { role: server, at: { inside: 10.0.2.${index + 10} }, gateway: router }`).join('\n')}
traffic:
${askers.map((name) => `  - { from: ${name}, count: 1 }`).join('\n')}
`;
}
