import { hashOf } from './canonical-json-hash';
import { DAY_MS } from './durations';
import type { SignedInPerson } from './decider';

/** What the first of two people decided: it does nothing until another decides the same. */
export type FirstDecision = Readonly<{
  /** Of what is decided, whoever decides it and why. */
  id: string;
  /** The page that it is made on, and what it is about there, by id. */
  page: string;
  about: string;
  /** What its form says, the reason among it. */
  fields: Readonly<Record<string, string>>;
  by: SignedInPerson;
  atMs: number;
  untilMs: number;
}>;

/** A decision before anybody is named with it. */
export type DecisionContent = Pick<FirstDecision, 'page' | 'about' | 'fields'>;

/** A second person decides within a week, or the first one decides anew. */
const LASTS_MS = 7 * DAY_MS;

/** Names a decision by all that it says but the reason: each of the two has one of their own. */
export function idOfDecision({ page, about, fields: { reason: _reason, ...rest } }: DecisionContent): string {
  return hashOf([page, about, rest]).slice(0, 32);
}

export function firstDecision(content: DecisionContent, by: SignedInPerson, nowMs: number): FirstDecision {
  const { page, about, fields } = content;
  return { id: idOfDecision(content), page, about, fields, by, atMs: nowMs, untilMs: nowMs + LASTS_MS };
}
