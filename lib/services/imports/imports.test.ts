import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyMapping } from '@/lib/formats/types'
import { PLAIN_OPENING } from '@/lib/contracts/opening'
import { previewImport, startImport } from '../imports'
import { registerFolder } from './folder'
import { guessPlaces, slug } from './place'
import { readStoredRows } from './rows/read'
import type { ParsedBatch, ParseJob } from './rows/batches'
import { alpacaRows, importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { openUpload, saveUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

async function upload(name: string, text: string): Promise<string> {
  async function* bytes() {
    yield Buffer.from(text)
  }
  return (await saveUpload(study.config, name, bytes())).uploadId
}

async function preview(name: string, text: string, changes: object = {}) {
  const uploadId = await upload(name, text)
  const [result] = await previewImport(study, study.studyId, [{ uploadId, ...changes }])
  return result!
}

describe('preview', () => {
  it('shows 20 rows, the mapping and where the file belongs', async () => {
    const result = await preview('alpaca-iter3-large.json', JSON.stringify(alpacaRows(30, 'x')))
    expect(result.plan).toMatchObject({
      format: 'alpaca',
      seedSetKey: 'alpaca',
      armKey: 'large',
      armClass: 'large',
      scenario: 'evol-instruct',
      round: 3,
      align: 'index',
      operators: 'rotation5',
      mapping: { instruction: 'instruction', input: 'input', output: 'output' },
    })
    expect(result.rows).toHaveLength(20)
    expect(result.rows[1]).toEqual({
      index: 1,
      instruction: 'x 1',
      input: 'input 1',
      output: 'answer 1 to x',
      flags: [],
    })
    expect(result).toMatchObject({
      error: null,
      duplicateOf: null,
      keys: ['instruction', 'input', 'output'],
    })
  })

  it('follows a mapping that the user chose', async () => {
    const rows = [{ question: 'q', hint: 'h', reply: 'r' }]
    const none = { input: null, system: null, history: null, messages: null, tools: null, id: null }
    const result = await preview('mine.json', JSON.stringify(rows), {
      format: 'generic',
      mapping: { ...none, instruction: 'hint', output: 'reply' },
    })
    expect(result.rows).toMatchObject([{ instruction: 'h', output: 'r' }])
    expect(result.plan).toMatchObject({ format: 'generic', mapping: { instruction: 'hint' } })
  })

  it('says what is wrong with a broken file and where', async () => {
    const broken = await preview('alpaca.json', '[{"instruction": "a", "output": "b"}, {"instr')
    expect(broken.error).toMatchObject({ byteOffset: expect.any(Number) })
    expect(broken.error?.message).toMatch(/alpaca\.json/)
    expect(broken.error?.canSkip).toBe(false)
  })

  it('names the first broken row wherever it is, and offers to skip it', async () => {
    const rows = alpacaRows(600, 'x').map((row, i) => (i < 599 ? row : { ...row, output: 7 }))
    const { error, rows: shown, warnings } = await preview('alpaca.json', JSON.stringify(rows))
    expect(error).toMatchObject({ row: 600, canSkip: true })
    expect(error?.message).toMatch(/^alpaca\.json, row 600, byte \d+: .*Expected: a string/)
    expect(shown).toHaveLength(20)
    expect(warnings.join(' ')).not.toMatch(/row 600/)
    const syntax = await preview(
      'alpaca.json',
      '[{"instruction": "a", "output": "b"}, {"instruction": }]',
    )
    expect(syntax.error?.message).toMatch(/row 2, byte \d+/)
    expect(syntax.warnings.join(' ')).not.toMatch(/row 2/)
    const all = await preview('alpaca.json', '[{"instruction": 1}, {"instruction": 2}]')
    expect(all.error?.canSkip).toBe(false)
  })

  it('asks for the instruction where no column looks like it', async () => {
    const result = await preview('mine.json', JSON.stringify([{ alpha: 'a', beta: 'b' }]))
    expect(result.error?.message).toMatch(/instruction/)
  })

  it('recognises content that the study holds, and inputs that do not fit the parent', async () => {
    await importRows(study, 'alpaca.json', alpacaRows(5, 's'))
    const again = await preview('other-name.json', JSON.stringify(alpacaRows(5, 's')))
    expect(again.duplicateOf?.label).toBe('alpaca.json, revision 1')
    const rows = alpacaRows(5, 'e').map((row) => ({ ...row, input: 'changed' }))
    const evolved = await preview('alpaca-iter1-small.json', JSON.stringify(rows))
    expect(evolved.plan.align).toBe('none')
    expect(evolved.warnings.join(' ')).toMatch(/not aligned by number/)
  })
})

describe('start', () => {
  it('queues one job for all files', async () => {
    const plans = [
      await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(2, 's'))),
      await planFor(study, 'alpaca-iter1-small.json', JSON.stringify(alpacaRows(2, 'e'))),
    ]
    const job = await startImport(study, study.studyId, plans)
    expect(job).toMatchObject({
      kind: 'import',
      state: 'queued',
      studyId: study.studyId,
      title: 'Import 2 files',
    })
  })

  it('refuses two files for one place, none at all, and uploads that are gone', async () => {
    const plan = await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(2, 's')))
    const start = (plans: (typeof plan)[]) => startImport(study, study.studyId, plans)
    await expect(start([plan, { ...plan, fileName: 'b.json' }])).rejects.toThrow(/same place/)
    await expect(start([])).rejects.toMatchObject({ code: 'invalid_input' })
    const gone = { ...plan, uploadId: '00000000-0000-0000-0000-000000000000' }
    await expect(start([gone])).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('folders', () => {
  const write = async (name: string, value: unknown) => {
    const file = path.join(study.config.dataDir, 'folder', name)
    await fs.mkdir(path.dirname(file), { recursive: true })
    await fs.writeFile(file, JSON.stringify(value))
  }
  const read = async () => {
    const { requests, notes } = await registerFolder(
      study.config,
      path.join(study.config.dataDir, 'folder'),
    )
    return { notes, previews: await previewImport(study, study.studyId, requests) }
  }

  it('give every data file with what its path tells', async () => {
    await write('seeds/alpaca.json', alpacaRows(2, 's'))
    await write('small/alpaca-iter1-small.json', alpacaRows(2, 'e'))
    await write('readme.txt', 'no data')
    const { previews } = await read()
    expect(previews.map(({ plan }) => [plan.seedSetKey, plan.armKey, plan.round])).toEqual([
      ['alpaca', null, 0],
      ['alpaca', 'small', 1],
    ])
  })

  it('of LLaMA-Factory give the listed files with their columns', async () => {
    await write('mine.json', [{ q: 'question', a: 'answer' }])
    await write('other.json', [{ instruction: 'not listed', output: 'x' }])
    await write('dataset_info.json', {
      mine: { file_name: 'mine.json', columns: { prompt: 'q', response: 'a' } },
      far: { hf_hub_url: 'someone/something' },
    })
    const { previews, notes } = await read()
    expect(previews).toHaveLength(1)
    expect(previews[0]?.rows).toMatchObject([{ instruction: 'question', output: 'answer' }])
    expect(notes).toEqual([expect.stringMatching(/^far: Not local/)])
  })
})

describe('several files', () => {
  it('are judged together, with those that are previewed apart', async () => {
    const uploadId = await upload('teamA_gsm8k_iter1.json', JSON.stringify(alpacaRows(2, 'a')))
    const alone = await previewImport(study, study.studyId, [{ uploadId }])
    expect(alone[0]?.plan.armKey).toBe('evolver')
    const beside = await previewImport(
      study,
      study.studyId,
      [{ uploadId, relativePath: 'teamA_gsm8k_iter1.json' }],
      { siblings: ['gsm8k_seeds.json', 'teamA_gsm8k_iter1.json'] },
    )
    expect(beside[0]?.plan).toMatchObject({ seedSetKey: 'gsm8k', armKey: 'teama' })
  })
})

describe('places', () => {
  const placeOf = (path: string) => guessPlaces([path])[0]?.place

  it('keep reordered files and other scenarios apart from the plain arm', () => {
    expect(placeOf('alpaca-iter2-small-sample.json')).toMatchObject({
      armKey: 'small-sample',
      align: 'none',
    })
    expect(placeOf('gsm8k-auto-large.json')).toMatchObject({
      seedSetKey: 'gsm8k',
      armKey: 'auto-large',
      scenario: 'auto-evol',
      align: 'none',
    })
    expect(placeOf('alpaca.json')).toMatchObject({
      seedSetKey: 'alpaca',
      armKey: null,
      round: 0,
    })
    expect(placeOf('my upload.json')).toMatchObject({ seedSetKey: 'my-upload' })
  })

  it('give rounds that begin with the model one seed set and one evolver', () => {
    const names = [1, 2, 3].map((round) => `qwen2.5-7b_gsm8k_iter${round}.json`)
    expect(guessPlaces(names).map(({ place }) => place)).toMatchObject(
      [1, 2, 3].map((round) => ({ seedSetKey: 'gsm8k', armKey: 'qwen2-5-7b', round })),
    )
  })

  it('ask for the round of a published evolved set instead of taking it for seeds', () => {
    const [found] = guessPlaces(['WizardLM_evol_instruct_V2_196k.json'])
    expect(found?.place).toMatchObject({ armKey: 'evolver', round: 1 })
    expect(found?.notes.join()).toContain('tells no round')
  })

  it('keep rounds whose names tell no seed set together, in the only set of the study if there is one', () => {
    const names = ['iter1.json', 'iter2.json']
    const keys = (known: { key: string; label: string }[]) =>
      guessPlaces(names, known).map(({ place }) => [place.seedSetKey, place.seedSetLabel])
    expect(keys([])).toEqual([
      ['main', 'Main'],
      ['main', 'Main'],
    ])
    const known = [{ key: 'tasks', label: 'My tasks' }]
    expect(keys(known)).toEqual([
      ['tasks', 'My tasks'],
      ['tasks', 'My tasks'],
    ])
  })

  it('propose operators by the rotation for names of the study, and say so', () => {
    const [found] = guessPlaces(['gsm8k-iter1-small.json'])
    expect(found?.place.operators).toBe('rotation4')
    expect(found?.notes.join()).toMatch(/rotation \(four operators\).*does not record/)
    expect(placeOf('gsm8k_qwen2-7b_iter1.json')?.operators).toBe('none')
  })

  it('have keys for URLs, whatever the script of their names', () => {
    expect(slug('Été 2024 (final)', 'x')).toBe('ete-2024-final')
    expect(slug('数学', 'x')).toMatch(/^[a-z0-9-]+$/)
    expect(slug('', 'x')).toBe('x')
  })
})

describe('reading in a thread', () => {
  async function collect(text: string, threadBytes: number, changes: Partial<ParseJob> = {}) {
    const opened = await openUpload(study.config, await upload('alpaca.json', text))
    const job: ParseJob = {
      path: opened.path,
      fileName: opened.fileName,
      sizeBytes: opened.sizeBytes,
      expect: opened.expect,
      formatId: 'alpaca',
      mapping: {
        ...emptyMapping(),
        instruction: 'instruction',
        input: 'input',
        output: 'output',
      },
      opening: PLAIN_OPENING,
      skipBadRows: false,
      slotIsIndex: true,
      ...changes,
    }
    const parsing = readStoredRows(job, undefined, threadBytes)
    const batches: ParsedBatch[] = []
    let next = await parsing.next()
    for (; !next.done; next = await parsing.next()) batches.push(next.value)
    return { batches, end: next.value }
  }

  it('gives the same as in place', async () => {
    const text = JSON.stringify(alpacaRows(12_001, 'row'))
    const inThread = await collect(text, 0)
    expect(inThread.batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(12_001)
    const inPlace = await collect(text, Infinity)
    const plain = (batches: ParsedBatch[]) => batches.map(({ bytes: _bytes, ...batch }) => batch)
    expect(plain(inThread.batches)).toEqual(plain(inPlace.batches))
    expect(inThread.end).toEqual(inPlace.end)
  }, 30_000)

  it('passes on what is wrong with the file', async () => {
    const text = JSON.stringify(alpacaRows(3, 'row')).slice(0, -1)
    const error = { code: 'data_error', details: expect.objectContaining({ file: 'alpaca.json' }) }
    await expect(collect(text, 0)).rejects.toMatchObject(error)
    await expect(collect(text, Infinity)).rejects.toMatchObject(error)
  }, 30_000)
})
