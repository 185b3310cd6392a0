import { fold } from '../fold';
import type { RuleDefinition } from './access-request';

type ConditionOfRule = RuleDefinition['conditions'][number];

/** Comparisons by which nearly everybody is another: what UiPath calls them is published for `Contains` only. */
const NEGATED = /^(?:not|does\s?not|is\s?not|!)|n['’]t\b/i;
/** Comparisons with a part of a claim. */
const PARTIAL = /contain|start|begin|end/i;
/** A mail domain, or the end of one, with or without its `@`. */
const DOMAIN = /^@|^(?:[\p{L}\p{N}-]*\.)+(?=[\p{N}-]*\p{L})[\p{L}\p{N}-]{2,}$/u;

/**
 * Whether the conditions of a rule let nearly everybody in: all of them hold of nearly everybody, or there is none. One that asks for a
 * single character, for punctuation, for a mail domain, or for what somebody is not, holds of nearly everybody.
 */
export function ruleMatchesNearlyEverybody(conditions: readonly ConditionOfRule[]): boolean {
  return conditions.every(holdsOfNearlyEverybody);
}

function holdsOfNearlyEverybody({ conditionType, value }: ConditionOfRule): boolean {
  const text = fold(
    value
      .normalize('NFKC')
      .replaceAll(/\p{Cf}/gu, '')
      .trim(),
  );
  const signs = text.match(/[\p{L}\p{N}]/gu) ?? [];
  const isNearlyIn = signs.length <= (PARTIAL.test(conditionType) ? 1 : 0);
  return NEGATED.test(conditionType.trim()) || isNearlyIn || DOMAIN.test(text);
}
