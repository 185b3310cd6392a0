const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The folders of the packages that files belong to, each once. */
export function foldersOf(files) {
  return [...new Set(files.map((file) => PACKAGE.exec(file)?.[0]).filter(Boolean))];
}

/** The licence that a package.json names. Old packages write an object, or a list of them. */
export function licenceOf({ license, licenses }) {
  return idOf(license ?? licenses);
}

function idOf(license) {
  if (Array.isArray(license)) return license.map(idOf).join(' OR ') || undefined;
  return (typeof license === 'object' ? license?.type : license) || undefined;
}
