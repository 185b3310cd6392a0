import { groupChanges, type GroupChangesDeps } from '../access/desk/as-of/group-changes';
import { listGroups, type ListGroupsDeps } from '../access/desk/list-groups';
import { readDay, type ReadDayDeps } from '../access/desk/read-day';
import { searchPeople, type SearchPeopleDeps } from '../access/desk/search-people';
import { showGroup, type ShowGroupDeps } from '../access/desk/show-group';
import { showPerson, type ShowPersonDeps } from '../access/desk/show-person';
import { dayOf, isLocalDate } from '../domain/local-date';
import type { OrganizationPolicy, Policy } from '../domain/policy';
import { AppError, errorCodeOf } from '../errors';
import { markup, name, type Markup } from '../html/markup';
import { zonedText } from '../html/times-in-zone';
import type { PageLayout } from './page-layout';
import { renderDay } from './pages/days-page';
import { renderGroup } from './pages/group-page';
import { renderGroups } from './pages/groups-page';
import { renderFound, renderSearch } from './pages/people-page';
import { renderPerson } from './pages/person-page';

export type LookUpPageDeps = GroupChangesDeps &
  ListGroupsDeps &
  ReadDayDeps &
  SearchPeopleDeps &
  ShowGroupDeps &
  ShowPersonDeps &
  Readonly<{ policy: () => Promise<Policy> }>;

/** The words of an address. */
export type Query = Readonly<{ get: (name: string) => string | null }>;

/** Members of a group on one page: each costs two reads. */
const MEMBERS = 20;
const RECORDS = 50;
const LONGEST_TEXT = 200;

/** One group where a name is asked for, else the list. */
export async function openGroups(deps: LookUpPageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const organization = await organizationOf(deps, layout);
  const asked = {
    group: wordsOf(query, 'group', LONGEST_NAME),
    text: wordsOf(query, 'text'),
    skip: skipOf(query),
  };
  if (asked.group === '')
    return renderGroups(layout, asked, await listGroups(deps, organization, asked.text));
  const isChanges = query.get('show') === 'changes';
  const shown = await showGroup(deps, organization, {
    ...asked,
    skip: isChanges ? 0 : asked.skip,
    most: isChanges ? 0 : MEMBERS,
  });
  const isKnown = shown !== undefined && typeof shown.members !== 'string';
  const changes = isChanges && isKnown ? await groupChanges(deps, organization, asked) : undefined;
  return renderGroup(layout, asked, shown, changes);
}

/** A person where an address or a key is asked for, those whom a part of a name finds, or the question. */
export async function openPeople(deps: LookUpPageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const organization = await organizationOf(deps, layout);
  const [text, email, key] = [
    wordsOf(query, 'q'),
    wordsOf(query, 'email', LONGEST_NAME),
    wordsOf(query, 'person'),
  ];
  const skip = skipOf(query);
  if (text !== '')
    return markup`${renderSearch(layout, text)}${renderFound(layout, { text, skip }, await searchPeople(deps, organization, { text, skip }))}`;
  if (email === '' && key === '') return renderSearch(layout, '');
  const asked = key === '' ? email : { key };
  const tell = zonedText(layout.timeZone);
  let shown: Awaited<ReturnType<typeof showPerson>>;
  try {
    shown = await showPerson(deps, organization, { asked, skip, most: RECORDS, tell });
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return markup`${renderSearch(layout, '')}<p class="alert" role="status">What is on record of this person cannot be read: the row was damaged or edited. <code>access evidence verify</code> tells which.</p>`;
  }
  const nobody = markup`<p role="status">Nothing is known of ${name(email)}: no HR system and no ticket has named this address, and UiPath has no such account.</p>`;
  return markup`${renderSearch(layout, '')}${shown === undefined ? nobody : renderPerson(layout, shown, skip)}`;
}

/** What the app did on a day, today where none is asked for. */
export async function openDay(deps: LookUpPageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const organization = await organizationOf(deps, layout);
  const today = dayOf(deps.clock.now(), organization.timeZone);
  const day = wordsOf(query, 'day') || today;
  if (!isLocalDate(day)) throw invalidField('day', 'is no day, such as 2026-11-21');
  const skip = skipOf(query);
  const shown = await readDay(deps, organization, { day, skip, tell: zonedText(layout.timeZone) });
  return renderDay(layout, shown, today, skip);
}

/** @throws AppError `not-permitted` where the policy stopped to name it since the page was asked for */
async function organizationOf(
  deps: LookUpPageDeps,
  { organization }: PageLayout,
): Promise<OrganizationPolicy> {
  const found = (await deps.policy()).organizations.get(organization);
  if (found !== undefined) return found;
  throw new AppError('not-permitted', 'There is no such organization, or it is not open to you');
}

/** Names of groups in UiPath have no limit that is known. */
const LONGEST_NAME = 4_000;

/** @throws AppError `query-invalid` */
function wordsOf(query: Query, field: string, longest = LONGEST_TEXT): string {
  const text = query.get(field)?.trim() ?? '';
  if (text.length > longest) throw invalidField(field, `is longer than ${longest} characters`);
  return text;
}

/** @throws AppError `query-invalid` */
function skipOf(query: Query): number {
  const text = query.get('skip') ?? '0';
  if (!/^\d{1,7}$/.test(text)) throw invalidField('skip', 'is no number');
  return Number(text);
}

function invalidField(field: string, problem: string): AppError {
  return new AppError('query-invalid', `${field} ${problem}`, { fields: [{ field, problem }] });
}
