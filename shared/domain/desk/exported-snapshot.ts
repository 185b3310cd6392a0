import type { Employment } from '../ledger/worker-timeline';
import type { MemberKind } from '../member-kind';

/** A member as UiPath has it; `name` is an address for people, null where no list shows it. */
export type ExportedAccount = Readonly<{ id: string; kind: MemberKind; name: string | null }>;

/** `members`: indices of accounts; null: the night did not read them. */
export type ExportedGroup = Readonly<{
  id: string;
  name: string;
  isBuiltIn: boolean;
  members: readonly number[] | null;
}>;

/** What the ledger knows of a person. */
export type ExportedPerson = Readonly<{
  /** The address of today first. */
  addresses: readonly string[];
  /** The directory id; null: not known. */
  accountId: string | null;
  employment: Employment;
  /** Memberships that the app knows: made by it, or there when a reason came. */
  memberships: ReadonlyArray<Readonly<{ groupId: string; origin: 'applied' | 'standing' }>>;
  /** Names of groups that grants give now. */
  grants: readonly string[];
}>;

/**
 * What UiPath had in the newest night of the audit, and what the ledger knows of people, as one document to work with elsewhere. It has
 * addresses of people.
 */
export type ExportedSnapshot = Readonly<{
  snapshot: 1;
  organization: string;
  night: string;
  takenAtMs: number;
  /** When it was exported: people are as of then. */
  atMs: number;
  policyHash: string;
  accounts: readonly ExportedAccount[];
  groups: readonly ExportedGroup[];
  people: readonly ExportedPerson[];
  /** People whose ledger cannot be read. */
  unreadablePeople: number;
}>;
