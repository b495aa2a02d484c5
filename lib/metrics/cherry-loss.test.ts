import { describe, expect, it } from 'vitest'
import { getMeasured, parseParams } from './index'
import { exampleRow, stubScores, stubTools } from './example-tools'
import { cutPasses } from './token-loss/cut-passes'
import type { CherryParams } from './token-loss/cherry-template'
import { cherryTexts } from './token-loss/cherry-template'
import type { MetricRow } from './types'

const metric = getMeasured('cherry_loss')
const row = (instruction: string, response: string | null, input: string | null = null) =>
  exampleRow({ instruction, input, response })
const paramsOf = (params: unknown) => parseParams(metric, params) as unknown as CherryParams
const rule = (maxTokens: number) => ({ maxTokens, spare: 4, skips: true })
const list = (n: number) => Int32Array.from({ length: n }, (_, i) => i)

/** A tokenizer of characters under which every token has a loss of one nat. */
const tools = stubTools({
  tokenize: async (texts) => texts.map((text) => Int32Array.from(text, (c) => c.charCodeAt(0))),
  scoreTokens: stubScores((ids) => Array.from(ids.slice(1), () => 1)),
})
const run = async (rows: MetricRow[], params: unknown = {}) =>
  (await metric.computeBatch?.(rows, parseParams(metric, params), tools)) ?? []

describe('the texts of the cherry mode', () => {
  it('end with the header, to which the response is joined at once', () => {
    const plain = cherryTexts(row('Do it', 'yes'), paramsOf({}))
    expect(plain.before).toMatch(/### Instruction:\nDo it\n\n### Response:$/)
    expect(plain).toMatchObject({ header: '### Response:', counted: plain.before, y: 'yes' })
    const withInput = cherryTexts(row('Do it', 'yes', 'to {instruction}'), paramsOf({}))
    expect(withInput.before).toContain('### Input:\nto {instruction}\n\n### Response:')
  })

  it('of wiz are the bare text, and count the instruction alone', () => {
    const texts = cherryTexts(row('Do it', 'yes', 'now'), paramsOf({ template: 'wiz' }))
    expect(texts).toMatchObject({ before: 'Do it\nnow\n\n### Response:', counted: 'Do it' })
  })

  it('may be pasted; the hash of the card tells them apart', () => {
    const plainText = 'Task: {instruction}\n### Response:'
    const inputText = 'Task: {instruction} {input}\n### Response:'
    const own = paramsOf({ plainText, inputText })
    expect(cherryTexts(row('Do it', 'yes'), own).before).toBe('Task: Do it\n### Response:')
    const hashes = (params: CherryParams) => metric.prompts(params).map(({ hash }) => hash)
    expect(hashes(own)).not.toEqual(hashes(paramsOf({})))
  })

  it('are refused without a placeholder, or with two headers', () => {
    expect(() => paramsOf({ plainText: 'no placeholder' })).toThrow(/\{instruction\}/)
    expect(() => paramsOf({ plainText: '{instruction}\nAnswer:' })).toThrow(/same response header/)
    expect(() => paramsOf({ plainText: 'Say {instruction}' })).toThrow(/response header/)
  })
})

describe('the passes of the cherry mode', () => {
  it('are cut to their lengths: the second one has four tokens more for its header', () => {
    const tokens = { joined: list(30), before: 10, headed: list(23), header: 3, counted: 10 }
    expect(cutPasses(tokens, rule(30))).toMatchObject({ cut: 0, jointFrom: 10, directFrom: 3 })
    const cut = cutPasses(tokens, rule(25))
    // 25 - 10 + 4 = 19 tokens, 16 of them scored: 10 + 16 > 25, which the script leaves out.
    expect(cut).toBe('too_long')
    const long = cutPasses({ ...tokens, header: 5 }, rule(25))
    expect(long).toMatchObject({ cut: 5 + 4 })
    expect(typeof long === 'string' ? [] : [long.joint.length, long.direct.length]).toEqual([
      25, 19,
    ])
  })

  it('leave out what has no token of the response left', () => {
    const tokens = { joined: list(30), before: 28, headed: list(5), header: 3, counted: 28 }
    expect(cutPasses(tokens, rule(20))).toBe('too_long')
    expect(cutPasses({ ...tokens, joined: list(28) }, rule(64))).toBe('one_token_response')
  })
})

describe('a cherry run', () => {
  it('scores the first token of the response in both passes', async () => {
    const [result] = await run([row('Do it', 'yes')])
    expect(result).toMatchObject({
      status: 'ok',
      values: { cySum: 3, cyN: 3, dySum: 3, dyN: 3, cut: 0 },
    })
  })

  it('marks a row that it cut, and refuses one without room', async () => {
    const longText = 'y'.repeat(80)
    const [cut] = await run([row('Do it', longText)], { template: 'wiz', maxTokens: 64 })
    expect(cut?.status).toBe('truncated_input')
    // template(x) has 20 tokens of 64; the other pass has 64 - 5 + 4, 13 of them the header.
    expect(cut?.values).toMatchObject({ cyN: 64 - 20, dyN: 64 - 5 + 4 - 13 })
    const [none] = await run([row('x'.repeat(80), 'yes')], { maxTokens: 64 })
    expect(none?.status).toBe('too_long')
    const [silent] = await run([row('Do it', '')])
    expect(silent?.status).toBe('no_response')
  })
})
