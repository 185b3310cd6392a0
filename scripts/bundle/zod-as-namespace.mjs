import { readFile } from 'node:fs/promises';

/**
 * Reads `import { z } from 'zod'` of our sources as `import * as z from 'zod'`, which zod documents as the same. esbuild can leave out
 * what nobody uses of a namespace, but not of a value: the messages in fifty languages above all.
 */
export const zodAsNamespace = {
  name: 'zod-as-namespace',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /^import \{ z \} from 'zod';/m,
        "import * as z from 'zod';",
      ),
      loader: 'ts',
    }));
  },
};
