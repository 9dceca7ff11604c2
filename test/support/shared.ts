/**
 * The folder with what was made elsewhere, for tests to hold ours against; no part of the project. An extra where
 * LB_LAB_SHARED names it, and nothing elsewhere (`npm test` lists it as left out).
 */
export const sharedFolder = process.env['LB_LAB_SHARED'];
