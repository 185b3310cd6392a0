import type { DeadOfSource } from '../../access/ledger/list-dead-deliveries';
import { MOST_TOGETHER } from '../../access/desk/retry-dead-delivery';
import { lastFailureOf, type DeadDelivery } from '../../domain/dead-delivery';
import type { FieldProblem } from '../../domain/field-problem';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { describeDecider } from '../../domain/decider';

const MOST_SHOWN = 50;

/** Deliveries that could not be processed, by source. Never what they say: a body is personal data, and signed. */
export function renderDeadDeliveries(layout: PageLayout, found: readonly DeadOfSource[]): Markup {
  return markup`<h2>Deliveries</h2>
<p>These came from their senders and could not be used: what they say is not followed, or not all of it. Of those that were refused
the newest of each cause is kept. Their bodies are signed and are not changed here:
mend the cause by its code, in the policy or at the source, and try again. A field that is elsewhere and a person whom the
sender names otherwise are lines of the source's mapping in the policy. What is wrong for good is closed.</p>
${found.map((one) => renderSource(layout, one))}`;
}

function renderSource(layout: PageLayout, { source, deliveries, unreadable }: DeadOfSource): Markup {
  if (unreadable !== undefined)
    return markup`<h3>${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)}</h3>
<p><span class="mark red">${unreadable}</span> What is dead of this source cannot be read now.</p>`;
  const mayDecide =
    layout.may.operate && source.organizations.every((alias) => layout.operatesIn.includes(alias));
  const hidden = deliveries.length - MOST_SHOWN;
  return markup`<h3>${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)}, ${deliveries.length} dead</h3>
${
  layout.may.operate && !mayDecide
    ? markup`<p>This source feeds other organizations too: somebody who may decide in all of them decides here.</p>`
    : undefined
}
${mayDecide && deliveries.length > 1 ? renderTryAll(layout, `${source.feed}/${source.name}`, deliveries.length) : undefined}
<ul class="list">${deliveries.slice(0, MOST_SHOWN).map((dead) => renderDelivery(layout, dead, mayDecide))}</ul>
${hidden > 0 ? markup`<p>${hidden} later ones are not shown.</p>` : undefined}`;
}

function renderTryAll(layout: PageLayout, source: string, count: number): Markup {
  const what = count > MOST_TOGETHER ? `the oldest ${MOST_TOGETHER}` : `all ${count}`;
  return renderForm(
    layout,
    'dead-letters/all',
    markup`<input type="hidden" name="decision" value="retry-source"><input type="hidden" name="source" value="${source}"><button>Try ${what} of this source again</button>`,
  );
}

function renderDelivery(layout: PageLayout, dead: DeadDelivery, mayDecide: boolean): Markup {
  const { deliveryId, receivedAtMs, history } = dead;
  const { code, tries } = lastFailureOf(dead);
  return markup`<li><h4>Received ${time(receivedAtMs)}</h4>
<p><span class="mark">${code}</span> tried ${tries} times, id <code>${deliveryId}</code></p>
<ul>${history.map((event) => renderEvent(event))}</ul>
${mayDecide ? renderDecisions(layout, deliveryId) : undefined}</li>`;
}

function renderEvent(event: DeadDelivery['history'][number]): Markup {
  switch (event.kind) {
    case 'failed':
      return markup`<li>${time(event.atMs)}: failed, <code>${event.code}</code></li>`;
    case 'refused':
      return markup`<li>${time(event.atMs)}: refused, <code>${event.code}</code>, ${event.times} times since ${time(event.sinceMs)}${renderFields(event.fields)}</li>`;
    case 'retried':
      return markup`<li>${time(event.atMs)}: tried again by ${name(describeDecider(event.by))}</li>`;
  }
}

function renderFields(fields: readonly FieldProblem[]): Markup | undefined {
  return fields.length === 0
    ? undefined
    : markup`<ul>${fields.map(({ field, problem }) => markup`<li>${name(field)}: ${problem}</li>`)}</ul>`;
}

function renderDecisions(layout: PageLayout, deliveryId: string): Markup {
  const path = `dead-letters/${deliveryId}`;
  const retry = renderForm(
    layout,
    path,
    markup`<input type="hidden" name="decision" value="retry-delivery"><button>Try again</button>`,
  );
  const close = renderForm(
    layout,
    path,
    markup`<input type="hidden" name="decision" value="close-delivery"><label>Reason<input name="reason" size="38" required maxlength="500" autocomplete="off"></label><button>Close for good</button>`,
  );
  return markup`${retry}<details><summary>Close it without following it</summary>${close}</details>`;
}
