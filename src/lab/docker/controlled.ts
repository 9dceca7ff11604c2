/**
 * The labs that this process controls now. Their label names the process, but it may have left a lab, or not been able to
 * take it away, and live on: such a lab is held by its lease alone.
 */
const controlled = new Set<string>();

export function control(lab: string): void {
  controlled.add(lab);
}

export function giveUp(lab: string): void {
  controlled.delete(lab);
}

export function isControlledHere(lab: string): boolean {
  return controlled.has(lab);
}
