import { fold } from '../../domain/fold';
import type { SourceMapping } from '../../domain/source-settings';
import { isWithdrawal, ticketActOf } from '../derive-access-request';
import { atFolded } from '../read-field-by-path';

type WordsOfTicket = Readonly<{ events: ReadonlyMap<string, string>; unasked?: ReadonlySet<string> }>;

/** A body that says what it asks for is believed; otherwise the policy, then the format, says what a status means. */
export function actOf(
  read: (field: string) => string | undefined,
  events: ReadonlyMap<string, string>,
  mapping: SourceMapping,
): string | undefined {
  const action = read('action');
  if (action !== undefined && action !== '') return atFolded(mapping.events, `action:${action}`) ?? action;
  return actOfStatus(read('status'), events, mapping);
}

function actOfStatus(
  sent: string | undefined,
  events: ReadonlyMap<string, string>,
  mapping: SourceMapping,
): string | undefined {
  const status = `status:${sent ?? ''}`;
  return atFolded(mapping.events, status) ?? atFolded(events, status);
}

/** By a status, or the system's own word on its approval; of what asks for a revocation nothing was granted. */
export function isTakenBack(
  read: (field: string) => string | undefined,
  events: ReadonlyMap<string, string>,
  mapping: SourceMapping,
): boolean {
  const act = actOf(read, events, mapping);
  if (ticketActOf(act) === 'revoke') return false;
  return isWithdrawal(act) || isWithdrawal(actOfStatus(read('approval'), events, mapping));
}

/** What is asked for does not count against the same record's word that it was not approved. */
export function isWithheld(
  read: (field: string) => string | undefined,
  { events, unasked }: WordsOfTicket,
  mapping: SourceMapping,
): boolean {
  const approval = read('approval') ?? '';
  if (approval === '' || ticketActOf(actOfStatus(approval, events, mapping)) !== undefined) return false;
  return unasked?.has(fold(approval)) !== true || ticketActOf(actOf(read, events, mapping)) !== 'revoke';
}
