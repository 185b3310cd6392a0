import type { GroupList, GroupInList } from '../../access/desk/list-groups';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { fitPage } from './fit-page';
import { groupLink, renderTurns } from './links';

const MOST = 100;

/** Every group with how many are in it, how the policy has it, who answers for it and what the audit found. */
export function renderGroups(
  layout: PageLayout,
  asked: Readonly<{ text: string; skip: number }>,
  { takenAtMs, groups }: GroupList,
): Markup {
  const { text, skip } = asked;
  const page = groups.slice(skip, skip + MOST);
  const after = skip + MOST < groups.length ? skip + MOST : null;
  const { rendered, next } = fitPage(page, { skip, next: after }, (group) => renderRow(layout, group));
  const as =
    takenAtMs === undefined
      ? markup`No audit has ended yet, or what the last one read cannot be read any more: only the groups of the policy are known.`
      : markup`As UiPath had them ${time(takenAtMs)}, those with findings first.`;
  return markup`<form method="get" action="${CONSOLE_PATH}/${layout.organization}/groups" role="search" aria-label="Groups">
<label>Part of the name of a group<input name="text" value="${text}" maxlength="200" autocomplete="off"></label><button>Show</button></form>
<p class="soft">${as}</p>
${
  rendered.length === 0
    ? markup`<p role="status">There is no such group.</p>`
    : markup`<table class="stack"><caption>${skip + 1} to ${skip + rendered.length} of ${groups.length} groups</caption>
<thead><tr><th scope="col">Group</th><th scope="col">Members</th><th scope="col">Mode</th><th scope="col">Owner</th><th scope="col">Drift</th></tr></thead>
<tbody>${rendered}</tbody></table>`
}
${renderTurns(layout, 'groups', { text }, { skip, next })}`;
}

function renderRow(
  layout: PageLayout,
  { group, mode, isPrivileged, owner, members, drift }: GroupInList,
): Markup {
  const worst = drift.worst;
  return markup`<tr><th scope="row">${groupLink(layout, group)}${isPrivileged ? markup` <span class="mark">privileged</span>` : undefined}</th>
<td data-label="Members">${typeof members === 'number' ? members : members === 'unread' ? 'not read' : 'not in UiPath'}</td><td data-label="Mode">${mode ?? 'not in the policy'}</td>
<td data-label="Owner">${owner === undefined ? undefined : name(owner)}</td><td data-label="Drift">${
    worst === undefined ? 'none' : markup`<span class="mark ${worst}">${worst}</span> ${drift.open} open`
  }</td></tr>`;
}
