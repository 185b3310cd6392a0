/** Folds an address or a group name for comparison: lower case, composed Unicode form (NFC), trimmed. */
export function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
