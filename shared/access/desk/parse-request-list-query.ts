import { isRequestState, REQUEST_STATES, type RequestState } from '../../domain/ledger/request-progress';
import { AppError } from '../../errors';

/** Which requests are asked for. `text` is a part of the person's address, the group's name or the rule's. */
export type RequestListQuery = Readonly<{
  state: RequestState | undefined;
  text: string;
  /** Where the page before this one ended. */
  cursor: string | undefined;
}>;

const LONGEST_TEXT = 200;

/** Reads a query from the words of an address. @throws AppError `query-invalid` */
export function parseRequestListQuery(
  words: Readonly<{ get: (name: string) => string | null }>,
): RequestListQuery {
  const said = (name: string): string => words.get(name)?.trim() ?? '';
  const [state, text, cursor] = [said('state'), said('text'), said('cursor')];
  if (state !== '' && !isRequestState(state))
    throw invalid('state', `is none of ${Object.keys(REQUEST_STATES).join(', ')}`);
  if (text.length > LONGEST_TEXT) throw invalid('text', `is longer than ${LONGEST_TEXT} characters`);
  return { state: state === '' ? undefined : state, text, cursor: cursor === '' ? undefined : cursor };
}

function invalid(field: string, problem: string): AppError {
  return new AppError('query-invalid', `${field} ${problem}`, { fields: [{ field, problem }] });
}
