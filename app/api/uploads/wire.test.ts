import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import { previewImportEndpoint, startImportEndpoint, uploadEndpoint } from '@/lib/api/imports'
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
    const { previews, notes } = await call(previewImportEndpoint, {
      params,
      body: { uploads: [{ uploadId }], siblings: ['code_small_round_2.json'] },
    })
    expect(notes).toEqual([])
    expect(previews[0]?.rows[0]).toMatchObject({
      instruction: 'code 0',
      output: 'answer 0 to code',
    })
    const plans = previews.map(({ plan }) => plan)
    const { jobs } = await call(startImportEndpoint, { params, body: { plans } })
    expect(jobs).toMatchObject([{ kind: 'import', title: `Import ${name}` }])
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
