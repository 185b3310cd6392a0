import type { SourceMapping } from '../../domain/source-settings';
import type { FieldProblem } from '../../domain/field-problem';
import { checkBody } from '../check-body';
import { bytesIdOf } from '../dedupe-id-from-content';
import { parsePosted, type PostedBody } from '../parse-posted-body';
import { atFolded, fieldReader, isAt, listReader, textAt } from '../read-field-by-path';
import { senderId } from '../id-schemas';
import { instantOf } from '../parse-sender-time';
import type { Meanings, WebhookFormat } from '../webhook-format';
import { deriveAccessRequests, isWithdrawal, ticketActOf, withdrawalOf } from '../derive-access-request';
import { statementIdOf } from '../derive-worker-events';
import { issueFormOf } from './github-issue-form';
import { z } from 'zod';
import { sha256Header } from '../signature';

const Digits = senderId(19).pipe(z.string().regex(/^\d+$/, 'Must be digits'));

const IssueEventSchema = z.object({
  action: z.string(),
  sender: z.object({ login: z.string() }),
  repository: z.object({ full_name: z.string().max(200) }),
  issue: z.object({
    number: Digits,
    html_url: z.string().catch(''),
    body: z.string().nullish(),
    updated_at: z.string().catch(''),
    created_at: z.string().nullish().catch(undefined),
    user: z.object({ login: z.string() }),
    pull_request: z.unknown().optional(),
  }),
  label: z.object({ name: z.string() }).optional(),
  /** Of a comment that was edited. */
  changes: z
    .object({ body: z.object({ from: z.string() }).optional() })
    .optional()
    .catch(undefined),
  comment: z
    .object({
      id: Digits,
      body: z.string(),
      created_at: z.string().catch(''),
      user: z.object({ login: z.string() }),
    })
    .optional(),
});

type IssueEvent = z.output<typeof IssueEventSchema>;

/** Places in the record below: `form` holds the answers of the issue form, by their folded headings. */
const places = {
  person: ['form.person', 'form.e-mail', 'form.email'],
  group: ['form.group'],
  duration: ['form.duration'],
  until: ['form.until'],
  organization: ['form.organization'],
  requestedAt: ['issue.created_at'],
} as const;

const events: ReadonlyMap<string, string> = new Map([
  ['label:access-approved', 'grant'],
  ['label:access-revoked', 'revoke'],
  ['comment:/approve', 'grant'],
  ['comment:/revoke', 'revoke'],
]);

/**
 * Issues of GitHub: a label or a comment approves what an issue form asks for. Whoever can label or comment could approve,
 * so only people whom the policy names count as anybody at all.
 */
export const githubSource: WebhookFormat = {
  format: 'github',
  credential: { trust: 'signed', signature: sha256Header('x-hub-signature-256') },
  bodyTypes: ['application/json', 'application/x-www-form-urlencoded'],
  dedupeId: bytesIdOf,
  parse: (posted, mapping) => {
    const body = unwrap(posted);
    const isIssueEvent = isAt(body, 'issue.number') && textAt(body, 'issue.pull_request.url') === undefined;
    return isIssueEvent
      ? toMeanings(checkBody(IssueEventSchema, body), posted.receivedAtMs, mapping)
      : 'ignored';
  },
};

/** A form has the JSON in one field; the signature is over the form. */
function unwrap(posted: PostedBody): unknown {
  if (posted.type === 'application/json') return parsePosted(posted);
  const payload = textOf(parsePosted(posted));
  return parsePosted({ rawBody: Buffer.from(payload), type: 'application/json' });
}

function textOf(form: unknown): string {
  return checkBody(z.object({ payload: z.string() }), form).payload;
}

function toMeanings(event: IssueEvent, receivedAtMs: number, mapping: SourceMapping): Meanings {
  const said = saidIn(event, receivedAtMs);
  const meant =
    said === undefined ? undefined : (atFolded(mapping.events, said.name) ?? atFolded(events, said.name));
  const act = ticketActOf(meant);
  const { issue, repository } = event;
  const ticketId = `${repository.full_name}#${issue.number}`.slice(-128);
  const isTakenBack = said?.isTakenBack === true;
  // Whoever takes an approval back only takes away.
  if (said !== undefined && (isTakenBack ? act !== undefined && act !== 'revoke' : isWithdrawal(meant)))
    return withdrawalOf(ticketId, { occurredAtMs: instantOf(said.at) ?? receivedAtMs, receivedAtMs });
  const approver = atFolded(mapping.people, said?.by ?? '');
  const requester = atFolded(mapping.people, event.issue.user.login);
  if (
    said === undefined ||
    isTakenBack ||
    act === undefined ||
    approver === undefined ||
    requester === undefined
  )
    return 'ignored';
  const unusable: FieldProblem[] = [];
  const approvedAtMs = instantOf(said.at) ?? receivedAtMs;
  if (instantOf(said.at) === undefined)
    unusable.push({ field: 'issue.updated_at', problem: 'Must be a time with an offset' });
  const record = { ...event, form: issueFormOf(issue.body ?? '') };
  return deriveAccessRequests({
    id: `${repository.full_name.replaceAll('/', '.')}-${issue.number}-${said.key}`.slice(-128),
    act,
    occurredAtMs: approvedAtMs,
    receivedAtMs,
    ticketId,
    url: issue.html_url || undefined,
    requester,
    approvals: [{ approver, approvedAtMs }],
    unusable,
    read: fieldReader(record, places, mapping),
    readAll: listReader(record, places, mapping),
    address: (text) => (text === undefined ? undefined : (atFolded(mapping.people, text) ?? text)),
    zone: mapping.zone,
  });
}

/** Labels that differ only in what an id cannot show, such as those in another script, are told apart by a hash. */
function idOfLabel(name: string): string {
  const shown = name.replaceAll(/[^\w-]/g, '_').slice(0, 40);
  return shown === name ? shown : `${shown}-${statementIdOf(name).slice(0, 8)}`;
}

function commandOf(comment: string): Pick<Said, 'name'> {
  return { name: `comment:${comment.trim().slice(0, 100)}` };
}

type Said = Readonly<{ name: string; by: string; at: string; key: string; isTakenBack?: boolean }>;

/** What was said and by whom, or taken back. A comment counts when it is new and says nothing but a command. */
function saidIn(
  { action, label, comment, changes, sender, issue }: IssueEvent,
  receivedAtMs: number,
): Said | undefined {
  if ((action === 'labeled' || action === 'unlabeled') && label !== undefined)
    return {
      isTakenBack: action === 'unlabeled',
      name: `label:${label.name}`,
      by: sender.login,
      at: issue.updated_at,
      key: `${idOfLabel(label.name)}-${instantOf(issue.updated_at) ?? receivedAtMs}`,
    };
  if (action === 'created' && comment !== undefined)
    return {
      ...commandOf(comment.body),
      by: comment.user.login,
      at: comment.created_at,
      key: comment.id,
    };
  const before = action === 'edited' ? changes?.body?.from : action === 'deleted' ? comment?.body : undefined;
  if (before !== undefined && comment !== undefined)
    return {
      ...commandOf(before),
      by: sender.login,
      at: issue.updated_at,
      key: comment.id,
      isTakenBack: true,
    };
  return undefined;
}
