import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { loadSample } from '@/lib/services/sample/load'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string
let arm: string
let seedSet: string

beforeAll(() =>
  fill(async ({ db }) => {
    study = (await loadSample(db)).studyId
    const detail = getStudyDetail(db, study)
    arm = detail.arms[0]?.key ?? ''
    seedSet = detail.seedSets[0]?.key ?? ''
  }),
)

const lineage = (...args: string[]) => evolens('lineage', '--study', study, ...args)

it(
  'lists seeds, tells the story of one, and says what is wrong',
  { timeout: 120_000 },
  async () => {
    const { code, out } = await lineage('--limit', '3')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^seedSet +seed +rows .*\n(.*\n){3}\d+ seeds/),
    ])
    const sort = ['--sort', 'instruction_words.instruction', '--arm', arm, '--round', '1', '--json']
    const words = async (...more: string[]) => {
      const { seeds } = JSON.parse((await lineage(...sort, ...more, '--limit', '100')).out) as {
        seeds: { steps: { armKey: string | null; round: number; instruction: string }[] }[]
      }
      const step = seeds[0]?.steps.find((one) => one.armKey === arm && one.round === 1)
      return (step?.instruction ?? '').split(/\s+/).length
    }
    expect(await words('--descending')).toBeGreaterThan(await words())

    const totals = async (...flags: string[]) => {
      const page = JSON.parse((await lineage(...flags, '--limit', '1', '--json')).out) as {
        total: number
      }
      return page.total
    }
    const filter = JSON.stringify({ seedSets: [seedSet] })
    const ofSet = await totals('--filter', filter)
    expect(ofSet).toBe(await totals('--seed-set', seedSet))
    expect(ofSet).toBeLessThan(await totals())

    // The sample has several seed sets, each with a seed 0.
    expect((await lineage('--seed', '0')).err).toContain('Say --seed-set')
    const one = (seed: string, ...more: string[]) =>
      lineage('--seed-set', seedSet, '--seed', seed, ...more)
    const story = await one('0')
    expect(story.out).toMatch(/^Seed 0 of .*\n\n.*, seeds, round 0, row 0\n {2}\S/)
    const file = path.join(folder, 'seed.md')
    expect((await one('0', '--markdown', '--out', file)).code).toBe(0)
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^## Seed 0 of .*\*\*.*\n- added words/s)
    expect(JSON.parse((await one('0', '--json')).out)).toMatchObject({ slot: 0 })

    expect(await one('99999')).toMatchObject({
      code: 2,
      err: expect.stringContaining('No row descends from seed 99999'),
    })
    expect(await one('x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--seed'),
    })
    expect((await lineage('--seed-set', 'nowhere')).err).toContain('It has:')
  },
)
