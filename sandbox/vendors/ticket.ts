import { createHash } from 'node:crypto';

/** What a ticket of any vendor is about. */
export type Ticket = Readonly<{
  number: number;
  act: 'grant' | 'revoke';
  person: string;
  group: string;
  duration: string | undefined;
  requester: string;
  approver: string;
  atMs: number;
  /** It was refused. Where a system says nothing then, this is what it could say. */
  rejected?: boolean;
}>;

/** A record's own id at ServiceNow: 32 digits. */
export function serviceNowId(table: string, number: number): string {
  return createHash('md5').update(`${table} ${number}`).digest('hex');
}

/** The login that stands for an address in the bodies above. */
export function loginOf(email: string): string {
  return (email.split('@')[0] ?? '').replaceAll('.', '-');
}
