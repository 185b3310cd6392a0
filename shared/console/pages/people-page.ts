import { recordsOf } from '../../domain/ledger/worker-records';
import { workerAt } from '../../domain/ledger/worker-timeline';
import type { PersonExplained } from '../../access/desk/explain-person';
import type { Reason } from '../../domain/ledger/person-access';
import { keyOfGrant } from '../../domain/ledger/person-ledger';
import { fold } from '../../domain/fold';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { renderErasure } from './erasure';
import { renderWhoIsWho } from './who-is-who';
import { CONSOLE_PATH } from '../path-and-page-names';

const MOST_EVIDENCE = 100;

/** Renders a search by address and the explanation of the person's access. */
export function renderPeople(layout: PageLayout, asked: string, found: PersonExplained | undefined): Markup {
  const answer =
    asked === '' && found === undefined
      ? undefined
      : found === undefined
        ? markup`<p role="status">Nothing is known of ${name(asked)}: no HR system and no ticket has named this address.</p>`
        : renderPerson(layout, found);
  return markup`<form method="get" action="${CONSOLE_PATH}/${layout.organization}/people" role="search">
<label>E-mail address<input name="email" type="email" required value="${asked}" autocomplete="off"></label><button>Why does this person have access?</button></form>${answer}`;
}

function renderPerson(layout: PageLayout, person: PersonExplained): Markup {
  const { ledger, access, groups, fault } = person;
  const { formerEmails = [] } = ledger;
  const identity =
    ledger.identity === undefined
      ? 'not looked up yet'
      : ledger.identity.kind === 'resolved'
        ? ledger.identity.id
        : ledger.identity.kind;
  const title = ledger.erased === undefined ? name(ledger.email) : markup`Somebody who was erased`;
  return markup`<h2>${title}</h2>
<dl><dt>employment</dt><dd>${access.employment}</dd>${renderRecords(person)}
${formerEmails.length === 0 ? undefined : markup`<dt>addresses of before</dt><dd>${name(formerEmails.join(', '))}</dd>`}<dt>directory id</dt><dd><code>${identity}</code></dd>
${access.lockedUntilMs === undefined ? undefined : markup`<dt>kept out until</dt><dd>${time(access.lockedUntilMs)}</dd>`}
${access.nextChangeAtMs === undefined ? undefined : markup`<dt>next change</dt><dd>${time(access.nextChangeAtMs)}</dd>`}</dl>
${fault === undefined ? undefined : markup`<p class="alert">The evidence is not whole: ${fault.kind} at ${fault.seq}.</p>`}
${renderWhoIsWho(layout, person)}
<h2>Groups</h2>
${groups.length === 0 ? markup`<p>In no group, and no reason to be.</p>` : markup`<ul class="list">${groups.map((group) => renderGroup(person, group))}</ul>`}
${renderEvidence(person)}
${renderErasure(layout, person)}`;
}

/** Each worker record with how it is now; one without an id is named by its source. */
function renderRecords({ ledger, atMs }: PersonExplained): readonly Markup[] {
  return recordsOf(ledger.timeline).flatMap((words) => {
    const own = words.find(({ of, source }) => of !== 'account' && source !== undefined);
    if (own?.source === undefined) return [];
    const { employment, leftAtMs } = workerAt(words, atMs);
    const id = own.workerId === undefined ? '' : ` ${own.workerId}`;
    const since = leftAtMs === undefined ? undefined : markup` since ${time(leftAtMs)}`;
    return [markup`<dt>worker record</dt><dd>${name(`${own.source}${id}`)}: ${employment}${since}</dd>`];
  });
}

/** What would be done, where nothing is. */
function renderWould(change: NonNullable<PersonExplained['would']>[number]): Markup {
  const { would, overdueSinceMs } = change;
  if (would === 'add') return markup`<p>Would be added: the organization is in observe.</p>`;
  return overdueSinceMs === undefined
    ? markup`<p>Would be removed: the organization is in observe.</p>`
    : markup`<p>Would be removed, overdue since ${time(overdueSinceMs)}: the organization is in observe.</p>`;
}

function renderGroup({ ledger, access, would, outOfPolicy }: PersonExplained, group: string): Markup {
  const membership = ledger.applied.find(({ groupName }) => fold(groupName) === group);
  const reasons = access.reasons.filter((reason) => reason.group === group);
  const standing =
    membership === undefined
      ? markup`not a member yet`
      : markup`member since ${time(membership.sinceMs)}, ${membership.origin === 'applied' ? 'put there by this application' : 'was there before'}`;
  const change = would?.find((one) => one.group === group);
  const noReason =
    would === undefined
      ? "No reason any more: the membership is on its way out, or was somebody else's."
      : 'No reason any more.';
  const ending = outOfPolicy.has(group)
    ? markup`<p>The policy does not name this group any more: the membership ends when its held plan is released.</p>`
    : undefined;
  return markup`<li><h3>${name(membership?.groupName ?? group)}</h3><p>${standing}</p>${ending}${change === undefined ? undefined : renderWould(change)}
${reasons.length === 0 ? markup`<p>${noReason}</p>` : markup`<ul>${reasons.map((reason) => renderReason(ledger.grants, reason))}</ul>`}</li>`;
}

function renderReason(grants: PersonExplained['ledger']['grants'], reason: Reason): Markup {
  const until = reason.untilMs === undefined ? undefined : markup`, until ${time(reason.untilMs)}`;
  if (reason.kind === 'birthright')
    return markup`<li>Birthright: line ${name(reason.line)} of the policy${until}</li>`;
  const grant = grants.find((one) => keyOfGrant(one) === keyOfGrant(reason));
  if (grant === undefined) return markup`<li>Request ${name(reason.requestId)}${until}</li>`;
  const approvers = grant.approvals.map(({ approver }) => approver).join(', ');
  return markup`<li>Ticket ${name(grant.ticketId)} of ${name(grant.source)}: requested by ${name(grant.requester)}, approved by ${name(approvers)}, from ${time(grant.validFromMs)}${until}</li>`;
}

function renderEvidence({ evidence }: PersonExplained): Markup {
  const latest = evidence.toReversed().slice(0, MOST_EVIDENCE);
  return markup`<h2>Evidence</h2><p>${evidence.length} records, the latest first.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Evidence"><table><caption>What was recorded</caption>
<thead><tr><th scope="col">Number</th><th scope="col">When</th><th scope="col">What</th><th scope="col">Facts</th><th scope="col">Policy</th></tr></thead>
<tbody>${latest.map(
    ({ seq, atMs, kind, facts, policyHash }) =>
      markup`<tr><th scope="row">${seq}</th><td>${time(atMs)}</td><td>${kind}</td><td>${name(factsText(facts))}</td><td><code>${policyHash.slice(0, 8)}</code></td></tr>`,
  )}</tbody></table></div>`;
}

function factsText(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
