import { expect, it } from 'vitest'
import { emptyMapping } from '@/lib/formats/types'
import { studyEach, type TestStudy } from '@/lib/testing/imports'
import { previewImport, matrixOf } from '../imports'
import { forgetMapping, rememberMapping, rememberedMappings } from './remembered'
import { saveUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

async function looked(name: string, rows: readonly unknown[], isRemembering = true) {
  async function* bytes() {
    yield Buffer.from(JSON.stringify(rows))
  }
  const { uploadId } = await saveUpload(study.config, name, bytes())
  const [preview] = await previewImport(study, study.studyId, [{ uploadId }], { isRemembering })
  return preview!
}

const rows = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, k) => ({
    instruction: `Question ${k}`,
    output: `Answer ${k}`,
    wording: `Better question ${k}`,
    ...more,
  }))
const chosen = { ...emptyMapping(), instruction: 'wording', output: 'output' }

async function used(mapping = chosen, name = 'first.json') {
  const { plan } = await looked(name, rows(3))
  rememberMapping(study.db, study.studyId, { ...plan, mapping, format: 'generic' }, 1_000)
  return plan.shape as string
}

it('the mapping used last is taken for another file of the very same shape, and the preview says where it comes from', async () => {
  await used()
  const next = await looked('next.json', rows(2))
  expect(next.plan).toMatchObject({ mapping: chosen, format: 'generic' })
  expect(next.rows[0]?.instruction).toBe('Better question 0')
  expect(next.remembered).toMatchObject({ isApplied: true, fileName: 'first.json' })
  expect(next.warnings[0]).toContain('used for first.json in the study Test on 1970-01-01')
})

it('order of keys and missing values make no other shape; another key, kind or nesting does', async () => {
  const shape = await used()
  const turned = rows(2).map(({ wording, instruction }) => ({
    wording,
    output: null,
    instruction,
  }))
  const mixed = [...rows(1), ...turned]
  expect((await looked('turned.json', mixed)).plan.shape).toBe(shape)
  for (const more of [{ source: 'web' }, { wording: 4 }, { wording: ['x'] }]) {
    const other = await looked('other.json', rows(2, more))
    expect(other.plan.shape).not.toBe(shape)
    expect(other.remembered).toBeNull()
  }
  const chats = (first: object) => [{ conversations: [first] }]
  const one = await looked('a.json', chats({ from: 'human', value: 'Hi' }))
  const two = await looked('b.json', chats({ role: 'user', content: 'Hi' }))
  expect(one.plan.shape).not.toBe(two.plan.shape)
})

it('what left a doubt, now or then, is only offered', async () => {
  const speaking = (a: string, b: string) => [
    {
      conversations: [
        { from: a, value: 'A question?' },
        { from: b, value: 'Quince.' },
      ],
    },
  ]
  const first = await looked('chat.json', speaking('Alice', 'Bob'))
  expect(first.plan.wasAsked).toBe(true)
  const roles = { Alice: 'user', Bob: 'assistant' } as const
  const mapping = { ...first.plan.mapping, tags: { role: null, content: null, roles } }
  rememberMapping(study.db, study.studyId, { ...first.plan, mapping, questions: [] })
  const same = await looked('again.json', speaking('Alice', 'Bob'))
  expect(same.remembered).toMatchObject({ isApplied: false, mapping })
  expect(same.plan.questions).not.toEqual([])
  // Nothing is asked of this one, but the mapping answered a question about another file.
  const plain = await looked('plain.json', speaking('human', 'gpt'))
  expect(plain.remembered).toMatchObject({ isApplied: false })
  expect(plain.plan.questions).toEqual([])
  expect(plain.rows[0]?.output).toBe('Quince.')
})

it('a mapping that is forgotten or not wanted is not taken', async () => {
  const shape = await used()
  expect((await looked('next.json', rows(2), false)).plan.mapping.instruction).toBe('instruction')
  expect(rememberedMappings(study.db)).toMatchObject([{ shape, studyName: 'Test' }])
  forgetMapping(study.db, shape)
  expect((await looked('next.json', rows(2))).remembered).toBeNull()
  expect(() => forgetMapping(study.db, shape)).toThrow('No mapping is remembered')
})

it('a mapping that is the detected one again is the one remembered', async () => {
  await used()
  const { plan } = await looked('back.json', rows(2), false)
  rememberMapping(study.db, study.studyId, plan)
  expect((await looked('next.json', rows(2))).plan.mapping.instruction).toBe('instruction')
})

it('of several files, one whose name says nothing is left without a place', async () => {
  const names = ['gen2/alpaca-seeds.json', 'gen2/alpaca-iter1-Llama-8B.json', 'gen2/notes.json']
  const uploads = await Promise.all(
    names.map(async (relativePath) => {
      async function* bytes() {
        yield Buffer.from(JSON.stringify(rows(2)))
      }
      const { uploadId } = await saveUpload(study.config, relativePath, bytes())
      return { uploadId, relativePath }
    }),
  )
  const previews = await previewImport(study, study.studyId, uploads)
  expect(previews.map(({ isPlaced }) => isPlaced)).toEqual([true, true, false])
  const { seedSets, columns, problems } = matrixOf(study.db, study.studyId, previews)
  expect(seedSets.map(({ key }) => key)).toEqual(['alpaca'])
  expect(columns.map(({ round }) => round)).toEqual([0, 1])
  expect(problems).toEqual([])
  const [alone] = await previewImport(study, study.studyId, [uploads[2]!])
  expect(alone?.isPlaced).toBe(true)
})
