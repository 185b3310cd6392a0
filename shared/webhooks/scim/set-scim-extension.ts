import { bodyInvalid } from '../check-body';
import { isRecord, setValue, toText, type UserDraft } from './normalize-scim-values';
import { ENTERPRISE_ATTRIBUTES, knownName, urnOf } from './scim-attributes';
import { MOST_EXTENSION_ATTRIBUTES } from './scim-user-schema';

/**
 * Sets or, with null or an empty list, takes away one attribute of an extension. What holds no text is dropped.
 *
 * @throws AppError `body-invalid`
 */
export function setExtension(draft: UserDraft, extension: string, attribute: string, value: unknown): void {
  const extensions = memberOf(draft, 'extension');
  const attributes = memberOf(extensions, extension);
  const isEnterprise = extension === 'enterprise';
  const names = isEnterprise ? ENTERPRISE_ATTRIBUTES.keys() : Object.keys(attributes);
  const known = knownName(names, attribute) ?? (isEnterprise ? undefined : attribute);
  if (known === undefined || known in {}) return;
  const kept = textWithin(value);
  if (kept === 'no-text') return;
  setValue(attributes, known, kept.text);
  // Refused at the first too many: names are compared with all that are there.
  if (Object.keys(attributes).length > MOST_EXTENSION_ATTRIBUTES)
    throw bodyInvalid([{ field: urnOf(extension), problem: 'Has too many attributes' }]);
  setValue(extensions, extension, Object.keys(attributes).length === 0 ? undefined : attributes);
  setValue(draft, 'extension', Object.keys(extensions).length === 0 ? undefined : extensions);
}

/**
 * What is kept of a value whose schema is not known here: of an object its `value`, of a list the same of its first entry, as
 * Entra sends attributes with several values.
 */
function textWithin(value: unknown): Readonly<{ text: string | undefined }> | 'no-text' {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const inner = isRecord(first) ? first['value'] : first;
  return typeof inner === 'object' && inner !== null ? 'no-text' : { text: toText('value', inner) };
}

function memberOf(of: UserDraft, name: string): UserDraft {
  const member = of[name];
  return isRecord(member) ? member : {};
}
