import { plainText } from './plain-text';

/**
 * A text from a file within Markdown: nothing in it is formatted, linked, a mention, a reference to an issue, an emoji, HTML or a cell of a table.
 * GitHub looks for mentions, references, emoji and addresses after escapes are resolved: an empty comment parts them.
 */
export function markdownText(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()+!|~$^=]/g, String.raw`\$&`)
    .replaceAll(/[@#]/g, '$&<!-- -->')
    .replaceAll('://', ':<!-- -->//')
    .replaceAll(/:(?=[\w+\\-]+:)/g, ':<!-- -->')
    .replaceAll(/\b(www|gh)([.-])/gi, '$1<!-- -->$2');
}
