import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyModel } from '@/lib/testing/tiny-model'
import { embeddedConfig } from './config'
import { expandModel } from './gguf/expand'
import { chooseWeights } from './weights'

// Bytes of the tiny model: what its copy in float32 takes.
const TINY_BYTES = 96_896

describe('the weights that score', () => {
  let folder: string
  let file: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'weights-'))
    file = path.join(folder, 'tiny.gguf')
    writeTinyModel(file)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const chosen = (settings: object, memory?: number) =>
    chooseWeights(embeddedConfig.parse(settings), file, memory)

  it('are float32 by the exact graph where a quarter of the memory holds them', async () => {
    expect(await chosen({}, 4 * TINY_BYTES)).toEqual({ expand: true, inexact: null })
    const small = await chosen({}, 4 * TINY_BYTES - 4)
    expect(small).toMatchObject({ expand: false, inexact: expect.stringContaining('in float32') })
    expect(await chosen({ scoringWeights: 'f32' }, 8)).toEqual({ expand: true, inexact: null })
  })

  it('are those of the file where that is asked for', async () => {
    expect(await chosen({ scoringWeights: 'file' })).toMatchObject({ expand: false })
  })

  it('are float32 by llama.cpp with the reason, on a graphics card or for another architecture', async () => {
    expect(await chosen({ gpuLayers: 3 })).toMatchObject({
      expand: true,
      inexact: expect.stringContaining('graphics card'),
    })
    const other = path.join(folder, 'other.gguf')
    writeTinyModel(other, { change: (all) => all.delete('blk.0.ffn_up.weight') })
    const found = await chooseWeights(embeddedConfig.parse({}), other)
    expect(found).toMatchObject({ expand: true, inexact: expect.stringContaining('ffn_up') })
  })

  it('of a backend that was set to bf16 are float32', () => {
    expect(embeddedConfig.parse({ scoringWeights: 'bf16' }).scoringWeights).toBe('f32')
  })

  it('that are not numbers are refused before anything is computed with them', async () => {
    const broken = path.join(folder, 'broken.gguf')
    writeTinyModel(broken, {
      change: (all) => all.get('blk.1.ffn_up.weight')?.values.fill(NaN, 100, 101),
    })
    const copy = expandModel({ file: broken, sha256: 'broken', cacheDir: folder })
    await expect(copy).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('blk.1.ffn_up.weight'),
    })
    expect(readdirSync(path.join(folder, 'expanded'))).toEqual([])
  })

  it('of a file that is no model are refused', async () => {
    const text = path.join(folder, 'text.gguf')
    writeFileSync(text, 'not a model')
    await expect(chooseWeights(embeddedConfig.parse({}), text)).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})
