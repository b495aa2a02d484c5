import { createHash } from 'node:crypto'
import { fieldsAt, isFields, textOf, unexpected, type Fields, type FileView } from './fields'
import type { ReadResult, ResultReader } from './types'
import { outcomeResults } from './win-tie-lose'

type Outcome = 'win' | 'tie' | 'lose' | 'none'

/** 1 the base wins, 2 the model wins, 0 or 1.5 neither; weighted judges give numbers between 1 and 2. */
function outcomeOf(record: Fields, file: FileView, place: string): Outcome {
  const { preference } = record
  // Answers that the judge's reply could not be read for are kept out of the counts, never ties.
  if (preference === null || preference === undefined || preference === 'NaN') return 'none'
  if (preference === 0 || preference === 1.5) return 'tie'
  if (typeof preference !== 'number' || !(preference >= 1 && preference <= 2)) {
    throw unexpected(
      file,
      `${place}.preference`,
      'a number from 1 (base wins) to 2 (model wins), or 0 for a draw',
      preference,
    )
  }
  return preference > 1.5 ? 'win' : 'lose'
}

interface Group {
  model: string
  base: string
  annotator: string | null
  counts: Record<Outcome, number>
  items: NonNullable<ReadResult['items']>
}

function read(value: unknown, file: FileView): ReadResult[] {
  const groups = new Map<string, Group>()
  ;(value as unknown[]).forEach((raw, at) => {
    const place = `[${at}]`
    const record = fieldsAt(raw, file, place)
    const model = textOf(record['generator_2'])
    const base = textOf(record['generator_1'])
    if (model === null || base === null) {
      throw unexpected(
        file,
        `${place}.${model === null ? 'generator_2' : 'generator_1'}`,
        'the name of a model',
        undefined,
      )
    }
    const annotator = textOf(record['annotator'])
    const key = JSON.stringify([model, base, annotator])
    const counts = { win: 0, tie: 0, lose: 0, none: 0 }
    const group = groups.get(key) ?? { model, base, annotator, counts, items: [] }
    const outcome = outcomeOf(record, file, place)
    group.counts[outcome] += 1
    const instruction = textOf(record['instruction'])
    if (outcome !== 'none' && instruction !== null) {
      const hash = createHash('sha256').update(instruction).digest('hex')
      group.items.push({ id: hash, hash, hits: outcome === 'win' ? 1 : 0, of: 1 })
    }
    groups.set(key, group)
  })
  return [...groups.values()].flatMap(({ model, base, annotator, counts, items }) => {
    const n = counts.win + counts.tie + counts.lose
    // One prompt twice would pair with either of two.
    const isPaired = items.length === n && new Set(items.map(({ id }) => id)).size === n && n > 0
    return outcomeResults(counts, {
      model,
      benchmark: 'alpaca_eval',
      subBenchmark: `against ${base}`,
      harness: 'alpaca_eval',
      templateHash: annotator,
      place:
        counts.none === 0 ? `${n} annotations` : `${n} annotations, ${counts.none} without one`,
    }).map((result) => (result.metric === 'win' && isPaired ? { ...result, items } : result))
  })
}

/** The judgements of AlpacaEval: `annotations.json`, one record a prompt. */
export const alpacaEvalAnnotations: ResultReader = {
  id: 'alpaca-eval-annotations',
  family: 'alpaca-eval',
  label: 'AlpacaEval annotations',
  expects: 'annotations.json: a list of records with preference, generator_1 and generator_2',
  container: 'json',
  fits: (value) => {
    const first = Array.isArray(value) ? value[0] : null
    return isFields(first) && 'preference' in first && 'generator_2' in first
  },
  read,
}
