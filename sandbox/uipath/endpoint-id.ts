/**
 * The endpoints by short names: T token, P access policy, G groups, D directory, U users, R rules, A robot accounts
 * and external applications, L audit, C endpoints that are closed to external applications.
 */
export const ENDPOINT_IDS = [
  ...(['T1', 'P1', 'P2'] as const),
  ...(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G8'] as const),
  ...(['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'] as const),
  ...(['U1', 'U2', 'U3', 'R1', 'R2', 'R3', 'R4', 'A1', 'L1', 'C1'] as const),
] as const;

export type EndpointId = (typeof ENDPOINT_IDS)[number];
