import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import { downloadExportEndpoint } from '@/lib/api/export'
import { figureEndpoint } from '@/lib/api/figures'
import {
  forgetMappingEndpoint,
  previewImportEndpoint,
  rememberedMappingsEndpoint,
  startImportEndpoint,
  uploadEndpoint,
} from '@/lib/api/imports'
import { exportRequestSchema } from '@/lib/contracts/export'
import { histogramEndpoint, listRowsEndpoint, rowDetailEndpoint } from '@/lib/api/rows'
import { studyEndpoint } from '@/lib/api/studies'
import { importFile } from '@/lib/services/imports/file'
import { rememberMapping } from '@/lib/services/imports/remembered'
import { alpacaRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { closeWire, openWire } from '@/lib/testing/route-fetch'

let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
  openWire(study)
})
afterEach(async () => {
  closeWire()
  await study.close()
})

async function upload(name: string, text: string) {
  const url = endpointUrl(uploadEndpoint, { query: { name } })
  const response = await fetch(url, { method: 'POST', body: text })
  return uploadEndpoint.reply.parse(await response.json())
}

describe('files over the wire', () => {
  it('are uploaded, previewed and imported under the plan of the preview', async () => {
    const params = { studyId: study.studyId }
    const name = 'code_small_round_1.json'
    const { uploadId, fileName } = await upload(name, JSON.stringify(alpacaRows(30, 'code')))
    expect(fileName).toBe(name)
    const { previews, notes, matrix } = await call(previewImportEndpoint, {
      params,
      body: { uploads: [{ uploadId }], siblings: ['code_small_round_2.json'] },
    })
    expect(notes).toEqual([])
    expect(previews[0]?.rows[0]).toMatchObject({
      instruction: 'code 0',
      output: 'answer 0 to code',
    })
    expect(matrix).toMatchObject({
      seedSets: [{ key: 'code' }],
      columns: [{ armKey: null }, { armKey: 'small', round: 1 }],
      problems: [{ uploadId, kind: 'no_parent', isBlocking: false }],
    })
    const plans = previews.map(({ plan }) => plan)
    const { jobs } = await call(startImportEndpoint, { params, body: { plans } })
    expect(jobs).toMatchObject([{ kind: 'import', title: `Import ${name}` }])
  })

  it('are read under the mapping used last for their shape, until it is forgotten', async () => {
    const params = { studyId: study.studyId }
    const text = JSON.stringify([{ instruction: 'Say a.', output: 'A.', hint: 'Say b.' }])
    const { uploadId } = await upload('code.json', text)
    const looked = async (remembered?: boolean) => {
      const body = { uploadIds: [uploadId], ...(remembered === undefined ? {} : { remembered }) }
      const { previews } = await call(previewImportEndpoint, { params, body })
      return previews[0]!.plan
    }
    const plan = await looked()
    const mapping = { ...plan.mapping, instruction: 'hint' }
    rememberMapping(study.db, study.studyId, { ...plan, mapping })
    expect((await looked()).mapping.instruction).toBe('hint')
    expect((await looked(false)).mapping.instruction).toBe('instruction')
    expect(await call(rememberedMappingsEndpoint, {})).toMatchObject([{ shape: plan.shape }])
    await call(forgetMappingEndpoint, { params: { shape: plan.shape as string } })
    expect((await looked()).mapping.instruction).toBe('instruction')
  })

  it('have columns that are chosen in the preview, and filter, sort, draw and export by them', async () => {
    const params = { studyId: study.studyId }
    const rows = ['web', 'books', 'web', ''].map((source, k) => ({
      instruction: `ask ${k}`,
      output: 'so',
      source,
      topics: [`t${k % 2}`, 'all'],
    }))
    const { uploadId } = await upload('code.json', JSON.stringify(rows))
    const columns = [
      { column: 'source', kind: 'category' },
      { column: 'topics', kind: 'tags' },
    ]
    const preview = await call(previewImportEndpoint, {
      params,
      body: { uploads: [{ uploadId, columns }] },
    })
    const [{ plan, further }] = preview.previews as [(typeof preview.previews)[0]]
    expect(further).toMatchObject([
      { column: 'source', samples: ['web', 'books'], distinct: 2, rows: 3 },
      { column: 'topics', kind: 'tags', distinct: 2, rows: 4 },
    ])
    await importFile(study, study.studyId, plan)
    const detail = await call(studyEndpoint, { params })
    const [source, topics] = ['source', 'topics'].map(
      (label) => detail.columns.find((column) => column.label === label)?.id as string,
    ) as [string, string]
    const values = [{ column: topics, match: 'any' as const, values: ['t0'] }]
    const state = { filter: { values }, sort: { column: source }, columns: [source, topics] }
    const page = await call(listRowsEndpoint, { params, query: { state } })
    expect(
      page.rows.map(({ instruction, values: of }) => [instruction, of[source]?.value]),
    ).toEqual([
      ['ask 0', 'web'],
      ['ask 2', 'web'],
    ])
    const { cellId } = page.rows[0] as { cellId: string }
    const at = { ...params, cellId, idx: 3 }
    const { row } = await call(rowDetailEndpoint, { params: at, query: { state: {} } })
    expect(row.values[source]).toEqual({ value: null, status: 'not_in_file' })
    expect(row.values[topics]).toEqual({ value: ['t1', 'all'], status: 'ok' })
    const counted = await call(histogramEndpoint, { params, query: { column: source, state: {} } })
    expect(counted).toMatchObject({ n: 3, missing: { not_in_file: 1 } })
    const drawn = await call(figureEndpoint, {
      params: { ...params, figureId: 'category-shares' },
      query: { options: { column: topics }, filter: {} },
    })
    expect(drawn.table.rows.map(({ level, percent }) => [level, percent])).toEqual([
      ['all', 100],
      ['t0', 50],
      ['t1', 50],
      ['no value', 0],
    ])
    const wanted = { ...params, state, format: 'csv', name: 'x', metrics: true }
    const query = { request: exportRequestSchema.parse(wanted) }
    const response = await fetch(endpointUrl(downloadExportEndpoint, { params, query }))
    const csv = await response.text()
    expect(csv).toContain('"web","ok","[""t0"",""all""]","ok"')
    expect(csv.trim().split('\n')).toHaveLength(3)
  })

  it.each([
    ['broken.json', '[{"instruction": "a", "output": '],
    ['empty.jsonl', '\n\n'],
    ['unknown.csv', 'x,y\n1,2\n'],
    ['.json', JSON.stringify(alpacaRows(2, ''))],
    ['__proto__.json', JSON.stringify(alpacaRows(2, 'p'))],
    ['constructor.json', JSON.stringify(alpacaRows(2, 'c'))],
    ['code_constructor_round_1.json', JSON.stringify(alpacaRows(2, 'c'))],
    ['code_small_round_5000.json', JSON.stringify(alpacaRows(2, 'r'))],
    [`${'long'.repeat(60)}.json`, JSON.stringify(alpacaRows(2, 'l'))],
    [`code_${'long'.repeat(60)}_round_1.json`, JSON.stringify(alpacaRows(2, 'a'))],
  ])(
    'have a preview that fits its description where the file or its name is odd: %s',
    async (name, text) => {
      const { uploadId } = await upload(name, text)
      const { previews } = await call(previewImportEndpoint, {
        params: { studyId: study.studyId },
        body: { uploads: [{ uploadId, relativePath: name }] },
      })
      expect(previews).toHaveLength(1)
    },
  )
})
