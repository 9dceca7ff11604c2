import type { Model } from './model.ts';

/**
 * Direct routing (IPVS `-g`): the IP packet stays as it is, only the frame goes to the server's MAC address. The
 * server holds the VIP and answers the client around the director.
 */
export const dr: Model = {
  name: 'dr',
  translates: false,
  overhead: 0,
};
