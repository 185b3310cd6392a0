const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is a bare GUID, as UiPath's ids are, in either case: `aad|<guid>` is none. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}
