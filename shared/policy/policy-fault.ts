/** What is wrong in a policy file, and where. */
export type Fault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;
