import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { responses, responseSets } from '@/db/schema'
import { blindPlanSchema } from '@/lib/contracts/blind'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { pairSentences, type PairSummary } from '@/lib/contracts/pairs'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { KINDS } from '@/lib/metrics/imported/kinds'
import { endSession, giveVerdict, startSession } from '@/lib/services/blind'
import { drawBlindPairs } from '@/lib/services/blind/draw'
import { blindResult } from '@/lib/services/blind/result'
import { currentCells, type CellRef } from '@/lib/services/cells'
import { columnReader, listColumns } from '@/lib/services/columns'
import { ValueNumbers } from '@/lib/services/columns/add-values'
import { getStudyFigure } from '@/lib/services/figures'
import { listSetRuns } from '@/lib/services/measures'
import { pairSummary } from '@/lib/services/pairs/summary'
import { savePrompt } from '@/lib/services/prompts'
import { columnHistogram } from '@/lib/services/rows'
import { selectRows } from '@/lib/services/rows/select'
import { getRunRow } from '@/lib/services/runs'
import { startRuns } from '@/lib/services/runs/compute'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'

const ROWS = 24
let study: TestStudy

beforeEach(() => {
  study = testStudy(ROWS)
})
afterEach(() => study.close())

/** Runs a metric with these parameters to its end and returns its run as it was started. */
async function compute(metric: string, params: Record<string, unknown>) {
  const request = computeRequestSchema.parse({
    metrics: [{ metric, params }],
    backends: { [metric]: 'fake' },
  })
  const { runs } = startRuns(study, study.studyId, request)
  await runJobs(study)
  return runs[0] as (typeof runs)[0]
}

function question(name: string, template: string, scale: object) {
  const draft = promptDraftSchema.parse({ promptId: null, name, template, scale })
  return savePrompt(study.db, draft).versions[0]?.params as Record<string, unknown>
}

const childOf = ({ db, studyId, childCell }: TestStudy) =>
  currentCells(db, studyId).find(({ id }) => id === childCell) as CellRef

describe('columns from a prompt', () => {
  const ask = '{instruction} {parent}'
  const column = (name: string, scale: object) =>
    compute('prompt_column', question(name, ask, scale))
  const infoOf = (metric: string) =>
    listColumns(study.db, study.studyId).filter((one) => one.metric === metric)

  it('are columns of their kind: tags that are counted, filtered and numbered, choices, numbers, texts', async () => {
    const { db, studyId } = study
    const tags = await column('Aims', { kind: 'tags', most: 5 })
    expect([tags.total, tags.metricLabel]).toEqual([ROWS, 'Aims'])
    const [values, count] = infoOf(tags.metric)
    expect([values?.shape, values?.isDefault, count?.label]).toEqual(['tags', true, 'Aims, number'])
    const reader = columnReader(db, studyId)
    const words = reader.dictionary(values?.id ?? '')?.words().names ?? []
    // The stand-in has six sentences; each is a tag in lower case without its full stop.
    expect(words.length).toBeGreaterThan(2)
    expect(words.every((word) => word === word.toLowerCase() && !word.endsWith('.'))).toBe(true)
    const keptBy = (match: string) => {
      const filter = { values: [{ column: values?.id, match, values: words.slice(0, 1) }] }
      const kept = selectRows(db, studyId, rowFilterSchema.parse(filter))
      return [...kept.values()].reduce((sum, list) => sum + list.length, 0)
    }
    expect(keptBy('any') + keptBy('none')).toBe(ROWS)
    expect(keptBy('any')).toBeGreaterThan(0)
    const counts = await columnHistogram(db, studyId, count?.id ?? '', rowFilterSchema.parse({}))
    expect(counts).toMatchObject({ n: ROWS })
    const child = childOf(study)
    expect(new Set(reader.read(count?.id ?? '', child).values)).toEqual(new Set([1]))

    const choice = await column('Field', { kind: 'category', choices: ['code', 'prose'] })
    expect(infoOf(choice.metric).map(({ shape }) => shape)).toEqual(['category'])
    const size = await column('Size', { kind: 'number', min: 0, max: null })
    expect(infoOf(size.metric).map(({ shape, range }) => [shape, range])).toEqual([
      ['scalar', null],
    ])
    const text = await column('Remark', { kind: 'text' })
    const id = infoOf(text.metric)[0]?.id ?? ''
    expect(columnReader(db, studyId).dictionary(id)?.values.length).toBeGreaterThan(2)
    // Another kind of answer to the same text is another column.
    expect(new Set([tags, choice, size, text].map((run) => run.metric)).size).toBe(4)
    const trend = { figureId: 'category-shares', options: { column: values?.id ?? '' } }
    const drawn = await getStudyFigure(db, studyId, { ...trend, filter: rowFilterSchema.parse({}) })
    expect(drawn.cards).toMatchObject([{ runId: tags.id }])
  })

  it('have tags that are grouped over the study, and counted as a set', async () => {
    const { db, studyId } = study
    const nothing = () => compute('tag_groups', {})
    await expect(nothing()).rejects.toThrow(/no column of tags/)
    const tags = await column('Aims', { kind: 'tags', most: 5 })
    const read = (metric: string) => {
      const [values, count] = infoOf(metric)
      const reader = columnReader(db, studyId)
      const child = childOf(study)
      const dictionary = reader.dictionary(values?.id ?? '')
      return {
        words: dictionary?.words().names ?? [],
        rows: Array.from(reader.read(values?.id ?? '', child).values, (no) =>
          dictionary?.valueOf(no),
        ),
        counts: [...reader.read(count?.id ?? '', child).values],
      }
    }
    const own = read(tags.metric)
    // Everything is near enough for -1, nothing but itself for 1.
    const all = await compute('tag_groups', { threshold: -1 })
    expect(all.definition.params).toMatchObject({ tags: `${tags.metric}.value@${tags.id}` })
    expect(read(all.metric).words).toHaveLength(1)
    const none = await compute('tag_groups', { threshold: 1 })
    expect(none.metric).not.toBe(all.metric)
    expect(read(none.metric)).toEqual(own)
    expect(own.counts).toEqual(Array.from({ length: ROWS }, () => 1))

    const set = await compute('distinct_tags', { tags: `${tags.metric}.value` })
    const [measured] = listSetRuns(db, studyId, [set.id])
    const cell = measured?.cells.find(({ cellId }) => cellId === study.childCell)
    expect(cell?.record?.values['distinct']).toMatchObject({ whole: own.words.length })
    expect(cell?.record?.values['perRow']).toMatchObject({ whole: 1 })
    await expect(compute('distinct_tags', { tags: 'loss.ifd' })).rejects.toThrow(
      /no column of tags "loss/,
    )
  })

  it('have a reason where a reply holds no list, or the column no room for more tags', async () => {
    const { db, studyId } = study
    const params = question('Aims', ask, { kind: 'tags', most: 5 })
    const prose = await compute('prompt_column', { ...params, constrained: 'never' })
    expect(getRunRow(db, prose.id).record.reasons).toMatchObject({ unparsed: ROWS })
    const { limit } = KINDS.tags
    const remedy = { words: '', values: '' }
    const full = new ValueNumbers(db, studyId, { name: '', metricId: prose.metric, limit, remedy })
    await full.add(Array.from({ length: limit }, (_, n) => JSON.stringify([`tag ${n}`])))
    const run = await compute('prompt_column', { ...params, temperature: 1 })
    expect(getRunRow(db, run.id).record.reasons).toMatchObject({ error: ROWS })
    expect(run.metric).toBe(prose.metric)
  })
})

describe('judging pairs', () => {
  // The stand-in judges the quoted task as very easy, which is the first of three words: it always prefers what stands first.
  const PREFERS_SHORT = 'Which is better?\n\nTask:\n{first}\n\nAnother one: {second}'
  const ALWAYS_FIRST = 'Which is better? Given this task:\n"a"\n\n{first} or {second}'

  it('asks both orders, so a judge that always prefers the first finds ties and is seen as biased', async () => {
    const run = await compute('pair_instructions', { against: 'seeds', promptText: ALWAYS_FIRST })
    expect(run.total).toBe(ROWS)
    const summary = await pairSummary(study.db, run.id)
    expect(summary).toMatchObject({
      judged: ROWS,
      win: 0,
      tie: ROWS,
      lose: 0,
      rate: 0.5,
      p: null,
      disagree: { k: ROWS, n: ROWS },
      first: { k: 2 * ROWS, n: 2 * ROWS },
      reasons: {},
    })
    expect(summary?.first.p).toBeLessThan(1e-9)
    const sentences = pairSentences(summary as PairSummary).join(' ')
    expect(sentences).toContain('prefers one place more often than chance explains')
    expect(sentences).toContain('Sign test: no seed is decided.')
  })

  it('gives verdicts to the win bars, and to the agreement with people who judged the same pairs', async () => {
    const { db, studyId } = study
    const run = await compute('pair_instructions', { against: 'seeds', promptText: PREFERS_SHORT })
    const summary = (await pairSummary(db, run.id)) as PairSummary
    const { win, tie, lose, judged, seeds } = summary
    // Seeds are shorter than what was made of them.
    expect([win, lose > 0, tie > 0]).toEqual([0, true, true])
    expect([win + tie + lose, seeds.win + seeds.tie + seeds.lose]).toEqual([judged, ROWS])
    const filter = rowFilterSchema.parse({})
    const request = { figureId: 'win-tie-lose', options: {}, filter }
    const drawn = await getStudyFigure(db, studyId, request)
    const label = 'Small, round 1, against Seeds'
    expect(drawn.prepared).toMatchObject({ panels: [{ bars: [{ label, win, tie, lose }] }] })

    // The same judge model and prompt against something else stands beside it; another prompt does not.
    await compute('pair_instructions', { against: 'previous', promptText: PREFERS_SHORT })
    await compute('pair_instructions', { against: 'seeds', promptText: ALWAYS_FIRST })
    const more = await getStudyFigure(db, studyId, request)
    expect(more.prepared).toMatchObject({ panels: [{ bars: [{ lose }, { lose }] }] })
    expect(more.prepared.conflicts).toHaveLength(1)

    const sides = { a: { arm: SEEDS_KEY, round: 0 }, b: { arm: 'small', round: 1 } }
    const plan = blindPlanSchema.parse({
      ...sides,
      question: 'Which is harder?',
      size: ROWS,
      seed: 1,
    })
    const session = await startSession(db, studyId, { person: 'AB', plan }, (given) =>
      drawBlindPairs(db, studyId, given),
    )
    for (let no = 0; no < session.pairs; no += 1)
      giveVerdict(db, studyId, session.id, { no, verdict: 'tie', ms: 1 })
    endSession(db, studyId, session.id)
    const { agreement: others } = await blindResult(db, studyId, session.id)
    const judge = others.find(({ id }) => id === run.id)
    expect(judge?.n).toBe(session.pairs)
    // The person called each a tie; the seeds are side A, so a win of the evolved row stands under B.
    const place = { cellId: study.childCell, round: 1 }
    expect(judge?.table[1]).toEqual([win, tie, lose])
    expect(summary.parts).toMatchObject([{ ...place, against: 'Seeds', win, tie, lose }])
  })

  it('compares two sets of responses to the same rows, never a set with itself', async () => {
    const { db, studyId } = study
    const { no } = childOf(study)
    const [set] = db
      .insert(responseSets)
      .values({ id: 'other', cellNo: no, kind: 'generated', label: 'Other', createdAt: 2 })
      .returning()
      .all()
    const texts = Array.from({ length: ROWS }, (_, idx) => ({
      setNo: set?.no ?? 0,
      idx,
      status: 1,
    }))
    db.insert(responses)
      .values(texts.map((one) => ({ ...one, text: `Another answer, ${one.idx}` })))
      .run()
    // The newest set is the one that stands; it is compared with the one that came with the file.
    const [first] = db.select().from(responseSets).where(eq(responseSets.cellNo, no)).all()
    const before = { against: 'responses', set: first?.label }
    const run = await compute('pair_responses', before)
    const summary = (await pairSummary(db, run.id)) as PairSummary
    expect(summary.parts).toMatchObject([
      { cellId: study.childCell, against: `responses "${first?.label}"` },
    ])
    // Two rows of the file have no response.
    expect([summary.judged, summary.reasons]).toEqual([
      ROWS - 2,
      // Seeds have one set only, which is not compared with itself.
      { no_response: 2, no_partner: ROWS },
    ])
    const { notes } = getRunRow(db, run.id).record
    expect(notes[study.childCell]).toEqual({
      comparedWith: study.childCell,
      comparedSet: first?.id,
    })
    const card = listColumns(db, studyId).find(({ id }) => id === 'pair_responses.verdict')
    expect(card?.levels).toEqual(['lose', 'tie', 'win'])
  })

  it('has reasons: nothing to compare with, another instruction, replies without a verdict', async () => {
    const reasonsOf = async (metric: string, params: object) => {
      const run = await compute(metric, params as Record<string, unknown>)
      return getRunRow(study.db, run.id).record.reasons
    }
    expect(await reasonsOf('pair_instructions', { against: 'arm', arm: 'nobody' })).toEqual({
      no_partner: ROWS,
    })
    await expect(compute('pair_responses', {})).rejects.toThrow(/name the other evolver/)
    const other = await reasonsOf('pair_responses', { against: 'seeds' })
    expect(other).toEqual({ no_response: 2, not_applicable: ROWS - 2 })
    const prose = { against: 'seeds', constrained: 'never' }
    expect(await reasonsOf('pair_instructions', prose)).toEqual({ unparsed: ROWS })
  })
})

describe('rewards', () => {
  it('are a column with a mean that the dots draw, asked again from the cache', async () => {
    const { db, studyId } = study
    const run = await compute('reward', { operator: 'deepen' })
    const { record } = getRunRow(db, run.id)
    expect([run.total, record.reasons]).toEqual([ROWS, { ok: ROWS }])
    expect(record.requests).toBeGreaterThanOrEqual(ROWS)
    const other = await compute('reward', { operator: 'deepen', form: 'reference' })
    expect(other.definitionHash).not.toBe(run.definitionHash)
    const filter = rowFilterSchema.parse({})
    const request = { figureId: 'reward-dots', options: { column: 'reward.reward' }, filter }
    const drawn = await getStudyFigure(db, studyId, request)
    expect(drawn.prepared).toMatchObject({ measure: 'reward', points: [{ n: ROWS, round: 1 }] })
    expect(drawn.cards).toMatchObject([{ runId: run.id }])
  })
})
