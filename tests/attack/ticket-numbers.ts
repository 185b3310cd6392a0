let last = 841_230_000;

/** A number that no other ticket has, and that stands nowhere by chance. */
export function nextTicketNumber(): number {
  last += 1;
  return last;
}
