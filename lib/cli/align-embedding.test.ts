import { beforeAll, describe, expect, it } from 'vitest'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'
import { importRows } from '@/lib/testing/imports'
import { addFake } from '@/lib/testing/job-study'

const { evolens, fill } = cliFolder()

const SEEDS = ['Explain tides.', 'Plan a party.', 'Compare two laws.']
const rows = (texts: readonly string[]) =>
  texts.map((instruction) => ({ instruction, input: '', output: 'x' }))

beforeAll(() =>
  fill(async (context) => {
    addFake(context.db)
    const study = { ...context, studyId: createStudy(context.db, { name: 'Trial' }).id }
    await importRows(study, 'alpaca.json', rows(SEEDS))
    await importRows(study, 'alpaca-iter1-small.json', rows(SEEDS.toReversed()), { align: 'none' })
  }),
)

describe('alignment by embedding, on the command line as processes', () => {
  it('says that a run is missing, computes it, shows what it would link, and links', async () => {
    const of = ['--study', 'Trial']
    const by = ['align', ...of, '--by', 'embedding']
    expect(await evolens(...by)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no run of "Likeness to the parent file".*parent_likeness/),
    })
    const metric = ['--metric', 'parent_likeness', '--backend', 'Fake']
    expect(await evolens('compute', ...of, ...metric, '--wait')).toMatchObject({ code: 0 })
    const shown = await evolens('--json', ...by, '--pairing', 'many', '--preview')
    expect(JSON.parse(shown.out)).toMatchObject({ missing: null, looked: 3, total: 3 })
    expect(await evolens(...by)).toMatchObject({ code: 0 })
    const now = await evolens('--json', 'align', ...of)
    expect(JSON.parse(now.out)).toMatchObject([{ by: 'embedding', aligned: 3 }])
  }, 240_000)
})
