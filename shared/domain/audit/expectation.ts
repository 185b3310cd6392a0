/** What the ledger says of one person. */
export type ExpectedPerson = Readonly<{
  personKey: string;
  memberId: string;
  left: boolean;
  groups: ReadonlySet<string>;
  /** A change of this person is on its way: the audit neither misses nor blames the membership. */
  pending: boolean;
}>;

type ExpectedRule = Readonly<{ ruleId: number; name: string; contentHash: string; pending: boolean }>;

/** What ledger and policy say an organization should look like. */
export type Expectation = Readonly<{
  people: readonly ExpectedPerson[];
  /** Directory ids that a group's policy protects, by folded group name. */
  protectedIds: ReadonlyMap<string, ReadonlySet<string>>;
  rules: readonly ExpectedRule[];
}>;
