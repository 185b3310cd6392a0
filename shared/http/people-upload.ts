import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { requirePlanner, uploadAsVisitor, type PlanAsVisitorDeps } from '../console/plan-as-visitor';
import type { Visitor } from '../console/visitor-permissions';
import { describeDecider } from '../domain/decider';
import { checkBody } from '../webhooks/check-body';
import { email, optionalText, text } from '../webhooks/contract/field-schemas';
import { parseJsonBody } from '../webhooks/json-body';
import { readBody } from './read-body';

/** Five hundred lines with some hundred attributes each, or one with all of them. */
const MAX_BYTES = 1_048_576;

/** What the policy does not ask for may be anything, and is not kept. */
const UploadSchema = z.object({
  workers: z
    .array(
      z.object({
        line: z.int().min(1).max(10_000_000),
        email: email(),
        workerId: text(128).exactOptional(),
        attributes: z.record(text(128), optionalText(256)),
      }),
    )
    .min(1),
});

/**
 * Keeps a portion of HR's file that an operator sends, until it is planned. Who may not have it planned is refused before it is read.
 * @throws AppError `not-permitted`, `policy-not-in-force`, `body-too-large`, `body-too-slow`, `body-invalid` by line and never by value,
 * `plan-too-large`
 */
export async function answerUpload(
  deps: PlanAsVisitorDeps,
  visitor: Visitor,
  alias: string,
  request: Pick<HttpRequest, 'headers' | 'body'>,
): Promise<unknown> {
  const organization = await requirePlanner(deps, visitor, alias);
  const { workers } = checkBody(UploadSchema, parseJsonBody(await readBody(request, MAX_BYTES)));
  const kept = await uploadAsVisitor(deps, organization, workers);
  return { ...kept, by: describeDecider(visitor.by) };
}
