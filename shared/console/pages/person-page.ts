import type { AccountShown, MembershipShown } from '../../access/desk/memberships-of-person';
import type { PersonShown } from '../../access/desk/show-person';
import type { PersonExplained } from '../../access/desk/explain-person';
import { countOf } from '../../domain/desk/organization-status';
import { recordsOf } from '../../domain/ledger/worker-records';
import { workerAt } from '../../domain/ledger/worker-timeline';
import { fold } from '../../domain/fold';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { renderErasure } from './erasure';
import { fitPage } from './fit-page';
import { addressOf, groupLink, renderTurns } from './links';
import { renderOpenFindings } from './open-findings';
import { EMPLOYMENT } from './people-page';
import { renderReasons } from './reasons';
import { renderRequestRow, requestColumns } from './request-list';
import { renderEntry, whole } from './timeline';
import { renderWhoIsWho } from './who-is-who';

const LONGEST_FACTS = 20_000;
/** Of each list, in bytes. */
const LONGEST = { memberships: 30_000, requests: 15_000, history: 25_000 } as const;

/** A person: who they are, what UiPath has and why, what waits, and what happened. */
export function renderPerson(layout: PageLayout, shown: PersonShown, skip: number): Markup {
  const { known, accounts } = shown;
  const isErased = known?.ledger.erased !== undefined;
  const called = known?.ledger.email ?? accounts[0]?.name ?? '';
  return markup`<h2>${isErased ? 'Somebody who was erased' : name(called)}</h2>
${known === undefined ? markup`<p>No HR system and no ticket has named them: only UiPath knows the account.</p>` : undefined}
<dl>${known === undefined ? undefined : renderWork(known)}${accounts.map(renderAccount)}</dl>
${known === undefined || isErased ? undefined : renderVerified(shown)}
${known === undefined ? undefined : renderWhoIsWho(layout, known)}
${renderHolds(layout, shown)}
<h2>Groups</h2>${renderMemberships(layout, shown)}
${renderOpenFindings(layout, shown.findings)}
${renderRequests(layout, shown)}
${known === undefined ? undefined : renderHistory(layout, shown, known, skip)}
${known === undefined ? undefined : renderErasure(layout, known)}`;
}

function renderWork(known: PersonExplained): Markup {
  const { access, ledger } = known;
  const { formerEmails = [] } = ledger;
  return markup`<dt>work</dt><dd>${EMPLOYMENT[access.employment] ?? access.employment}</dd>${renderRecords(known)}
${formerEmails.length === 0 ? undefined : markup`<dt>addresses of before</dt><dd>${name(formerEmails.join(', '))}</dd>`}
${access.lockedUntilMs === undefined ? undefined : markup`<dt>kept out until</dt><dd>${time(access.lockedUntilMs)}</dd>`}
${access.nextChangeAtMs === undefined ? undefined : markup`<dt>next change</dt><dd>${time(access.nextChangeAtMs)}</dd>`}
${ledger.identity?.kind === 'resolved' ? undefined : markup`<dt>account</dt><dd>${ACCOUNT[ledger.identity?.kind ?? ''] ?? 'not looked up in UiPath yet'}</dd>`}`;
}

const ACCOUNT: Readonly<Record<string, string>> = {
  missing: 'UiPath does not know the address',
  ambiguous: 'several accounts of UiPath answer to the address',
};

/** Each worker record with how it is now; one without an id is named by its source. */
function renderRecords({ ledger, atMs }: PersonExplained): readonly Markup[] {
  return recordsOf(ledger.timeline).flatMap((words) => {
    const own = words.find(({ of, source }) => of !== 'account' && source !== undefined);
    if (own?.source === undefined) return [];
    const { employment, leftAtMs, attributes } = workerAt(words, atMs);
    const id = own.workerId === undefined ? '' : ` ${own.workerId}`;
    const since = leftAtMs === undefined ? undefined : markup` since ${time(leftAtMs)}`;
    const said = Object.entries(attributes).map(([key, value]) => `${key}: ${value}`);
    return [
      markup`<dt>worker record</dt><dd>${name(`${own.source}${id}`)}: ${EMPLOYMENT[employment] ?? employment}${since}${said.length === 0 ? undefined : markup`; ${whole(said.join(', '))}`}</dd>`,
    ];
  });
}

function renderAccount({ memberId, name: called, lastUsedMs }: AccountShown): Markup {
  const used =
    lastUsedMs === undefined ? undefined : markup`, last used ${time(lastUsedMs)} (signed in, or made)`;
  return markup`<dt>account</dt><dd>${called === memberId ? 'without a known name' : name(called)}${used}<details><summary>Directory id</summary><code>${memberId}</code></details></dd>`;
}

function renderVerified({ known, verified }: PersonShown): Markup | undefined {
  if (known?.fault !== undefined || verified?.isWhole === false) {
    const told = verified?.told.map(
      ({ about, means, toDo }) => markup`<li>${name(about)}: ${means}; ${toDo}</li>`,
    );
    return markup`<div class="alert"><p>The evidence is not whole${known?.fault === undefined ? undefined : `: ${known.fault.kind} at ${known.fault.seq}`}.</p>${told === undefined ? undefined : markup`<ul>${told}</ul>`}</div>`;
  }
  if (verified === undefined)
    return markup`<p class="soft">The evidence could not be verified against the log: the log cannot be read.</p>`;
  const { looked, signedEntries, signedAtMs } = verified;
  return markup`<p><span class="mark green">verified</span> ${countOf(looked.records, 'record')}, ${
    signedEntries === undefined || signedAtMs === undefined
      ? 'no checkpoint of the log is signed yet'
      : markup`checkpoint over ${countOf(signedEntries, 'entry', 'entries')} of the log, signed ${time(signedAtMs)}`
  }</p>`;
}

function renderHolds(layout: PageLayout, { holds }: PersonShown): Markup | undefined {
  if (holds.length === 0) return undefined;
  return markup`<h2>Held</h2><ul class="list">${holds.map(
    ({ hold, groups }) =>
      markup`<li><p>Removal from ${groups.map((group, index) => markup`${index === 0 ? '' : ', '}${groupLink(layout, group)}`)} is held since ${time(hold.heldAtMs)}, until ${time(hold.expiresAtMs)}. <a href="${addressOf(layout, 'plans', {})}#p-${hold.hash.slice(0, 12)}">The held plan</a></p></li>`,
  )}</ul>`;
}

function renderMemberships(layout: PageLayout, { known, memberships, takenAtMs }: PersonShown): Markup {
  const as =
    takenAtMs === undefined
      ? undefined
      : markup`<p class="soft">What UiPath had ${time(takenAtMs)}, with what is on record since.</p>`;
  if (memberships.length === 0) return markup`${as}<p>In no group, and no reason to be.</p>`;
  const { rendered, next } = fitPage(
    memberships,
    { skip: 0, next: null },
    (one) => renderMembership(layout, known, one),
    LONGEST.memberships,
  );
  return markup`${as}<ul class="list">${rendered}</ul>${next === null ? undefined : markup`<p>and ${memberships.length - next} more: <code>access explain</code> has all.</p>`}`;
}

function renderMembership(
  layout: PageLayout,
  known: PersonExplained | undefined,
  one: MembershipShown,
): Markup {
  const { group, isInUiPath, isMember, sinceMs, origin, takenOutMs, reasons } = one;
  const change = known?.would?.find((would) => would.group === fold(group));
  const standing = isMember
    ? markup`member${sinceMs === null ? undefined : markup` since ${time(sinceMs)}`}, ${origin === 'standing' ? 'was there before' : 'put there by this application'}`
    : takenOutMs !== undefined
      ? markup`taken out by this application ${time(takenOutMs)}, after the last audit began`
      : isInUiPath === true
        ? markup`member in UiPath, and not put there by this application`
        : markup`not a member yet`;
  const differs =
    isMember && isInUiPath === false ? markup`<p>UiPath did not have it in the last audit.</p>` : undefined;
  const without =
    known?.would === undefined && isMember
      ? "No reason any more: the membership is on its way out, or was somebody else's."
      : 'No reason is known.';
  return markup`<li><h3>${groupLink(layout, group)}</h3><p>${standing}</p>${differs}${change === undefined ? undefined : renderWould(change)}${renderReasons(layout, reasons, without)}</li>`;
}

/** What would be done, where nothing is. */
function renderWould({ would, overdueSinceMs }: NonNullable<PersonExplained['would']>[number]): Markup {
  if (would === 'add') return markup`<p>Would be added: the organization is in observe.</p>`;
  return overdueSinceMs === undefined
    ? markup`<p>Would be removed: the organization is in observe.</p>`
    : markup`<p>Would be removed, overdue since ${time(overdueSinceMs)}: the organization is in observe.</p>`;
}

function renderRequests(layout: PageLayout, { requests, requestCount }: PersonShown): Markup | undefined {
  if (requestCount === 0) return undefined;
  const { rendered } = fitPage(
    requests,
    { skip: 0, next: null },
    (request) => renderRequestRow(layout, request),
    LONGEST.requests,
  );
  return markup`<h2>Requests</h2><table class="stack"><caption>The latest ${rendered.length} of ${requestCount}</caption>
${requestColumns()}<tbody>${rendered}</tbody></table>`;
}

function renderHistory(
  layout: PageLayout,
  { history, historyCount }: PersonShown,
  { key }: PersonExplained,
  skip: number,
): Markup {
  const after = skip + history.length < historyCount ? skip + history.length : null;
  const { rendered, next } = fitPage(
    history,
    { skip, next: after },
    ({ entry, record }) => renderEntry(layout, entry, { isAbout: false, more: renderRecord(record) }),
    LONGEST.history,
  );
  return markup`<h2 id="history">History</h2><p class="soft">${
    rendered.length === 0 ? '' : `${skip + 1} to ${skip + rendered.length} of `
  }${countOf(historyCount, 'record')} of evidence, newest first.</p>
<ol class="timeline">${rendered}</ol>${renderTurns(layout, 'people', { person: key }, { skip, next })}`;
}

function renderRecord({ seq, kind, facts, policyHash }: PersonShown['history'][number]['record']): Markup {
  const json = JSON.stringify(facts).length;
  const said =
    json > LONGEST_FACTS
      ? markup`<dt>facts</dt><dd>${json} characters: <code>access evidence export</code> has them</dd>`
      : Object.entries(facts).map(
          ([fact, value]) =>
            markup`<dt>${fact}</dt><dd>${whole(typeof value === 'string' ? value : JSON.stringify(value))}</dd>`,
        );
  return markup`<details><summary>Record ${seq}: ${kind}</summary><dl>${said}<dt>policy</dt><dd><code>${policyHash}</code></dd></dl></details>`;
}
