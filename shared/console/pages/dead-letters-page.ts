import type { DeadOfSource } from '../../access/ledger/list-dead-deliveries';
import type { FailingUnit } from '../../access/desk/list-failing-units';
import type { NamedRefusedChange } from '../../access/desk/name-refused-changes';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { renderDeadDeliveries } from './dead-delivery-list';
import { describeDecider } from '../../domain/decider';

/** What waits for a person: deliveries that could not be processed, and changes that UiPath refused; then what fails for now. */
export function renderDeadLetters(
  layout: PageLayout,
  deliveries: readonly DeadOfSource[],
  letters: readonly NamedRefusedChange[],
  failing: readonly FailingUnit[],
): Markup {
  if (deliveries.length + letters.length + failing.length === 0)
    return markup`<p>No delivery and no change waits for a person.</p>`;
  return markup`${deliveries.length === 0 ? undefined : renderDeadDeliveries(layout, deliveries)}
${letters.length === 0 ? undefined : renderRefusedChanges(layout, letters)}
${failing.length === 0 ? undefined : renderFailingUnits(failing)}`;
}

const KINDS: Readonly<Record<FailingUnit['kind'], string>> = {
  person: 'Person',
  group: 'Group',
  guard: 'Guard of the group',
  attempt: 'Open call to UiPath',
  outcome: 'Outcome of a change to the group',
  row: 'Row of pending work',
  hold: 'Released hold',
  rule: 'Rule',
  entity: 'Entry of the access policy',
  phase: 'Part of every run',
};

/** What fails by itself and is tried again by itself, with the cause by its code; everything else goes on. */
function renderFailingUnits(failing: readonly FailingUnit[]): Markup {
  return markup`<h2>Tried again by itself</h2>
<p>These fail for now, and stop nothing else. Each is tried again at its time. The table of error codes in docs/operations.md says what to do about each.</p>
<div class="scroll" tabindex="0" role="region" aria-label="What is tried again by itself"><table><caption>What fails for now</caption>
<thead><tr><th scope="col">What</th><th scope="col">Code</th><th scope="col">Failures</th><th scope="col">Since</th><th scope="col">Next try</th></tr></thead>
<tbody>${failing.map(
    (unit) =>
      markup`<tr><td>${KINDS[unit.kind]} ${name(unit.name)}</td><td><code>${unit.code}</code></td><td>${unit.failures}</td><td>${time(unit.sinceMs)}</td><td>${time(unit.nextTryMs)}</td></tr>`,
  )}</tbody></table></div>`;
}

function renderRefusedChanges(layout: PageLayout, letters: readonly NamedRefusedChange[]): Markup {
  return markup`<h2>Refused changes</h2>
<p>UiPath refused these changes. Trying again looks the address up anew, unless you name the right directory id.</p>
<ul class="list">${letters.map((letter) => renderRefusedChange(layout, letter))}</ul>`;
}

function renderRefusedChange(layout: PageLayout, letter: NamedRefusedChange): Markup {
  const { id, groupName, memberId, person, decision, state, history } = letter;
  const whom = person === null ? markup`somebody without a known address` : name(person);
  return markup`<li><h3>${decision === 'add' ? 'Add' : 'Remove'} ${whom} ${decision === 'add' ? 'to' : 'from'} ${name(groupName)}</h3>
<p><span class="mark">${state}</span></p>
<details><summary>Directory id</summary><code>${memberId}</code></details>
<ul>${history.map(
    ({ atMs, event, code, by }) =>
      markup`<li>${time(atMs)}: ${event === 'refused' ? markup`refused, <code>${code}</code>` : markup`tried again by ${name(describeDecider(by))}`}</li>`,
  )}</ul>
${
  layout.may.operate
    ? renderForm(
        layout,
        `dead-letters/${encodeURIComponent(id)}`,
        markup`<input type="hidden" name="decision" value="retry-change"><label>Corrected directory id, if it is wrong<input name="memberId" size="38" autocomplete="off" spellcheck="false"></label><button>Try again</button>`,
      )
    : undefined
}</li>`;
}
