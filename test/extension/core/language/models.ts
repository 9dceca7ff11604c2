export const models = ['nat', 'dnat', 'dr', 'tun'] as const;
