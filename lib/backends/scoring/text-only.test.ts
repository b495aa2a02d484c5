import { describe, expect, it } from 'vitest'
import { BigramModel } from '@/lib/testing/servers/bigram'
import type { SessionTokenizer } from '../tokenizer'
import { rememberTexts } from './text-only'

let models = 0

function tokenizerOf(bos: boolean, canDetokenize = false, name = `model ${(models += 1)}`) {
  const model = new BigramModel(bos)
  const tokenizer: SessionTokenizer = {
    name: 'server',
    bosId: bos ? 1 : null,
    tokenize: async (texts, addSpecial) =>
      texts.map((text) => Int32Array.from(model.encode(text, addSpecial))),
    ...(canDetokenize
      ? { detokenize: async (ids: Int32Array) => [...ids].map((id) => model.text(id)).join('') }
      : {}),
  }
  return { model, source: rememberTexts(tokenizer, name) }
}

const ROW = { code: 'data_error', details: { kind: 'row', reason: 'join' } }

describe('a server that takes text only', () => {
  it.each([true, false])('finds the text of what was cut before (BOS: %s)', async (bos) => {
    const { source } = tokenizerOf(bos)
    const [ids] = (await source.tokenizer.tokenize(['Two words,\nthree!'], true)) as [Int32Array]
    expect(await source.textOf(ids)).toBe('Two words,\nthree!')
  })

  it('takes the parts of a row where they make up the tokens of the whole', async () => {
    const { model, source } = tokenizerOf(true)
    await source.tokenizer.tokenize(['one\n', 'Monday', 'one\nMonday'], true)
    const joint = [1, ...model.encode('one\n', false), ...model.encode('Monday', false)]
    expect(await source.textOf(Int32Array.from(joint))).toBe('one\nMonday')
  })

  it('refuses the row whose parts are cut into other tokens than the whole', async () => {
    const { model, source } = tokenizerOf(false, true)
    const joint = Int32Array.from([...model.encode('ab', false), ...model.encode('cd', false)])
    await source.tokenizer.tokenize(['ab', 'cd', 'abcd'], false)
    await expect(source.textOf(joint)).rejects.toMatchObject(ROW)
  })

  it('scores on one replica what another one cut', async () => {
    const [one, other] = [tokenizerOf(true, false, 'pool'), tokenizerOf(true, false, 'pool')]
    const [ids] = (await one.source.tokenizer.tokenize(['one'], true)) as [Int32Array]
    expect(await other.source.textOf(ids)).toBe('one')
  })

  it('refuses ids without the BOS that the server adds', async () => {
    const { model, source } = tokenizerOf(true)
    await source.tokenizer.tokenize(['one'], true)
    await expect(source.textOf(Int32Array.from(model.encode('one', false)))).rejects.toMatchObject(
      ROW,
    )
  })

  it('asks for the text of ids that it never cut, and cuts it again to be sure', async () => {
    const { model, source } = tokenizerOf(true, true)
    const ids = Int32Array.from(model.encode('Two words,\nthree!', true))
    expect(await source.textOf(ids)).toBe('Two words,\nthree!')
    const { source: blind } = tokenizerOf(true)
    await expect(blind.textOf(ids)).rejects.toMatchObject(ROW)
  })
})
