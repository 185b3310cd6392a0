import type { DeadLetter } from '../../domain/dead-letter';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type Frame } from '../frame';

/** Changes that UiPath refused, each with a way to correct it and try again. */
export function renderDeadLetters(frame: Frame, letters: readonly DeadLetter[]): Markup {
  if (letters.length === 0) return markup`<p>No change waits for a person.</p>`;
  return markup`<p>UiPath refused these changes. Trying again looks the address up anew, unless you name the right directory id.</p>
<ul class="list">${letters.map((letter) => renderLetter(frame, letter))}</ul>`;
}

function renderLetter(frame: Frame, letter: DeadLetter): Markup {
  const { id, groupName, memberId, decision, state, history } = letter;
  return markup`<li><h2>${decision === 'add' ? 'Add to' : 'Remove from'} ${name(groupName)}</h2>
<p><span class="mark">${state}</span> directory id <code>${memberId}</code></p>
<ul>${history.map(
    ({ atMs, event, code, by }) =>
      markup`<li>${time(atMs)}: ${event === 'refused' ? markup`refused, <code>${code}</code>` : markup`tried again by ${name(by)}`}</li>`,
  )}</ul>
${
  frame.mayDecide
    ? renderForm(
        frame,
        `dead-letters/${encodeURIComponent(id)}`,
        markup`<label>Corrected directory id, if it is wrong<input name="memberId" size="38" autocomplete="off" spellcheck="false"></label><button>Try again</button>`,
      )
    : undefined
}</li>`;
}
