import { afterEach, describe, expect, it } from 'vitest'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { loadRows } from './load-rows'

let study: TestStudy | undefined
afterEach(() => {
  study?.close()
  study = undefined
})

const CHAT = JSON.stringify([
  { role: 'user', content: 'first question' },
  { role: 'assistant', content: 'first answer' },
  { role: 'user', content: 'second question' },
  { role: 'assistant', content: 'second answer' },
])

/** A study whose first seed row is a chat, as the import stores it. */
function chatStudy() {
  study = testStudy(3)
  const { db } = study
  db.$client
    .prepare(
      "update rows set instruction = 'first question', messages = ? where cell_no = 1 and idx = 0",
    )
    .run(CHAT)
  db.$client
    .prepare("update responses set text = 'second answer' where set_no = 1 and idx = 0")
    .run()
  return db
}

const source = (responseSetNo: number | null) => ({
  cellNo: 1,
  responseSetNo,
  alignmentNo: null,
  parent: false,
})

describe('the rows of a chat', () => {
  it('give the last pair to a metric that reads responses', () => {
    const [row] = loadRows(chatStudy(), source(1), [0])
    expect(row).toMatchObject({ instruction: 'second question', response: 'second answer' })
  })

  it('give the first user message to any other', () => {
    const [row] = loadRows(chatStudy(), source(null), [0])
    expect(row).toMatchObject({ instruction: 'first question', response: null })
  })

  it('give the instruction itself beside a generated response, which answers it', () => {
    const db = chatStudy()
    db.$client.prepare("update response_sets set kind = 'generated' where no = 1").run()
    const [row] = loadRows(db, source(1), [0])
    expect(row).toMatchObject({ instruction: 'first question', response: 'second answer' })
  })

  it('leave other rows as they are', () => {
    const rows = loadRows(chatStudy(), source(1), [1, 2])
    expect(rows.map(({ index }) => index)).toEqual([1, 2])
    expect(rows[0]?.response).toContain('is answered here')
  })
})

describe('the prompts that a cell was evolved with', () => {
  it('reach a metric that reads parents, by id, and no other', () => {
    study = testStudy(2)
    const { db } = study
    const prompts = [{ id: 'evolve-deepen', version: 'own', hash: 'abc' }]
    db.$client
      .prepare("update cells set source = json_set(source, '$.definition', json(?)) where no = 2")
      .run(JSON.stringify({ prompts }))
    const evolved = { cellNo: 2, responseSetNo: null, alignmentNo: 1 }
    const read = (parent: boolean) => loadRows(db, { ...evolved, parent }, [0, 1])
    expect(read(true).map((row) => row.promptHashes)).toEqual([
      { 'evolve-deepen': 'abc' },
      { 'evolve-deepen': 'abc' },
    ])
    expect(read(false).map((row) => row.promptHashes)).toEqual([undefined, undefined])
    expect(loadRows(db, { ...source(null), parent: true }, [0])[0]?.promptHashes).toBeUndefined()
  })
})

describe('the seed of a row', () => {
  it('is the row of the seeds at its slot, for metrics that ask for it', () => {
    study = testStudy(3)
    const { db } = study
    const evolved = { cellNo: 2, responseSetNo: null, alignmentNo: 1, parent: true }
    const seeds = () => loadRows(db, { ...evolved, seed: true }, [0, 1]).map((row) => row.seed)
    const [first, second] = loadRows(db, source(null), [0, 2])
    db.$client.prepare('update rows set slot = 2 where cell_no = 2 and idx = 1').run()
    expect(seeds().map((seed) => seed?.instruction)).toEqual([
      first?.instruction,
      second?.instruction,
    ])
    expect(loadRows(db, evolved, [0])[0]).not.toHaveProperty('seed')
    db.$client.prepare('update rows set slot = null where cell_no = 2 and idx = 1').run()
    expect(seeds()[1]).toBeNull()
    db.$client.prepare('update cells set superseded_at = 1 where no = 1').run()
    expect(seeds()).toEqual([null, null])
  })
})

describe('why the evolver stopped', () => {
  it.each([
    ['{"finish_reason":"length"}', 'length'],
    ['{"note":1,"finishReason":"stop"}', 'stop'],
    ['{"stop_reason":"max_tokens"}', 'max_tokens'],
    ['{"finish_reason":null,"id":7}', null],
    [null, null],
  ])('is read from the own fields of a row: %s is %s', (extra, reason) => {
    study = testStudy(1)
    const { db } = study
    db.$client.prepare('update rows set extra = ? where cell_no = 1 and idx = 0').run(extra)
    expect(loadRows(db, { ...source(null), finishReason: true }, [0])[0]?.finishReason).toBe(reason)
    expect(loadRows(db, source(null), [0])[0]).not.toHaveProperty('finishReason')
  })
})
