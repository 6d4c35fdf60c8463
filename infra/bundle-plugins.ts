import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OnResolveResult, type Plugin, transform } from 'esbuild';

/** What is made smaller on its way into a bundle. A pattern that no longer fits lets a bundle grow past its budget. */

/**
 * jira.js imports zod by name in each of its files. It gets a copy of its own, so that what it uses stays out
 * of the zod that every function loads at its start, and a namespace import, so that the copy is small.
 */
export const ownZodForJira: Plugin = {
  name: 'own-zod-for-jira',
  setup: (builder) => {
    const copied = (path: string): OnResolveResult => ({ path, namespace: 'own-zod', sideEffects: false });
    builder.onLoad({ filter: /[\\/]node_modules[\\/]jira\.js[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /import \{ z \} from (['"])zod\1/,
        "import * as z from 'own-zod'",
      ),
    }));
    builder.onResolve({ filter: /^own-zod$/ }, () => copied(fileURLToPath(import.meta.resolve('zod'))));
    builder.onResolve({ filter: /^\./, namespace: 'own-zod' }, ({ path, importer }) =>
      copied(join(dirname(importer), path)),
    );
    builder.onLoad({ filter: /./, namespace: 'own-zod' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
    }));
  },
};

const lambdaSdk = join(import.meta.dirname, 'lambda-sdk.ts');

/** Packages that `lambda-sdk.ts` takes the place of. */
export const sdkAliases = {
  '@aws-sdk/credential-provider-node': lambdaSdk,
  '@aws-sdk/middleware-endpoint-discovery': lambdaSdk,
};

const sdkFiles =
  /[\\/]@smithy[\\/]core[\\/].*[\\/](loadSharedConfigFiles|getInstanceMetadataRegion|Sha256Js|AdaptiveRetryStrategy)\.js$/;
const packageOfClient = /[\\/]@aws-sdk[\\/]client-[a-z-]+[\\/]package\.json$/;

/** Puts `lambda-sdk.ts` in the place of single files as well; of a client's package file its version is used. */
export const sdkForLambda: Plugin = {
  name: 'sdk-for-lambda',
  setup: (builder) => {
    builder.onLoad({ filter: sdkFiles }, () => ({
      contents: `export * from ${JSON.stringify(lambdaSdk)}`,
      resolveDir: import.meta.dirname,
    }));
    builder.onLoad({ filter: packageOfClient }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** A declaration as esbuild prints it, to where the next statement begins: what is nested is indented. */
const declaration = /^((?:export )?const \w+ = )(.*?);\n(?=(?:export|import|const)\b|(?![\s\S]))/gms;

/**
 * The contract runs nothing (the linter holds it to that), but its schemas are calls, which a bundler has to
 * keep. Here each declaration says that it may go where nobody uses it: a function starts with the schemas
 * of its own operation, not with those of all that stand in the same file.
 */
export const leanContract: Plugin = {
  name: 'lean-contract',
  setup: (builder) => {
    builder.onLoad(
      { filter: /[\\/]lib[\\/]contract[\\/](shapes|jobs|operations[\\/]\w+)\.ts$/ },
      async ({ path }) => {
        const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts', target: 'node24' });
        return { contents: code.replace(declaration, '$1/* @__PURE__ */ (() => ($2))();\n') };
      },
    );
  },
};
