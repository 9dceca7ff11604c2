/** Whether mocha is past reading the test files. It holds for every copy of this module. */
const mark = Symbol.for('lb-lab.tests-run');
const shared = globalThis as unknown as Record<symbol, unknown>;

export const testsRun = (): boolean => shared[mark] === true;

/** mocha calls it before the first test; in a dry run, never. */
export const mochaHooks = {
  beforeAll(): void {
    shared[mark] = true;
  },
};
