/** What `jsonwebtoken` asks of the Node.js that runs it. Of every version that this app runs on the answer is yes. */
const ASKED = ['>=15.7.0', '>=16.9.0', '^6.12.0 || >=8.0.0'];

/** Answers `jsonwebtoken` in the place of `semver`, which it asks these three things and no other; a fourth would throw. */
export const semverForJsonwebtoken = {
  name: 'semver-for-jsonwebtoken',
  setup(build) {
    build.onResolve({ filter: /^semver$/ }, ({ importer }) =>
      importer.replaceAll('\\', '/').includes('/node_modules/jsonwebtoken/')
        ? { path: 'jsonwebtoken/semver', namespace: 'answered' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'answered' }, () => ({
      contents: `
        exports.satisfies = (version, range) => {
          if (version === process.version && ${JSON.stringify(ASKED)}.includes(range)) return true;
          throw new Error('This app has no semver: it only answers jsonwebtoken which Node.js runs. Asked was ' + range);
        };`,
    }));
  },
};
