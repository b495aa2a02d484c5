import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from './safetensors'

const folder = mkdtempSync(path.join(tmpdir(), 'evolens-weights-'))
const good = { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] }

function written(header: unknown, values: number[], length?: number): string {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(length ?? text.length))
  const file = path.join(folder, `${Math.random()}.safetensors`)
  writeFileSync(file, Buffer.concat([prefix, text, Buffer.from(Float32Array.from(values).buffer)]))
  return file
}

describe('a file of weights', () => {
  it('gives tensors by name and shape', async () => {
    const two = { ...good, shape: [1, 2], data_offsets: [16, 24] }
    const file = written({ __metadata__: { format: 'pt' }, one: good, two }, [1, 2, 3, 4, 5, 6])
    const weights = await readSafetensors(file)
    expect(Array.from(weights.read('one', [2, 2]))).toEqual([1, 2, 3, 4])
    expect(Array.from(weights.read('two', [1, 2]))).toEqual([5, 6])
  })

  it.each([
    ['another name', { other: good }, [1, 2, 3, 4], 'there is no tensor one'],
    ['another shape', { one: { ...good, shape: [4, 1] } }, [1, 2, 3, 4], 'F32 [4,1]'],
    ['another type', { one: { ...good, dtype: 'BF16' } }, [1, 2, 3, 4], 'BF16'],
    ['another size', { one: { ...good, data_offsets: [0, 8] } }, [1, 2, 3, 4], 'instead of'],
    ['too few values', { one: good }, [1, 2, 3], 'ends before one'],
    ['NaN', { one: good }, [1, 2, Number.NaN, 4], 'NaN'],
    ['infinity', { one: good }, [1, 2, Number.NEGATIVE_INFINITY, 4], 'infinity'],
    ['no shape', { one: { dtype: 'F32' } }, [1], 'there is no tensor one'],
  ])('with %s is refused', async (_, header, values, words) => {
    const weights = await readSafetensors(written(header, values))
    expect(() => weights.read('one', [2, 2])).toThrow(words)
    expect(() => weights.read('one', [2, 2])).toThrow('Fetch the model again')
  })

  it('whose header is no JSON, or longer than the file, is refused', async () => {
    await expect(readSafetensors(written('{"one":', [1]))).rejects.toMatchObject({
      code: 'data_error',
    })
    for (const length of [1e6, 2 ** 60]) {
      await expect(readSafetensors(written('{}', [1], length))).rejects.toThrow(
        'ends in its header',
      )
    }
  })
})
