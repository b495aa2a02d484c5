import { execFile } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { z } from 'zod'

const storedSchema = z.object({
  rows: z.number(),
  seconds: z.number(),
  processorSeconds: z.number(),
  peakMb: z.number(),
})

/** Returns what a fresh process needs to import a file, or to open a backup, in an empty data folder. */
export async function storeFile(kind: 'import' | 'backup', file: string, folder: string) {
  const child = path.join(import.meta.dirname, 'store-child.ts')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', child, kind, file, folder],
    { env: { ...process.env, NODE_ENV: 'production' } },
  )
  return storedSchema.parse(JSON.parse(stdout))
}
