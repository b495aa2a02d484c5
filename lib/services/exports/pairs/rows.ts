import type { Db } from '@/db/client'
import type { PairChoice } from '@/lib/contracts/export'
import { MEDIA } from '@/lib/formats/llama-factory/carried'
import { promptTexts } from '@/lib/formats/llama-factory/row-reason'
import { toTrainingRow, type TrainingRow } from '@/lib/formats/llama-factory/training-row'
import { emptyMapping, type CanonicalRow } from '@/lib/formats/types'
import type { ExportRow } from '@/lib/formats/writers/export-row'
import type { Selection } from '../../rows/select'
import { exportRows, type RowContent } from '../rows'
import type { ChosenPair, ChosenPairs } from './choose'
import { leaveOut, type PairReason } from './reasons'

/** Lineage that both rows of a pair share; all else stands once for each side. */
const SHARED = new Set(['study', 'seed_set', 'slot'])

const FLAT = {
  ...emptyMapping(),
  instruction: 'instruction',
  input: 'input',
  system: 'system',
  history: 'history',
  tools: 'tools',
}

function sides<T extends { key: string }>(
  chosen: readonly T[] = [],
  rejected: readonly T[] = [],
): T[] {
  const shared = chosen.filter(({ key }) => SHARED.has(key))
  const own = (side: string, items: readonly T[]) =>
    items
      .filter(({ key }) => !SHARED.has(key))
      .map((one) => ({ ...one, key: `${side}_${one.key}` }))
  return [...shared, ...own('chosen', chosen), ...own('rejected', rejected)]
}

/** Returns what is asked, without an answer, under keys that hold nothing else. */
function promptOf(
  { row, mapping }: ExportRow,
  read: TrainingRow,
): Pick<ExportRow, 'row' | 'mapping'> {
  const answered = row.messages !== null && read.output !== null
  const messages = answered ? (row.messages ?? []).slice(0, -1) : row.messages
  const isChat = messages !== null && mapping?.messages != null
  const flatKeys = ['system', 'history', 'tools'].filter(
    (key) => row[key as 'system' | 'history' | 'tools'] !== null,
  )
  const keys = isChat ? [mapping.messages as string] : ['instruction', 'input', ...flatKeys]
  if (isChat && row.system !== null && mapping.system) keys.push(mapping.system)
  if (isChat && row.tools !== null && mapping.tools) keys.push(mapping.tools)
  const prompt: CanonicalRow = {
    ...row,
    input: isChat ? row.input : (row.input ?? ''),
    messages,
    output: null,
    keys: [...keys, 'chosen', 'rejected'],
    flags: ['preference'],
  }
  return { row: prompt, mapping: isChat ? mapping : FLAT }
}

/** What a pair of evolved instructions does not hold of its rows: input apart from instruction, and the response. */
function textsOf({ row, response }: ExportRow): NonNullable<ExportRow['lineage']> {
  const { instruction, input, output } = row
  return [
    { key: 'instruction', value: instruction },
    { key: 'input', value: input },
    { key: 'response', value: response === undefined ? output : response },
  ]
}

/** Returns the row of a pair, or why there is none. */
function pairRow(
  { of, content }: PairReading,
  items: readonly ExportRow[],
): ExportRow | PairReason {
  const [chosen, rejected, seed] = items as [ExportRow, ExportRow, ExportRow | undefined]
  const read = items.map((one) => toTrainingRow(one))
  if (read.some((one) => typeof one === 'string')) return 'unreadable'
  const [better, worse, asked] = read as [TrainingRow, TrainingRow, TrainingRow | undefined]
  if ([better, worse].some(({ media }) => MEDIA.some((kind) => media[kind].length > 0)))
    return 'unreadable'
  const isResponse = of === 'response'
  if (isResponse && promptTexts(better).join('\0') !== promptTexts(worse).join('\0'))
    return 'other_prompt'
  const prompt = isResponse ? better : asked
  const base = isResponse ? chosen : seed
  if (!prompt || !base) return 'seed_missing'
  const texts = [better, worse].map((one) => (isResponse ? one.output : one.prompt) ?? '')
  if (texts.some((text) => text.trim() === '')) return 'no_answer'
  if (texts[0] === texts[1]) return 'same_answer'
  const made = promptOf(base, prompt)
  const added = (one: ExportRow) => [
    ...(one.lineage ?? []),
    ...(content.lineage === 'full' && !isResponse ? textsOf(one) : []),
  ]
  const lineage = sides(added(chosen), added(rejected))
  const metrics = sides(chosen.metrics, rejected.metrics)
  return {
    ...made,
    row: { ...made.row, extra: { chosen: texts[0] as string, rejected: texts[1] as string } },
    ...(lineage.length > 0 ? { lineage } : {}),
    ...(metrics.length > 0 ? { metrics } : {}),
  }
}

/** Reads the rows of pairs in batches. */
async function* readPairs(
  db: Db,
  studyId: string,
  { cells, pairs }: Pick<ChosenPairs, 'cells' | 'pairs'>,
  reading: PairReading,
): AsyncGenerator<(ExportRow | PairReason)[]> {
  const { of, content, signal } = reading
  const places = pairs.map(({ chosen, rejected, seed }) =>
    of === 'instruction' && seed ? [chosen, rejected, seed] : [chosen, rejected],
  )
  const flat = places.flat()
  const ordered = {
    selection: { cells } as Selection,
    part: Uint16Array.from(flat, ({ part }) => part),
    idx: Int32Array.from(flat, ({ idx }) => idx),
  }
  let waiting: ExportRow[] = []
  let at = 0
  for await (const batch of exportRows(db, studyId, ordered, content, signal)) {
    waiting = [...waiting, ...batch]
    const made: (ExportRow | PairReason)[] = []
    let used = 0
    for (; at < places.length; at += 1) {
      const size = places[at]?.length ?? 0
      if (used + size > waiting.length) break
      made.push(pairRow(reading, waiting.slice(used, used + size)))
      used += size
    }
    waiting = waiting.slice(used)
    yield made
  }
}

/** How pairs are read. */
interface PairReading {
  of: PairChoice['of']
  content: RowContent
  signal: AbortSignal | undefined
}

/** Yields the rows of pairs that were found readable, each with its chosen and its rejected answer. */
export async function* pairRows(
  db: Db,
  studyId: string,
  chosen: Pick<ChosenPairs, 'cells' | 'pairs'>,
  reading: PairReading,
): AsyncGenerator<ExportRow[]> {
  for await (const batch of readPairs(db, studyId, chosen, reading))
    yield batch.filter((one) => typeof one !== 'string')
}

/** Returns the pairs whose texts make one, with the others counted by reason. */
export async function readablePairs(
  db: Db,
  studyId: string,
  chosen: ChosenPairs,
  reading: PairReading,
): Promise<ChosenPairs> {
  const pairs: ChosenPair[] = []
  const leftOut = { ...chosen.leftOut }
  let at = 0
  const bare = { ...reading.content, columns: [], lineage: 'none', decisions: false } as const
  for await (const batch of readPairs(db, studyId, chosen, { ...reading, content: bare })) {
    for (const one of batch) {
      if (typeof one === 'string') leaveOut(leftOut, one)
      else pairs.push(chosen.pairs[at] as ChosenPair)
      at += 1
    }
  }
  return { ...chosen, pairs, leftOut }
}
