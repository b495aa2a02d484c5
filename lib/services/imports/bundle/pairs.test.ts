import { expect, it } from 'vitest'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { bundleStudies, HASH, SCORE } from '@/lib/testing/bundle-studies'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'

const { at, exported, preview, restore, lineageOf, valuesOf, restoredColumn } = bundleStudies()

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8')

it.each(['alpaca', 'sharegpt'])(
  'as a bundle of pairs of evolved instructions (%s) gives back their rows, seeds, operators and values',
  async (shape) => {
    const pairs = { of: 'instruction', by: SCORE, better: 'higher', margin: 0 } as const
    const files = await exported({ rounds: [1] }, { shape }, 'llama-factory', pairs)
    expect(JSON.parse(text(files['set.json']))).toHaveLength(4)
    const { notes } = await preview(files)
    expect(notes).toEqual([expect.stringMatching(/rows of its pairs go back to the files/)])
    await restore(files)
    // Seeds 2 and 3 lack a value of one evolver; of a chat the input stays in the message.
    const isPaired = ({ instruction }: { instruction: string }) =>
      /^(seed|s1|l1) [0145]/.test(instruction)
    const rows = (study: TestStudy) =>
      (lineageOf(study) as { instruction: string; parent: string | null }[])
        .filter(isPaired)
        .map((row) => ({
          ...row,
          slot: null,
          instruction: row.instruction.split('\n')[0],
          parent: row.parent?.split('\n')[0] ?? null,
          ...(shape === 'sharegpt' ? { input: null } : {}),
          // A seed is the prompt of its pair, which holds no answer of it.
          ...(row.instruction.startsWith('seed') ? { response: null } : {}),
        }))
    expect(rows(at.to)).toEqual(rows(at.from))
    expect(lineageOf(at.to)).toHaveLength(12)
    const values = (study: TestStudy, column: string) =>
      (valuesOf(study, column) as { instruction: string }[])
        .filter(isPaired)
        .map((row) => ({ ...row, instruction: row.instruction.split('\n')[0] }))
    expect(values(at.to, restoredColumn())).toEqual(values(at.from, SCORE))
  },
)

it.each(['alpaca', 'sharegpt'])(
  'as a bundle of pairs of responses (%s) gives back both rows of each, with their answers',
  async (shape) => {
    await at.from.close()
    at.from = await testStudy()
    const set = { seedSetKey: 'general', seedSetLabel: 'General', align: 'index' } as const
    await importRows(at.from, 'seeds.json', alpacaRows(3, 'seed'), {
      ...set,
      armKey: null,
      round: 0,
    })
    const cells: [string, TestValue[]][] = []
    for (const [key, scores] of [
      ['small', [1, 2, 3]],
      ['large', [2, 1, 3]],
    ] as const) {
      const made = alpacaRows(3, 'same').map((row) => ({
        ...row,
        output: `${key} ${row['output']}`,
      }))
      const place = {
        ...set,
        armKey: key,
        armLabel: key,
        operators: 'one:deepen',
        round: 1,
      } as const
      const { cellId } = await importRows(at.from, `${key}.json`, made, place)
      cells.push([cellId, [...scores]])
    }
    const run = {
      studyId: at.from.studyId,
      metric: 'difficulty_score',
      output: 'score',
      hash: HASH,
    }
    addTestRun(at.from.db, run, Object.fromEntries(cells))
    const pairs = { of: 'response', by: SCORE, better: 'higher', margin: 0 } as const
    const files = await exported({}, { shape }, 'llama-factory', pairs)
    await restore(files)
    // The third seed is a tie.
    const rows = lineageOf(at.to) as Record<string, unknown>[]
    expect(
      rows.map(({ evolver, response, slot, operator }) => [evolver, response, slot, operator]),
    ).toEqual(
      [0, 1].flatMap((k) =>
        ['small', 'large'].map((key) => [key, `${key} answer ${k} to same`, k, 'deepen']),
      ),
    )
    expect(
      valuesOf(at.to, restoredColumn()).map((row) => (row as { value: number }).value),
    ).toEqual([1, 2, 2, 1])
    const { 'recipe.yaml': _recipe, ...alone } = files
    const without = await preview(alone)
    expect(without.notes.join(' ')).toMatch(/its recipe does not say of what/)
    expect(without.previews.map(({ rowCount }) => rowCount)).toEqual([2])
  },
)
