/** JSON itself escapes the controls below the space and halves of characters. The last are commands to whoever keeps the log of a pipeline. */
const UNSEEN_IN_JSON = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]|##(?=(?:vso)?\[)/giu;

/** JSON in which what acts on terminals or cannot be seen is escaped, on one line or indented by so many blanks. */
export function visibleJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(UNSEEN_IN_JSON, escapeInJson);
}

function escapeInJson(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => String.raw`\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
