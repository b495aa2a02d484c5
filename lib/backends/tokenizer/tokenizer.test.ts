import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { bigramTokenizerFile } from '@/lib/testing/compliance/tokenizer-file'
import { bosOf } from './check'
import { CHECK_TEXT, sessionTokenizer, type TokenizerRoutes } from '.'
import { loadTokenizer } from './local'

const model = new BigramModel(true)
const routes: TokenizerRoutes = {
  tokenize: async (text, addSpecial) => Int32Array.from(model.encode(text, addSpecial)),
}
const absent: TokenizerRoutes = {
  tokenize: async () => {
    throw new AppError('capability_missing', 'no route', {
      details: { kind: 'config', reason: 'not_offered', httpStatus: 404 },
    })
  },
}

function file(content: string): string {
  const name = path.join(mkdtempSync(path.join(tmpdir(), 'evolens-')), 'tokenizer.json')
  writeFileSync(name, content)
  return name
}

describe('a local tokenizer file', () => {
  it('cuts as the model does, adds its BOS on demand, and returns the text', async () => {
    const local = await loadTokenizer(bigramTokenizerFile(true))
    expect([...local.encode(CHECK_TEXT, true)]).toEqual(model.encode(CHECK_TEXT, true))
    expect([...local.encode(CHECK_TEXT, false)]).toEqual(model.encode(CHECK_TEXT, false))
    expect(local.decode(local.encode(CHECK_TEXT, false))).toBe(CHECK_TEXT)
    expect(local.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is taken when the server makes the same of a fixed text', async () => {
    const found = await sessionTokenizer({ file: bigramTokenizerFile(true), routes })
    expect(found?.name).toMatch(/^sha256:/)
    expect(found?.bosId).toBe(1)
    const ids = Int32Array.from(model.encode('Two words,\nthree!', false))
    expect((await found?.tokenTexts?.(ids))?.join('')).toBe('Two words,\nthree!')
  })

  it('is refused when the server makes something else of it', async () => {
    const other = sessionTokenizer({ file: bigramTokenizerFile(false), routes })
    await expect(other).rejects.toThrow('not that of the server')
    const serverIds = async () => Int32Array.of(1, 2, 3)
    const hosted = sessionTokenizer({ file: bigramTokenizerFile(true), routes: absent, serverIds })
    await expect(hosted).rejects.toThrow('differ from token 1')
  })

  it.each([
    ['not there', '/no/such/tokenizer.json', 'cannot be read'],
    ['no JSON', file('{"model":'), 'not a tokenizer.json'],
    ['another JSON file', file('{"a":1}'), 'not a tokenizer.json'],
    ['an unknown kind', file('{"model":{"type":"Unheard"}}'), 'kind is not known'],
  ])('is refused when it is %s, without its content or folder', async (_, name, why) => {
    const error = await loadTokenizer(name).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'invalid_input' })
    expect((error as Error).message).toContain(why)
    expect((error as Error).message).not.toContain(path.dirname(name))
  })
})

describe('routes of a server', () => {
  it('tell the BOS, and are absent with a 404', async () => {
    expect((await sessionTokenizer({ file: null, routes }))?.bosId).toBe(1)
    expect(await sessionTokenizer({ file: null, routes: absent })).toBeNull()
    expect(await sessionTokenizer({ file: null })).toBeNull()
  })

  it('are refused when more than one BOS is added', () => {
    const plain = Int32Array.of(5, 6)
    expect(bosOf(plain, Int32Array.of(1, 5, 6))).toBe(1)
    expect(bosOf(plain, plain)).toBeNull()
    expect(() => bosOf(plain, Int32Array.of(1, 1, 5, 6))).toThrow('special tokens')
    expect(() => bosOf(plain, Int32Array.of(5, 6, 2))).toThrow('special tokens')
  })
})
