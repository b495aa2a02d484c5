import fs from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundleStudies, HASH, SCORE } from '@/lib/testing/bundle-studies'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../../alignments'
import { getStudyDetail } from '../../studies/detail'

const { at, fillStudy, exported, preview, restore, lineageOf, valuesOf, restoredColumn } =
  bundleStudies()

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8')

describe('an export of a study', () => {
  const shapes: [string, Record<string, boolean | string>, string][] = [
    ['bundle of Alpaca rows', {}, 'llama-factory'],
    ['bundle with folded inputs', { foldInput: true }, 'llama-factory'],
    ['Hugging Face folder', { rowsPerFile: '10' }, 'hugging-face'],
  ]
  it.each(shapes)(
    'a %s gives back places, parents, operators and values',
    async (_name, options, format) => {
      if (format === 'hugging-face') {
        await at.from.close()
        at.from = await testStudy()
        await fillStudy({})
      }
      await restore(await exported({}, options, format))
      const [before, after] = [lineageOf(at.from), lineageOf(at.to)]
      expect(before).toHaveLength(24)
      // Seeds keep their order in the export, which was written backwards.
      const sorted = (rows: unknown[]) => rows.map((row) => ({ ...(row as object), slot: null }))
      expect(sorted(after)).toEqual(sorted(before))
      expect(valuesOf(at.to, restoredColumn())).toEqual(valuesOf(at.from, SCORE))
      const slots = new Map(
        (after as { instruction: string; slot: number }[]).map((row) => [
          row.instruction,
          row.slot,
        ]),
      )
      for (const k of [0, 1, 2, 3, 4, 5])
        expect(
          new Set(['seed', 's1', 'l1', 's2'].map((name) => slots.get(`${name} ${k}`))).size,
        ).toBe(1)
    },
  )

  it('as a bundle of chats gives back parents and operators, with the input in the message', async () => {
    await restore(await exported({}, { shape: 'sharegpt' }))
    const rows = (study: TestStudy) =>
      (lineageOf(study) as { instruction: string; parent: string | null }[]).map((row) => ({
        ...row,
        instruction: row.instruction.split('\n')[0],
        parent: row.parent?.split('\n')[0] ?? null,
        input: null,
        response: null,
        slot: null,
      }))
    expect(rows(at.to)).toEqual(rows(at.from))
  })

  it('as a Hugging Face folder is refused where a file was changed, and read as rows alone without its recipe or where columns of the rows are in the way', async () => {
    const files = await exported({}, {}, 'hugging-face')
    const [name = ''] = Object.keys(files).filter((one) => one.endsWith('.parquet'))
    const other = (await exported({ arms: ['small'] }, {}, 'hugging-face'))[name]
    await expect(preview({ ...files, [name]: other ?? new Uint8Array() })).rejects.toThrow(
      /SHA-256 is not the one/,
    )
    const { 'recipe.yaml': _recipe, ...alone } = files
    const { previews } = await preview(alone)
    expect(previews.map(({ rowCount }) => rowCount)).toEqual([24])
    const taken = await preview(files)
    expect(taken.previews.map(({ rowCount }) => rowCount)).toEqual([24])
    expect(taken.notes.join(' ')).toMatch(/some rows have a column "slot" of their own/)
  })

  it('says in the preview what it will bring, and on the card of the values how they were made', async () => {
    const { previews, notes } = await preview(await exported())
    expect(notes).toEqual([])
    expect(
      previews.map(({ plan }) => [plan.armKey, plan.armLabel, plan.round, plan.align]),
    ).toEqual(
      expect.arrayContaining([
        [null, null, 0, 'none'],
        ['small', 'Small', 2, 'lineage'],
      ]),
    )
    const told = previews.find(({ plan }) => plan.round === 2)?.warnings.join(' ')
    expect(told).toMatch(/6 rows, 6 with the parent and 6 with the operator that were recorded/)
    expect(told).toMatch(/columns marked as imported, with the definitions that its recipe states/)
    await restore(await exported())
    const runs = getStudyDetail(at.to.db, at.to.studyId).runs
    expect(runs).toHaveLength(1)
    expect(runs[0]?.definition.params).toMatchObject({ kind: 'number', definition: HASH })
    expect(runs[0]?.record).toMatchObject({
      backendLabel: 'imported',
      notes: { stated: { column: SCORE, run: { definition_hash: HASH } } },
    })
    expect(String(runs[0]?.record.notes['definition'])).toMatch(/not computed here/)
  })

  it('without the seeds meets by their numbers, and by their rows once the seeds come', async () => {
    await restore(await exported({ arms: ['small', 'large'] }))
    const slots = () =>
      (lineageOf(at.to) as { instruction: string; slot: number; parent: string }[]).map(
        ({ instruction, slot }) => `${instruction}: ${slot}`,
      )
    expect(slots()).toContain('s1 4: 4')
    expect(slots()).toContain('l1 4: 4')
    expect(slots()).toContain('s2 4: 4')
    await importRows(at.to, 'seeds.json', alpacaRows(6, 'seed'), {
      seedSetKey: 'general',
      armKey: null,
      round: 0,
    })
    realignStudy(at.to.db, at.to.studyId)
    expect(lineageOf(at.to)).toEqual(lineageOf(at.from))
  })

  it('keeps what the rows had of their own beside what is recorded', async () => {
    await restore(await exported())
    const stored = at.to.db.$client
      .prepare(`select extra from rows where instruction = 's2 0'`)
      .get() as { extra: string }
    expect(JSON.parse(stored.extra)).toMatchObject({
      note: { at: 1.5 },
      slot: 'mine',
      evolens: { slot: 0, evolver: 'small', round: 2 },
    })
  })

  const changed: [string, RegExp, (files: Record<string, string>) => Record<string, string>][] = [
    [
      'a row was taken out of its data',
      /SHA-256 is not the one/,
      (files) => ({
        'set.json': JSON.stringify((JSON.parse(files['set.json'] ?? '') as unknown[]).slice(1)),
      }),
    ],
    [
      'a value was changed',
      /SHA-256 is not the one/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '').replace(':90,', ':91,'),
      }),
    ],
    [
      'a line is missing and no sum is stated',
      /ends before row 24/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '')
          .trimEnd()
          .split('\n')
          .slice(0, -1)
          .join('\n'),
        'recipe.yaml': '',
      }),
    ],
    [
      'its lines are in another order',
      /Row 1 is of another instruction/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '')
          .trimEnd()
          .split('\n')
          .toReversed()
          .join('\n'),
        'recipe.yaml': '',
      }),
    ],
    [
      'a definition was changed',
      /does not have the hash beside it/,
      (files) => ({
        'recipe.yaml': (files['recipe.yaml'] ?? '').replace('metricVersion: 1', 'metricVersion: 2'),
      }),
    ],
    [
      'the recipe counts other rows',
      /recipe\.yaml states 5/,
      (files) => ({
        'recipe.yaml': (files['recipe.yaml'] ?? '').replace(
          /rows_exported: \d/,
          'rows_exported: 5',
        ),
      }),
    ],
    [
      'a status contradicts its value',
      /a value stands beside the status refused/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '').replace(
          ':90,"difficulty_score.score_status":"ok"',
          ':90,"difficulty_score.score_status":"refused"',
        ),
        'recipe.yaml': '',
      }),
    ],
  ]
  it.each(changed)(
    'is refused with the reason where %s, and leaves nothing behind',
    async (_name, reason, change) => {
      const files = await exported()
      const texts = Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [name, text(bytes)]),
      )
      const edits = Object.entries(change(texts))
      for (const [name, content] of edits) {
        if (content === '') delete files[name]
        else files[name] = Buffer.from(content)
        expect(content).not.toBe(texts[name])
      }
      await expect(preview(files)).rejects.toThrow(reason)
      // The archive itself stays, to be looked at again.
      expect(await fs.readdir(at.to.config.uploadsDir)).toHaveLength(1)
    },
  )

  it('states the SHA-256 of its files', async () => {
    const { bundle } = parse(text((await exported())['recipe.yaml'])) as {
      bundle: { files: Record<string, string> }
    }
    expect(Object.keys(bundle.files)).toEqual(['set.json', 'set.meta.jsonl'])
  })
})
