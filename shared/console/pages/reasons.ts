import type { ExplainedReason } from '../../domain/desk/explained-group';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { personLink, ticketLink } from './links';

export type At = Pick<PageLayout, 'organization' | 'ticketUrls'>;

/** Of one membership. */
const MOST_REASONS = 12;

/** Why somebody is in a group, and who decided that. */
export function renderReasons(layout: At, reasons: readonly ExplainedReason[], without: string): Markup {
  return reasons.length === 0
    ? markup`<p>${without}</p>`
    : markup`<ul>${reasons.slice(0, MOST_REASONS).map((reason) => markup`<li>${renderReason(layout, reason)}</li>`)}${
        reasons.length > MOST_REASONS
          ? markup`<li>and ${reasons.length - MOST_REASONS} more: <code>access explain</code> has all</li>`
          : undefined
      }</ul>`;
}

function renderReason(layout: At, reason: ExplainedReason): Markup {
  switch (reason.kind) {
    case 'birthright': {
      const when = Object.entries(reason.when).map(([key, values]) => `${key} is ${values.join(' or ')}`);
      const condition = when.length === 0 ? 'for everybody at work' : when.join(', ');
      return markup`Birthright: line ${name(reason.line)} of the policy, ${name(condition)}${untilText(reason.untilMs)}`;
    }
    case 'grant':
      return markup`Ticket ${ticketLink(layout, { ...reason, url: reason.ticketUrl })} of ${name(reason.source)}: requested by ${renderPeople(layout, [reason.requester])}${
        reason.approvers.length === 0
          ? undefined
          : markup`, approved by ${renderPeople(layout, reason.approvers)}`
      }${reason.fromMs === 0 ? undefined : markup`, from ${time(reason.fromMs)}`}${untilText(reason.untilMs)}`;
    case 'waiver':
      return markup`Accepted by a decision: ${name(reason.reason)}, ticket ${name(reason.ticket)}, owner ${name(reason.owner)}${untilText(reason.untilMs)}`;
    case 'protected':
      return markup`Protected by the policy: never removed`;
    case 'group-not-in-policy':
      return markup`The policy does not name this group any more: the membership ends when its held plan is released`;
  }
}

/** People one after the other, each with a way to their page. */
export function renderPeople(layout: At, addresses: readonly string[]): readonly Markup[] {
  return addresses
    .filter((address) => address !== '')
    .map((address, index) => markup`${index === 0 ? '' : ', '}${personLink(layout, address)}`);
}

function untilText(untilMs: number | null): Markup | undefined {
  return untilMs === null ? undefined : markup`, until ${time(untilMs)}`;
}
