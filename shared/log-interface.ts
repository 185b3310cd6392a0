/** One line for the operator: an event name, ids and codes. Never a payload, an address, a secret or a token. */
export type Log = (line: Readonly<Record<string, string | number | boolean>>) => void;
