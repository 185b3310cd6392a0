import { questionOf, type WhoDecision } from '../../access/desk/decide-who-is-who';
import type { KnownOther, PersonExplained } from '../../access/desk/explain-person';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { isHandedOn } from '../../domain/ledger/unconfirmed-records';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

/** What somebody has to say of who this person is, whose ledger joined theirs, and who was told apart from them. */
export function renderWhoIsWho(layout: PageLayout, { key, ledger, others }: PersonExplained): Markup {
  return markup`${renderRecordsInDoubt(layout, key, ledger)}${renderReplaced(layout, key, ledger)}${renderSeparating(layout, key, ledger)}${others.map(
    (other) => (other.kind === 'joined' ? renderJoined(layout, other) : renderToldApart(layout, other)),
  )}`;
}

function renderRecordsInDoubt(layout: PageLayout, key: string, ledger: PersonLedger): Markup | undefined {
  const { unconfirmed } = ledger;
  if (unconfirmed === undefined) return undefined;
  const records = new Set(unconfirmed.words.map(({ source = '', workerId = '' }) => `${source} ${workerId}`));
  const account =
    unconfirmed.accountId === undefined
      ? markup`The account of the address was not found yet.`
      : markup`The account <code>${unconfirmed.accountId}</code> answers to it, which was not this person's.`;
  const isDecided = isHandedOn(ledger);
  const follows = isDecided
    ? 'Somebody said that the record is another person’s: the next run goes on with it.'
    : 'The record gives nothing until somebody says whose it is.';
  return markup`<h2>Whose record is it?</h2>
<p class="alert">Since ${time(unconfirmed.sinceMs)} ${name([...records].join(', '))} comes under ${name(unconfirmed.addresses.join(', '))}. ${account} ${follows}</p>
${renderDecision(
  layout,
  key,
  ledger,
  isDecided
    ? [['another-person', 'Go on now']]
    : [
        ['same-person', 'It is the same person'],
        ['another-person', 'It is another person'],
      ],
)}`;
}

function renderReplaced(layout: PageLayout, key: string, ledger: PersonLedger): Markup | undefined {
  const { replaced, unconfirmed } = ledger;
  if (replaced === undefined || unconfirmed !== undefined) return undefined;
  const accountId = knownAccountOf(ledger);
  const account =
    accountId === undefined
      ? markup`another account answers to the address than <code>${replaced.accountId}</code>. It was not looked up yet.`
      : markup`the account <code>${accountId}</code> answers to the address, which was not this person's. Theirs was <code>${replaced.accountId}</code>.`;
  return markup`<h2>Another account</h2>
<p class="alert">Since ${time(replaced.atMs)} ${account} Privileged grants wait until somebody says that it is theirs.</p>
${accountId === undefined ? undefined : renderDecision(layout, key, ledger, [['account-theirs', 'The account is theirs']])}`;
}

function renderSeparating(layout: PageLayout, key: string, ledger: PersonLedger): Markup | undefined {
  if (ledger.separating === undefined) return undefined;
  return markup`<h2>Being told apart</h2><p class="alert">This person is being told apart from another one: the next run goes on with it.</p>
${renderDecision(layout, key, ledger, [['apart', 'Go on now']])}`;
}

/** Others may have joined that one before: they are on its own page. */
function renderJoined(layout: PageLayout, { key, ledger }: KnownOther): Markup {
  return markup`<h2>Joined with <a href="${CONSOLE_PATH}/${layout.organization}/people?person=${key}">${name(ledger.email)}</a></h2>
<p>Both had one account, so they were taken for one person.</p>
${renderDecision(layout, key, ledger, [['apart', 'They are two people']])}`;
}

function renderToldApart(layout: PageLayout, { key, ledger }: KnownOther): Markup {
  return markup`<p>Somebody said that this is not <a href="${CONSOLE_PATH}/${layout.organization}/people?person=${key}">${name(ledger.email)}</a>.</p>`;
}

function renderDecision(
  layout: PageLayout,
  key: string,
  ledger: PersonLedger,
  choices: ReadonlyArray<readonly [decision: WhoDecision, label: string]>,
): Markup | undefined {
  const question = questionOf(ledger);
  if (!layout.may.operate || question === undefined) return undefined;
  return renderForm(
    layout,
    `people/${key}`,
    markup`<input type="hidden" name="question" value="${question}"><label>Why<input name="reason" required maxlength="500" autocomplete="off"></label>${choices.map(
      ([decision, label]) => markup`<button name="decision" value="${decision}">${label}</button>`,
    )}`,
  );
}
