import type { StageItem } from '@/lib/contracts/experiment'
import { evolvePrompt } from '@/lib/prompts'
import { evolveKeywords } from '@/lib/prompts/evolve-keywords'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { isMade, seedKey } from '../shared'
import type { AskStage, CellDraft, SeedRow, StageData, WorkItem, WorkStage } from '../types'
import { readPhrases } from './methods'
import { isEqualised, optionsOf } from './options'
import { lastPrompt, promptStageId } from './prompt-version'
import { madeSchema, NOTHING, readReply } from './reply'

const auto = evolvePrompt('auto')

const EVOLVE = 'evolve'

/** Returns the stage that asks for four sections once for each seed, by the prompt that so many steps of optimisation left. */
export function evolveStage(steps: number): AskStage {
  const promptOf = (data: StageData) =>
    steps === 0 ? data.prompt(auto.id) : withText(auto, lastPrompt(data, steps).template)
  return {
    kind: 'ask',
    id: EVOLVE,
    label: 'Evolution',
    explains:
      'Each seed is sent once; the reply lists methods, plans, rewrites, and gives the final instruction under its header.',
    role: 'evolver',
    after: steps === 0 ? [] : [promptStageId(steps)],
    prompts: [auto.id],
    sent: (data) => [promptOf(data)],
    askings(data) {
      const prompt = promptOf(data)
      return data.seeds().map((seed) => ({
        key: seedKey(seed),
        seedOffset: seed.idx,
        content: () =>
          seed.instruction === '' ? null : renderPrompt(prompt, { instruction: seed.instruction }),
      }))
    },
    read: readReply,
  }
}

function bySet(seeds: readonly SeedRow[]): Map<string, SeedRow[]> {
  const found = new Map<string, SeedRow[]>()
  for (const seed of seeds) {
    const own = found.get(seed.setKey) ?? []
    own.push(seed)
    found.set(seed.setKey, own)
  }
  return found
}

function madeKeys(data: StageData, arm: string): Set<string> {
  const items = data.items(EVOLVE, arm).filter(isMade)
  return new Set(items.map(({ key }) => key))
}

function* drawPairs(data: StageData): Generator<WorkItem> {
  const { draw, seed } = optionsOf(data.plan)
  const made = data.plan.arms.map(({ key }) => ({ key, keys: madeKeys(data, key) }))
  for (const seeds of bySet(data.seeds()).values()) {
    const missingOf = (row: SeedRow) =>
      made.filter(({ keys }) => !keys.has(seedKey(row))).map(({ key }) => key)
    const whole = seeds.filter((row) => missingOf(row).length === 0)
    const size = Math.min(draw ?? Infinity, whole.length)
    const places = sampleWithoutReplacement(whole.length, size, seed)
    const drawn = new Set([...places].map((place) => whole[place]))
    for (const row of seeds) {
      const value = missingOf(row)
      const reason = value.length > 0 ? 'not_of_all' : drawn.has(row) ? null : 'not_drawn'
      const status = reason === null ? 'ok' : 'dropped'
      yield { key: seedKey(row), status, reason, value }
    }
  }
}

/** Chooses the seeds whose rows are kept, the same for every evolver. */
export const equalStage: WorkStage = {
  kind: 'work',
  id: 'equal',
  label: 'Equal draws',
  explains:
    'Seeds of which every evolver has a row; of these as many of each seed set as the plan allows, drawn by the seed.',
  after: [EVOLVE],
  isShared: true,
  work: drawPairs,
}

/** The seeds whose rows go on. */
function chosen(data: StageData): SeedRow[] {
  if (!isEqualised(data.plan)) return [...data.seeds()]
  const drawn = new Set(
    data
      .items(equalStage.id)
      .filter(isMade)
      .map(({ key }) => key),
  )
  return data.seeds().filter((row) => drawn.has(seedKey(row)))
}

const known = new WeakMap<readonly StageItem[], Map<string, StageItem>>()

function itemsByKey(data: StageData, stage: string): Map<string, StageItem> {
  const items = data.items(stage)
  const found = known.get(items) ?? new Map(items.map((item) => [item.key, item]))
  known.set(items, found)
  return found
}

/** Returns the stage in which the judge model names each method of a row by one phrase. */
export function keywordsStage(after: readonly string[]): AskStage {
  const methodsOf = (data: StageData, key: string): string[] => {
    const item = itemsByKey(data, EVOLVE).get(key)
    return item && isMade(item) ? madeSchema.parse(item.value).methods : []
  }
  return {
    kind: 'ask',
    id: 'keywords',
    label: 'Methods in phrases',
    explains: 'The judge model names each listed method by one phrase; equal phrases are one tag.',
    role: 'judge',
    after,
    prompts: [evolveKeywords.id],
    askings(data) {
      return chosen(data).map((row, at) => ({
        key: seedKey(row),
        seedOffset: at,
        content() {
          const lines = methodsOf(data, seedKey(row))
          if (lines.length === 0) return null
          const methods = lines.map((line, n) => `${n + 1}. ${line}`).join('\n')
          return renderPrompt(data.prompt(evolveKeywords.id), { methods })
        },
      }))
    },
    read: (reply, { key }, data) => readPhrases(reply, methodsOf(data, key).length),
  }
}

function* rowItems(data: StageData): Generator<WorkItem> {
  const made = itemsByKey(data, EVOLVE)
  for (const row of chosen(data)) {
    const key = seedKey(row)
    const item = made.get(key)
    const isThere = item !== undefined && isMade(item)
    const value = { idx: row.idx }
    if (isThere) yield { key, status: 'ok', reason: null, value }
    else yield { key, status: 'failed', reason: item?.reason ?? 'empty', value }
  }
}

function draftsOf(data: StageData): CellDraft[] {
  const made = itemsByKey(data, EVOLVE)
  const phrases = optionsOf(data.plan).keywords ? itemsByKey(data, 'keywords') : null
  return [...bySet(chosen(data))].map(([seedSetKey, seeds]) => ({
    seedSetKey,
    round: 1,
    parent: 'seeds',
    // A study may have a column of this name from its files: the phrases of the judge model are another thing.
    columns: phrases ? [{ column: 'method_phrases', kind: 'tags' }] : [],
    rows: seeds.map((row) => {
      const item = made.get(seedKey(row))
      const { instruction, methods, plan } = madeSchema.safeParse(item?.value).data ?? NOTHING
      const named = phrases?.get(seedKey(row))
      return {
        instruction: item && isMade(item) ? instruction : '',
        input: row.input,
        parentIdx: row.idx,
        operator: 'auto',
        extra: {
          finish_reason: item?.finishReason ?? null,
          methods,
          plan,
          ...(item && item.reason !== null ? { evolution_status: item.reason } : {}),
          ...(named && isMade(named) ? { method_phrases: named.value } : {}),
          ...(named && named.reason !== null ? { phrases_status: named.reason } : {}),
        },
      }
    }),
  }))
}

/** Returns the stage that publishes the rows of an evolver: of all seeds, or of those drawn for all evolvers. */
export function rowsStage(after: readonly string[]): WorkStage {
  return {
    kind: 'work',
    id: 'rows',
    label: 'Rows',
    explains:
      'One row for each seed with its methods and plan; where draws are equal, only the seeds drawn. Otherwise rows that failed keep their place.',
    after,
    work: rowItems,
    publish: draftsOf,
  }
}
