import { whyNotErasableText } from '../../access/desk/refuse-to-erase';
import type { PersonExplained } from '../../access/desk/explain-person';
import { factsErasedTo, whyNotErasable } from '../../domain/ledger/erasure';
import { markup, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';

/** When a person was erased, or the form for it; of whoever cannot be erased now, why not. */
export function renderErasure(
  layout: PageLayout,
  { key, ledger, access, atMs, evidence, fault }: PersonExplained,
): Markup | undefined {
  const { erased } = ledger;
  const when = erased === undefined ? undefined : markup`<p>Erased ${time(erased.atMs)}.</p>`;
  const erasedTo = factsErasedTo(evidence);
  const isLeft = fault !== undefined || evidence.some((one) => one.seq <= erasedTo && one.erased !== true);
  if (!layout.may.operate || (erased !== undefined && !isLeft)) return when;
  const why = erasedTo > 0 && isLeft ? undefined : whyNotErasable(ledger, access, atMs);
  return markup`<details><summary>Erase what is kept of this person</summary>${when}${
    why === undefined
      ? markup`<p>State and facts are erased for good, in every ledger that is theirs. Kinds, times and hashes of records stay. The reason is evidence: name nobody in it.</p>${renderForm(
          layout,
          `people/${key}`,
          markup`<label>Why<input name="reason" required maxlength="500" autocomplete="off"></label><button name="decision" value="erase">Erase for good</button>`,
        )}`
      : markup`<p>Not now: ${whyNotErasableText(why)}.</p>`
  }</details>`;
}
