import { describe, expect, it } from 'vitest'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { chatIfd } from './chat-ifd'
import { getMeasured, parseParams } from './index'
import { exampleRow, stubTools } from './example-tools'
import { asColumns } from './token-loss/worked'
import type { DerivedMetric, MetricRow, MetricTools } from './types'

const metric = getMeasured('chat_loss')
const row = (index: number, instruction: string, response: string | null) =>
  exampleRow({ index, instruction, response })
// Two newlines are one token, as in most vocabularies.
const encode = (text: string) =>
  Array.from(text.replaceAll('\n\n', '\u2028'), (c) => c.charCodeAt(0))

interface Template {
  before: string
  after: string
  header: string
  bos?: number
}

const CHATML: Template = { before: 'U\n', after: 'E', header: 'A' }

function makeTools(template: Template, more: Partial<MetricTools> = {}) {
  const sequences: Int32Array[] = []
  const { before, after, header, bos } = template
  const tools = stubTools({
    identity: { bosId: bos ?? null },
    tokenize: async (texts) => texts.map((text) => Int32Array.from(encode(text))),
    chatIds: async (conversations, open) =>
      conversations.map(([message]) => {
        const text = `${before}${message?.content}${after}${open ? header : ''}`
        return Int32Array.from([...(bos === undefined ? [] : [bos]), ...encode(text)])
      }),
    scoreTokens: async (asked) => {
      sequences.push(...asked)
      return asked.map((ids) => Float32Array.from(ids, (id, i) => (i === 0 ? NaN : -id)))
    },
    ...more,
  })
  return { tools, sequences }
}

const run = async (rows: MetricRow[], tools: MetricTools) =>
  (await metric.computeBatch?.(rows, parseParams(metric, {}), tools)) ?? []
const code = (text: string) => text.charCodeAt(0)

function derived(rows: Awaited<ReturnType<typeof run>>, variant: string): number | string {
  const { values, status } = (chatIfd as DerivedMetric).derive(
    asColumns(rows),
    variant,
    rows.length,
  )
  const byte = status[0] as number
  return carriesValue(byte) ? (values[0] as number) : statusOf(byte).name
}

describe('losses under the chat template', () => {
  it('put the template around x, and its reply header alone in front of y', async () => {
    const { tools, sequences } = makeTools(CHATML)
    const [result] = await run([row(0, 'xz', 'yw')], tools)
    expect(sequences.map((ids) => String.fromCharCode(...ids))).toEqual(['U\nxzEAyw', 'Ayw'])
    expect(result?.values).toMatchObject({
      jx0: code('x'),
      jxSum: code('z'),
      jxN: 1,
      jy0: code('y'),
      jySum: code('w'),
      ay0: code('y'),
      aySum: code('w'),
      anchored: 1,
    })
    expect(derived(result ? [result] : [], 'instruction')).toBe((code('x') + code('z')) / 2)
    expect(derived(result ? [result] : [], 'ifd')).toBe(1)
  })

  it('count a token that merges template and text to x', async () => {
    const { tools } = makeTools(CHATML)
    const [result] = await run([row(0, '\nx', 'y')], tools)
    expect(result?.values).toMatchObject({ jx0: 0x2028, jxSum: code('x'), jxN: 1 })
  })

  it('keep the BOS once, in both passes', async () => {
    const { tools, sequences } = makeTools({ ...CHATML, bos: 1 })
    await run([row(0, 'x', 'y')], tools)
    expect(sequences.map((ids) => ids.filter((id) => id === 1).length)).toEqual([1, 1])
    expect(sequences.map((ids) => ids[0])).toEqual([1, 1])
  })

  it('leave the first token of y out of both where no header stands before it', async () => {
    const { tools } = makeTools({ before: '[', after: ']', header: '' })
    const results = await run([row(0, 'x', 'yw')], tools)
    expect(results[0]).toMatchObject({ values: { anchored: 0, jySum: code('w'), ay0: null } })
    expect(derived(results, 'conditional')).toBe(code('w'))
  })

  it('say why a row has none, and go on with the others', async () => {
    const refusing = makeTools(CHATML)
    const chatIds: MetricTools['chatIds'] = async (conversations, open) => {
      if (conversations.some(([message]) => message?.content === 'bad')) {
        throw new AppError('invalid_input', 'the template refuses this')
      }
      return (await refusing.tools.chatIds?.(conversations, open)) ?? []
    }
    const { tools } = makeTools(CHATML, { chatIds })
    const rows = [row(0, 'x', 'y'), row(1, 'bad', 'y'), row(2, 'x', null), row(3, '', 'yw')]
    const results = await run(rows, tools)
    expect(results.map(({ status }) => status)).toEqual([
      'ok',
      'error',
      'no_response',
      'empty_instruction',
    ])
    expect(results[1]?.detail).toEqual({ message: 'the template refuses this' })
    expect(derived(results.slice(3), 'ifd')).toBe(1)
  })

  it('are refused by a backend without a template, with what to choose instead', async () => {
    const { tools } = makeTools(CHATML)
    const { chatIds: _, ...without } = tools
    await expect(run([row(0, 'x', 'y')], without)).rejects.toMatchObject({
      code: 'capability_missing',
      message: expect.stringContaining('embedded engine') as string,
    })
  })
})
