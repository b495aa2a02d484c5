import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'

// Each folder with something deep in another folder that it must not import.
const FORBIDDEN: Record<string, string> = {
  'lib/stats': '@/lib/contracts/deep/limits',
  'lib/contracts': '@/lib/services/runs/compute',
  'lib/api': '@/lib/services/runs/compute',
  'lib/metrics': '@/lib/services/runs/compute',
  'lib/backends/dialects': '@/lib/metrics/judging/parsed',
  'lib/figures': '@/lib/services/runs/compute',
  'lib/services/runs': '@/lib/worker/handlers/compute/run-state',
  'lib/queue': '@/lib/worker/handlers/compute/run-state',
  'lib/worker': '@/lib/http/deep/route',
  'components/views': '@/lib/services/runs/compute',
  'components/ui': '@/components/views/rows/rows-view',
  'db/schema': '@/lib/services/runs/compute',
  app: '@/lib/testing/formats/made',
}

it('keeps every folder from what lies deep in the folders it must not know', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-walls-'))
  fs.copyFileSync('.oxlintrc.json', path.join(folder, '.oxlintrc.json'))
  for (const [place, wanted] of Object.entries(FORBIDDEN)) {
    fs.mkdirSync(path.join(folder, place), { recursive: true })
    fs.writeFileSync(
      path.join(folder, place, 'wall.ts'),
      `import { x } from '${wanted}'\nexport const y = x\n`,
    )
  }
  const { stdout } = spawnSync(
    process.execPath,
    [path.resolve('node_modules/oxlint/bin/oxlint'), '--format', 'unix'],
    { cwd: folder, encoding: 'utf8' },
  )
  const through = Object.keys(FORBIDDEN).filter((place) => !stdout.includes(`${place}/wall.ts:`))
  fs.rmSync(folder, { recursive: true })
  expect(through).toEqual([])
})
