import { afterEach, describe, expect, it } from 'vitest'
import { testStudy, type TestStudy } from '../testing'
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
