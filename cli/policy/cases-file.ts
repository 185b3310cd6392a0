import { z } from 'zod';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { plainText } from '../output/plain-text';
import { readInput } from '../read-input';
import { fold } from '../../shared/domain/fold';
import { nearestWord } from '../../shared/domain/nearest-word';
import { explainRefusal } from '../../shared/domain/ledger/request-refusals-in-words';
import { readPolicyDocument } from '../../shared/policy/policy-document';
import { checkInWords } from '../../shared/problems-in-words';
import { email, instant, localDate, optionalText, text } from '../../shared/webhooks/contract/field-schemas';

const LONGEST_BYTES = 1_048_576;
const MOST_FAULTS = 20;

const attributes = z.record(text(128), optionalText(256));
const groups = z.array(text(256)).max(500);

const PersonSchema = z.strictObject({
  email: email(),
  attributes: attributes.default({}),
  employment: z.enum(['active', 'left', 'expected']).default('active'),
  grants: groups.default([]),
});

const RequestSchema = z.strictObject({
  kind: z.enum(['grant', 'extend', 'revoke']),
  person: email(),
  group: text(256),
  validFrom: instant().optional(),
  until: z
    .union([instant(), localDate()], { error: 'must be a time with an offset, or a day, such as 2026-12-31' })
    .optional(),
  duration: z.iso.duration().max(40).optional(),
  requester: email(),
  requestedAt: instant().optional(),
  approvals: z
    .array(z.union([email(), z.strictObject({ approver: email(), approvedAt: instant() })]))
    .max(20)
    .default([]),
});

const CaseSchema = z.strictObject({
  name: text(256),
  organization: text(64).optional(),
  at: instant().optional(),
  person: z
    .union([email(), attributes], { error: 'must be an address under people, or a map of attributes' })
    .optional(),
  has: groups.default([]),
  hasNot: groups.default([]),
  request: RequestSchema.optional(),
  allowed: z.literal(true).optional(),
  refused: text(64).optional(),
});

const CasesFileSchema = z.strictObject({
  version: z.literal(1),
  organization: text(64).optional(),
  at: instant().optional(),
  people: z.array(PersonSchema).max(1_000).default([]),
  cases: z.array(CaseSchema).min(1).max(1_000),
});

type CasesFile = z.output<typeof CasesFileSchema>;
export type PolicyCase = CasesFile['cases'][number] & Readonly<{ line: number }>;
export type PersonOfCases = CasesFile['people'][number];

/** Cases with the line on which each begins. */
export type Cases = Readonly<Omit<CasesFile, 'cases'> & { cases: readonly PolicyCase[] }>;

/** `policy.cases.yaml` beside `policy.yaml`. */
export function casesBeside(policyFile: string): string {
  return `${policyFile.replace(/\.ya?ml$/i, '')}.cases.yaml`;
}

/** Reads cases of a policy. @throws CommandFailure `cases-invalid`, with every fault at its line */
export async function readCases(io: Pick<CommandIo, 'readFile'>, path: string): Promise<Cases> {
  const document = readPolicyDocument((await readInput(io, path, LONGEST_BYTES)).toString('utf8'));
  if (document.faults.length > 0) throw casesInvalid(path, document.faults);
  const checked = checkInWords(CasesFileSchema, document.value);
  const faults = checked.success ? faultsIn(checked.data) : checked.problems;
  if (!checked.success || faults.length > 0)
    throw casesInvalid(
      path,
      faults.slice(0, MOST_FAULTS).map((fault) => ({
        line: document.lineOf(fault.path),
        place: fault.path.join('.'),
        problem: fault.problem,
      })),
      faults.length,
    );
  const cases = checked.data.cases.map((one, index) => ({ ...one, line: document.lineOf(['cases', index]) }));
  return { ...checked.data, cases };
}

type Fault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

/** A case that asks nothing would always hold. */
function faultsIn({ cases, people }: CasesFile): readonly Fault[] {
  const known = people.map((person) => fold(person.email));
  const twice = known.flatMap((address, index): readonly Fault[] =>
    known.indexOf(address) === index
      ? []
      : [{ path: ['people', index, 'email'], problem: 'is the address of somebody above: it is one person' }],
  );
  const inCases = cases.flatMap(
    ({ person, has, hasNot, request, allowed, refused }, index): readonly Fault[] => {
      const at = (problem: string, ...keys: readonly string[]): Fault => ({
        path: ['cases', index, ...keys],
        problem,
      });
      if ((person === undefined) === (request === undefined)) return [at('needs either person or request')];
      if (person !== undefined && has.length + hasNot.length === 0) return [at('needs has or hasNot')];
      if (person !== undefined && (allowed !== undefined || refused !== undefined))
        return [at('has a person: allowed and refused are said of a request')];
      if (request !== undefined && has.length + hasNot.length > 0)
        return [at('has a request: has and hasNot are said of a person')];
      if (request !== undefined && (allowed === undefined) === (refused === undefined))
        return [at('needs either allowed: true or refused, with the reason')];
      if (refused !== undefined && explainRefusal(refused) === undefined)
        return [
          at(`"${plainText(refused)}" is no reason of a refusal, such as approvals-missing`, 'refused'),
        ];
      if (typeof person === 'string' && !known.includes(fold(person))) {
        const meant = nearestWord(person, known);
        return [
          at(
            `nobody under people has this address${meant === undefined ? '' : `: is ${meant} meant?`}`,
            'person',
          ),
        ];
      }
      return [];
    },
  );
  return [...twice, ...inCases];
}

function casesInvalid(
  path: string,
  faults: ReadonlyArray<Readonly<{ line: number; place: string; problem: string }>>,
  count = faults.length,
): CommandFailure {
  const told = faults.map(
    ({ line, place, problem }) => `${path}:${line}: ${place === '' ? 'the file' : place}: ${problem}`,
  );
  const more = count - told.length;
  return new CommandFailure('cases-invalid', [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}
