import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Command } from 'commander'
import { evolveRequestSchema } from '@/lib/contracts/compute'
import { startEvolving } from '@/lib/services/evolve'
import { dumpSample } from '@/lib/services/sample/dump'
import { createSeedStudy, SAMPLE_RECIPE } from '@/lib/services/sample/seeds'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { say } from '../output'

// Long enough for a full instruction or a worked answer of the sample, short enough for an hour on two cores.
const MAX_TOKENS = 256

/** Adds `sample remake`: evolves the sample's seeds with the embedded model and writes the data files again. */
export function addSampleCommands(program: Command): void {
  program
    .command('sample')
    .description('the sample study')
    .command('remake')
    .description(
      'evolve the seeds in public/sample again with the embedded model and write the files',
    )
    .action(async () => {
      // A data folder of its own: the remake must not depend on, or touch, the user's studies.
      const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-sample-'))
      process.env['EVOLENS_DATA_DIR'] = dataDir
      try {
        const context = openContext()
        const studyId = createSeedStudy(context.db)
        for (const arm of SAMPLE_RECIPE.arms) {
          const { temperature, topP = 1, seed = 1 } = arm.decoding
          const request = evolveRequestSchema.parse({
            backendId: 'embedded',
            armKey: arm.key,
            armLabel: arm.label,
            armClass: arm.armClass,
            rounds: SAMPLE_RECIPE.rounds,
            temperature,
            topP,
            seed,
            maxTokens: MAX_TOKENS,
            responseMaxTokens: MAX_TOKENS,
          })
          await followJobs(context, [startEvolving(context, studyId, request).id], false)
        }
        const manifest = dumpSample(context.db, studyId, SAMPLE_RECIPE)
        say('Sample', `${manifest.files.length} files written`)
      } finally {
        fs.rmSync(dataDir, { recursive: true, force: true })
      }
    })
}
