import { instantText } from '../output/instant';
import type { ExplainedGroup, ExplainedReason } from '../../shared/domain/desk/explained-group';

/** Why somebody is in a group, and who decided that. Texts of others are in it as they are: whoever shows it makes them harmless. */
export function reasonText(reason: ExplainedReason): string {
  switch (reason.kind) {
    case 'birthright': {
      const when = Object.entries(reason.when).map(([name, values]) => `${name} is ${values.join(' or ')}`);
      const condition = when.length === 0 ? 'for everybody at work' : when.join(', ');
      return `birthright line ${reason.line} (${condition})${until(reason.untilMs)}; decided by the policy`;
    }
    case 'grant': {
      const approved = reason.approvers.length === 0 ? '' : `, approved by ${reason.approvers.join(', ')}`;
      const url = reason.ticketUrl === null ? '' : ` ${reason.ticketUrl}`;
      return `ticket ${reason.ticket} of ${reason.source}${url}: asked for by ${reason.requester}${approved}, from ${instantText(reason.fromMs)}${until(reason.untilMs)}`;
    }
    case 'waiver':
      return `accepted finding ${reason.finding}: ${reason.reason} (ticket ${reason.ticket}, owner ${reason.owner})${until(reason.untilMs)}`;
    case 'protected':
      return 'protected member of the group, by the policy';
    case 'group-not-in-policy': {
      const by = { birthright: 'a birthright line', grant: 'a ticket' };
      const given = reason.by === null ? '' : ` for ${by[reason.by]}`;
      return `put there${given} while the policy named the group, which it does not any more: the membership ends when its held plan is released`;
    }
  }
}

/** Since when, and who put them there. */
export function standingText({
  isMember,
  sinceMs,
  origin,
}: Pick<ExplainedGroup, 'isMember' | 'sinceMs' | 'origin'>): string {
  if (!isMember) return 'not a member';
  const since = sinceMs === null ? '' : ` since ${instantText(sinceMs)}`;
  return `member${since}, ${origin === 'applied' ? 'put there by this app' : 'was there before'}`;
}

function until(untilMs: number | null): string {
  return untilMs === null ? '' : `, until ${instantText(untilMs)}`;
}
