import { createHash } from 'node:crypto';
import { markup, verbatim, type Markup } from './markup';
import { STYLE } from './style-sheet';

export type HtmlPage = Readonly<{
  title: string;
  body: Markup;
  /** Code of our own. The page must be whole without it. */
  script?: string;
}>;

/** What a page may do: nothing but its own style, its own script and forms to where it came from. */
export function contentSecurityPolicy(script: string | undefined, forms: 'none' | 'self'): string {
  return [
    "default-src 'none'",
    `style-src ${sourceOf(STYLE)}`,
    ...(script === undefined ? [] : [`script-src ${sourceOf(script)}`]),
    "base-uri 'none'",
    `form-action '${forms}'`,
  ].join('; ');
}

/** A whole document that needs no other file. */
export function renderPage({ title, body, script }: HtmlPage, forms: 'none' | 'self'): string {
  const page = markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="content-security-policy" content="${verbatim(contentSecurityPolicy(script, forms))}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>${title}</title>
    <style>${verbatim(STYLE)}</style>
  </head>
  <body>
    ${body}
    ${script === undefined ? undefined : verbatim(`<script>${script}</script>`)}
  </body>
</html>
`;
  return page.html;
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
