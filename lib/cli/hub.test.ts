import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { hubFiles, hubServer, type HubServer } from '@/lib/testing/hub-server'

let folder: string
let server: HubServer
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-hub-'))
  server = await hubServer(await hubFiles(parquetOf))
})
afterAll(async () => {
  await server.close()
  await fs.rm(folder, { recursive: true, force: true })
})

/** Runs `import` as a process of its own, with the made-up hub; returns its exit code and all that it says. */
function importing(...args: string[]): Promise<{ code: number | null; said: string }> {
  const env = {
    ...process.env,
    EVOLENS_DATA_DIR: path.join(folder, 'data'),
    HF_ENDPOINT: server.url,
    HF_TOKEN: 'hf_secret',
    NODE_ENV: 'production' as const,
  }
  const words = ['--import', 'tsx', 'lib/cli/main.ts', 'import', '--study', 'Hub', ...args]
  const child = spawn(process.execPath, words, { env })
  return new Promise((resolve) => {
    let said = ''
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    child.on('close', (code) => resolve({ code, said }))
  })
}

describe('import of a data set of the hub', { timeout: 180_000 }, () => {
  it('asks which part is meant, says its size, and imports it like any file', async () => {
    const asked = await importing('hf:lab/evol')
    expect(asked.code).toBe(3)
    expect(asked.said).toMatch(
      /choose among its parts\.\n.*--config default --split train: [\d.]+ /,
    )
    expect(server.storage).toHaveLength(0)
    const done = await importing(
      'hf:lab/evol',
      '--config',
      'default',
      '--split',
      'train',
      '--seeds',
    )
    expect(done).toMatchObject({ code: 0, said: expect.stringMatching(/lab\/evol at a{40}: /) })
    expect(done.said).toMatch(/evol\.jsonl +4 /)
    expect(done.said).not.toContain('hf_secret')
    expect(await fs.readdir(path.join(folder, 'data', 'uploads'))).toEqual([])
  })

  it('says what is wrong with a name and with what the hub refuses', async () => {
    const name = await importing('hf:https://x/y')
    expect(name).toMatchObject({ code: 2, said: expect.stringContaining('org/name') })
    const gone = await importing('hf:lab/none')
    expect(gone.said).toMatch(/knows no lab\/none, or it is private/)
    expect(gone.code).not.toBe(0)
  })
})
