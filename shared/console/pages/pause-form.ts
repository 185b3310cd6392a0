import { markup, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';

/** The form to pause an organization, or to end the pause that is shown. Nothing for whoever may not. */
export function renderPauseForm(layout: PageLayout): Markup | undefined {
  if (!layout.may.release) return undefined;
  const why = markup`<label>Why<input name="reason" size="38" required maxlength="500" autocomplete="off"></label>`;
  const { paused } = layout;
  if (paused !== undefined)
    return markup`<h2>Pause</h2>${renderForm(
      layout,
      'today/resume',
      markup`<input type="hidden" name="pause" value="${paused.id}">${why}<button>Resume: let changes go on</button>`,
    )}`;
  return markup`<details><summary>Pause this organization</summary>
<p>Nothing is written to UiPath any more within seconds, leavers included. All that waits stays, and is done after the pause.</p>${renderForm(
    layout,
    'today/pause',
    markup`${why}<label>Until, with its zone (2027-01-31T18:00:00Z); empty: until somebody resumes it<input name="until" size="26" autocomplete="off" spellcheck="false"></label><button>Pause: stop every change</button>`,
  )}</details>`;
}
