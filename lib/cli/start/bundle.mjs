// The thread that answers the web server's queries, as one file: from its sources it takes a second and a half and a hundred
// megabytes to start, because TypeScript has to be loaded in it too.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './settings.mjs'

/** Where the built web server finds the thread (lib/services/queries/client.ts). */
export const THREAD = path.join(ROOT, '.next', 'evolens', 'query-thread.mjs')

/** Returns whether the web server can be started: pages and thread are built. */
export function isBuilt() {
  return fs.existsSync(path.join(ROOT, '.next', 'BUILD_ID')) && fs.existsSync(THREAD)
}

/** Files know where they lie, as without being joined: some start other files beside themselves. */
const ownPlaces = {
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await fs.promises.readFile(file, 'utf8')
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
      return { contents, loader: 'ts' }
    })
  },
}

/** Writes the thread beside the build of the pages, or into another file of the repository's folder. */
export async function bundleThread(outfile = THREAD) {
  // Installed by the step before.
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['lib/services/queries/thread.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    plugins: [ownPlaces],
    logLevel: 'silent',
  })
}
