/** `dr.lblab.yaml`, or `dr-2.lblab.yaml` and so on when that is taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = `${base}${number === 1 ? '' : `-${number}`}.lblab.yaml`;
    if (!taken.has(name)) return name;
  }
}
