import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { inTransaction, type Db } from '@/db/client'
import { appendRows, openStagedCell, publishCell, plainRow, type NewRow } from '../cells/staging'
import { createStudy, ensureSeedSet } from '../studies'
import type { SampleRecipe } from './dump'
import { sampleFolder } from './manifest'

const SAMPLED = { temperature: 0.7, topP: 0.95, seed: 1 }

/** The sample: 48 seeds of our own writing, evolved by the embedded model, once greedily and once sampled. */
export const SAMPLE_RECIPE: SampleRecipe = {
  name: 'Sample: 48 seeds, three rounds',
  description:
    'Forty-eight seed instructions in three seed sets, evolved over three rounds by SmolLM2-135M-Instruct, once decoded greedily and once sampled at temperature 0.7; responses by the same model. The same model was tried with AutoIF and Auto Evol-Instruct.',
  notice:
    'Made by a model of 135 million parameters: it evolves instructions and its token losses are exact, but it often answers or repeats an instruction instead of rewriting it, and its difficulty ratings are not reliable. Use this study to learn the tool, not to draw conclusions. AutoIF: the model was shown three examples of checking functions and mostly copied them, so of 9 constraints that pass cross-validation only one (“Use the word because.”) has a function that checks it. Auto Evol-Instruct: it kept to the layout with none of 12 seeds, so this evolver has no rows. Both experiments are here with every reply. First-token probabilities are always measured greedily, so the two evolvers coincide in round 1, where both start from the same seeds.',
  madeBy: 'npm run evolens -- sample remake',
  seedSets: [
    { key: 'general', label: 'General', file: 'general-seeds.jsonl' },
    { key: 'mathematics', label: 'Mathematics', file: 'mathematics-seeds.jsonl' },
    { key: 'code', label: 'Code', file: 'code-seeds.jsonl' },
    { key: 'autoif', label: 'AutoIF', file: null },
  ],
  arms: [
    {
      key: 'greedy',
      label: 'SmolLM2 135M, greedy',
      armClass: 'small',
      scenario: 'evol-instruct',
      decoding: { temperature: 0 },
    },
    {
      key: 'sampled',
      label: 'SmolLM2 135M, sampled',
      armClass: 'small',
      scenario: 'evol-instruct',
      decoding: SAMPLED,
    },
    {
      key: 'auto-evol',
      label: 'SmolLM2 135M, Auto Evol-Instruct',
      armClass: 'small',
      scenario: 'auto-evol',
      decoding: SAMPLED,
    },
    {
      key: 'autoif',
      label: 'SmolLM2 135M, AutoIF',
      armClass: 'small',
      scenario: 'autoif',
      decoding: SAMPLED,
    },
  ],
  rounds: 3,
}

const seedSchema = z.object({ id: z.string(), instruction: z.string(), input: z.string() })

function seedRow(line: string, idx: number): NewRow {
  const seed = seedSchema.parse(JSON.parse(line))
  const { id, instruction, input } = seed
  return plainRow({ idx, slot: idx, externalId: id, instruction, input })
}

/** Makes a study that holds the sample's seeds only, ready to be evolved; returns its id. */
export function createSeedStudy(db: Db, recipe: SampleRecipe = SAMPLE_RECIPE): string {
  const study = createStudy(db, { name: recipe.name, description: recipe.description })
  for (const { key, label, file } of recipe.seedSets) {
    if (file === null) continue
    const text = fs.readFileSync(path.join(sampleFolder(), file), 'utf8')
    const rows = text.split('\n').filter(Boolean).map(seedRow)
    const { cellNo } = openStagedCell(db, {
      studyId: study.id,
      seedSetId: ensureSeedSet(db, study.id, key, label),
      armId: null,
      round: 0,
      source: {
        kind: 'file',
        fileName: file,
        sizeBytes: Buffer.byteLength(text),
        sha256: createHash('sha256').update(text).digest('hex'),
        format: 'sample',
        container: 'jsonl',
        mapping: null,
        keySets: [],
        definition: null,
      },
    })
    inTransaction(db, () => appendRows(db, cellNo, rows))
    publishCell(db, cellNo, {
      rowCount: rows.length,
      report: { rows: rows.length, skipped: [], flags: { no_response: rows.length }, notes: [] },
      keySets: [['id', 'instruction', 'input']],
      slotCount: rows.length,
    })
  }
  return study.id
}
