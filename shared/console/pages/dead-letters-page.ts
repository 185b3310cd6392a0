import type { DeadOfSource } from '../../access/ledger/list-dead-deliveries';
import type { RefusedChange } from '../../domain/plan/refused-change';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { renderDeadDeliveries } from './dead-delivery-list';

/** What waits for a person: deliveries that could not be processed, and changes that UiPath refused. */
export function renderDeadLetters(
  layout: PageLayout,
  deliveries: readonly DeadOfSource[],
  letters: readonly RefusedChange[],
): Markup {
  if (deliveries.length + letters.length === 0)
    return markup`<p>No delivery and no change waits for a person.</p>`;
  return markup`${deliveries.length === 0 ? undefined : renderDeadDeliveries(layout, deliveries)}
${letters.length === 0 ? undefined : renderRefusedChanges(layout, letters)}`;
}

function renderRefusedChanges(layout: PageLayout, letters: readonly RefusedChange[]): Markup {
  return markup`<h2>Refused changes</h2>
<p>UiPath refused these changes. Trying again looks the address up anew, unless you name the right directory id.</p>
<ul class="list">${letters.map((letter) => renderRefusedChange(layout, letter))}</ul>`;
}

function renderRefusedChange(layout: PageLayout, letter: RefusedChange): Markup {
  const { id, groupName, memberId, decision, state, history } = letter;
  return markup`<li><h3>${decision === 'add' ? 'Add to' : 'Remove from'} ${name(groupName)}</h3>
<p><span class="mark">${state}</span> directory id <code>${memberId}</code></p>
<ul>${history.map(
    ({ atMs, event, code, by }) =>
      markup`<li>${time(atMs)}: ${event === 'refused' ? markup`refused, <code>${code}</code>` : markup`tried again by ${name(by)}`}</li>`,
  )}</ul>
${
  layout.mayDecide
    ? renderForm(
        layout,
        `dead-letters/${encodeURIComponent(id)}`,
        markup`<input type="hidden" name="decision" value="retry-change"><label>Corrected directory id, if it is wrong<input name="memberId" size="38" autocomplete="off" spellcheck="false"></label><button>Try again</button>`,
      )
    : undefined
}</li>`;
}
