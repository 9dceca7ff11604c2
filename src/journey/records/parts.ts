/**
 * A set of parts of promises, by their numbers. Packets of one kind show the same, so each set is there once, and what a
 * packet shows is one reference, however many promises there are.
 */
export class Parts {
  readonly numbers: readonly number[];
  readonly #more: Parts[] = [];

  constructor(numbers: readonly number[] = []) {
    this.numbers = numbers;
  }

  has(number: number): boolean {
    return this.numbers.includes(number);
  }

  /** These and one more. */
  with(number: number): Parts {
    return this.has(number) ? this : (this.#more[number] ??= new Parts([...this.numbers, number]));
  }
}
