import type { MembershipMove, GroupChanges } from '../../access/desk/as-of/group-changes';
import type { MemberPage } from '../../access/desk/list-members';
import type { GroupShown } from '../../access/desk/show-group';
import type { FindingRecord } from '../../domain/audit/finding';
import { causeOfChangeText } from '../../domain/desk/hold-in-words';
import { countOf } from '../../domain/desk/organization-status';
import { fold } from '../../domain/fold';
import { mayHaveAddress } from '../../domain/audit/checks/member-addresses';
import type { BirthrightLine, GroupPolicy, People } from '../../domain/policy';
import { markup, name, time, type Markup } from '../../html/markup';
import { attributionText } from '../../reports/describe-finding';
import type { PageLayout } from '../page-layout';
import { fitPage } from './fit-page';
import { addressOf, personLink, renderTurns } from './links';
import { renderOpenFindings, titleOf } from './open-findings';
import { renderPeople, renderReasons } from './reasons';
import { whole } from './timeline';

/** Of who may ask, who may approve, and who is protected. */
const MOST_PEOPLE = 25;
const MOST_FILLING = 25;

export type GroupAsked = Readonly<{ group: string; skip: number }>;

const WHY_UNKNOWN: Readonly<Record<string, string>> = {
  'report-unknown':
    'No audit has ended yet, or what the last one read cannot be read any more: members are known after the next.',
  'group-unknown':
    'Its members were not read: UiPath has no such group, the policy does not name it, or the read failed.',
  'uipath-group-ambiguous': 'UiPath has several groups of this name: rename one of them there.',
};

/** A group: what it is, its members with why, or what changed, what fills it and who decides about it. */
export function renderGroup(
  layout: PageLayout,
  asked: GroupAsked,
  shown: GroupShown | undefined,
  changes: GroupChanges | undefined,
): Markup {
  if (shown === undefined)
    return markup`<p role="status">Neither UiPath nor the policy has a group ${name(asked.group)}.</p>${renderBack(layout)}`;
  const { group, members } = shown;
  const to = (show: string): string => addressOf(layout, 'groups', { group, show });
  return markup`<h2>${name(group)}</h2>${renderFacts(layout, shown)}
<nav aria-label="Of this group"><ul><li><a href="${to('')}"${current(changes === undefined)}>Members</a></li><li><a href="${to('changes')}"${current(changes !== undefined)}>What changed in 30 days</a></li></ul></nav>
${
  changes !== undefined
    ? renderChanges(layout, asked, changes)
    : typeof members === 'string'
      ? markup`<p>${WHY_UNKNOWN[members] ?? members}</p>`
      : renderMembers(layout, asked, members, shown.findings)
}
${renderOpenFindings(layout, shown.findings)}${renderBack(layout)}`;
}

function current(isIt: boolean): Markup | undefined {
  return isIt ? markup` aria-current="page"` : undefined;
}

function renderBack(layout: PageLayout): Markup {
  return markup`<p><a href="${addressOf(layout, 'groups', {})}">All groups</a></p>`;
}

function renderFacts(layout: PageLayout, { policy, members, lines, rules }: GroupShown): Markup {
  const count =
    typeof members === 'string'
      ? undefined
      : markup`<dt>members</dt><dd>${members.total}, as UiPath had them ${time(members.takenAtMs)}</dd>`;
  const filling =
    rules?.map(
      (rule) =>
        markup`<li>Rule ${name(rule.name)} of UiPath, at each sign-in${rule.enabled ? '' : ': switched off'}</li>`,
    ) ?? [];
  const all = [...lines.map((line) => markup`<li>${lineText(line)}</li>`), ...filling];
  const fills = [
    ...all.slice(0, MOST_FILLING),
    ...(all.length > MOST_FILLING ? [markup`<li>and ${all.length - MOST_FILLING} more</li>`] : []),
  ];
  return markup`<dl>${count}<dt>mode</dt><dd>${policy?.mode ?? 'the policy does not name this group'}${policy?.privileged === true ? ', privileged' : ''}</dd>
<dt>owner</dt><dd>${policy?.owner === undefined ? 'not named in the policy' : name(policy.owner)}</dd>
${renderRequestRules(layout, policy)}
<dt>filled by</dt><dd>${fills.length === 0 ? 'no line of the policy and no rule' : markup`<ul>${fills}</ul>`}${rules === undefined ? markup`<p class="soft">Rules were not read.</p>` : undefined}</dd></dl>`;
}

function lineText({ name: called, when }: BirthrightLine): Markup {
  const conditions = [...when].map(([key, values]) => `${key} is ${[...values].join(' or ')}`);
  return markup`Birthright: line ${name(called)}, ${conditions.length === 0 ? 'for everybody at work' : name(conditions.join(', '))}`;
}

function renderRequestRules(layout: PageLayout, policy: GroupPolicy | undefined): Markup | undefined {
  if (policy === undefined) return undefined;
  const { requests, protectedMembers } = policy;
  const kept =
    protectedMembers.size === 0
      ? undefined
      : markup`<dt>protected</dt><dd>${renderSome(layout, [...protectedMembers])}</dd>`;
  if (requests === undefined) return markup`<dt>requests</dt><dd>nobody may ask for it</dd>${kept}`;
  const { requesters, approvers, approvals, longestDays } = requests;
  return markup`<dt>may ask</dt><dd>${peopleText(layout, requesters, 'anybody')}</dd>
<dt>may approve</dt><dd>${peopleText(layout, approvers, 'anybody whom the ticket system lets')}, ${countOf(approvals, 'approval')} needed${longestDays === undefined ? '' : `, for ${longestDays} days at most`}</dd>${kept}`;
}

function peopleText(layout: PageLayout, people: People, anyone: string): Markup {
  return people === 'anyone' ? markup`${anyone}` : renderSome(layout, [...people]);
}

function renderSome(layout: PageLayout, addresses: readonly string[]): Markup {
  const more = addresses.length - MOST_PEOPLE;
  return markup`${renderPeople(layout, addresses.slice(0, MOST_PEOPLE))}${more > 0 ? ` and ${more} more: the policy has all` : undefined}`;
}

function renderMembers(
  layout: PageLayout,
  { group, skip }: GroupAsked,
  page: MemberPage,
  findings: readonly FindingRecord[],
): Markup {
  const byMember = new Map<string, FindingRecord[]>();
  for (const finding of findings) {
    const id = fold(finding.subject['memberId'] ?? '');
    byMember.set(id, [...(byMember.get(id) ?? []), finding]);
  }
  const { rendered, next } = fitPage(page.members, { skip, next: page.next }, (member) =>
    renderMember(layout, member, byMember.get(fold(member.memberId)) ?? []),
  );
  if (rendered.length === 0)
    return markup`<p>${page.total === 0 ? 'Nobody is in it.' : 'The list ends before that.'}</p>`;
  return markup`<p class="soft">Last used is the last sign-in or, where UiPath tells none, when the account was made.</p>
<table class="stack"><caption>${skip + 1} to ${skip + rendered.length} of ${page.total} members, by name</caption>
<thead><tr><th scope="col">Member</th><th scope="col">Why</th><th scope="col">Since</th><th scope="col">Last used</th></tr></thead>
<tbody>${rendered}</tbody></table>${renderTurns(layout, 'groups', { group }, { skip, next })}`;
}

function renderMember(
  layout: PageLayout,
  member: MemberPage['members'][number],
  findings: readonly FindingRecord[],
): Markup {
  const { memberId, kind, person, name: called, reasons, sinceMs, origin, employment, lastUsedMs } = member;
  const known = person ?? (called === memberId ? undefined : called);
  const shown =
    known === undefined
      ? markup`<span class="soft">without a known name</span>`
      : person !== null || mayHaveAddress(kind)
        ? personLink(layout, known)
        : name(known);
  const found = findings.map((finding) => markup`<p>${titleOf(finding)}</p>`);
  const without = member.isUnreadable ? 'Not known: their ledger cannot be read.' : 'None known.';
  return markup`<tr><th scope="row">${shown}${mayHaveAddress(kind) ? undefined : ` (${kind.replaceAll('-', ' ')})`}${employment === 'left' ? ' (has left)' : undefined}<details><summary>Id</summary><code>${memberId}</code></details></th>
<td data-label="Why">${renderReasons(layout, reasons, without)}${found}</td><td data-label="Since">${sinceMs === null ? 'not known' : time(sinceMs)}${origin === 'standing' ? ', was there before' : undefined}</td><td data-label="Last used">${lastUsedMs === null ? 'not known' : time(lastUsedMs)}</td></tr>`;
}

function renderChanges(layout: PageLayout, { group, skip }: GroupAsked, found: GroupChanges): Markup {
  const { rendered, next } = fitPage(found.changes, { skip, next: found.next }, (change) =>
    renderChange(layout, change),
  );
  const between =
    found.fromMs === undefined
      ? markup`No night of thirty days ago is stored that read its members: only what this app did is told.`
      : markup`What this app did, and what else is different between the nights of ${time(found.fromMs)} and ${time(found.toMs)}.`;
  return markup`<p class="soft">${between}${found.isWhole ? undefined : ' There may be more: not all of it could be read in time.'}</p>
${rendered.length === 0 ? markup`<p>Nobody came and nobody went.</p>` : markup`<ol class="timeline">${rendered}</ol>`}
${renderTurns(layout, 'groups', { group, show: 'changes' }, { skip, next })}`;
}

function renderChange(
  layout: PageLayout,
  { name: called, memberId, isIn, by, atMs, entry, attribution }: MembershipMove,
): Markup {
  const who = called === undefined ? markup`somebody without a known name` : personLink(layout, called);
  const why = entry === undefined ? '' : entry.why.map(causeOfChangeText).join(', ');
  const whose =
    by === 'app'
      ? entry === undefined
        ? 'sent by this app; that it was done is not on record'
        : 'by this app'
      : by === 'unknown'
        ? 'whether by this app could not be read in time'
        : ((attribution === undefined ? undefined : attributionText({ attribution })) ?? 'not by this app');
  const what = by === 'app' && entry === undefined ? (isIn ? 'to come' : 'to go') : isIn ? 'came' : 'went';
  return markup`<li><p>${atMs === undefined ? undefined : time(atMs)} <strong>${who} ${what}</strong>, ${whole(whose)}${why === '' ? undefined : markup`: ${whole(why)}`}${
    entry?.by === null || entry === undefined ? undefined : markup`; ${whole(entry.by)}`
  }</p><details><summary>Id</summary><code>${memberId}</code></details></li>`;
}
