import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { planTrialSchema, stageInfoSchema } from '@/lib/contracts/experiment'
import { responseSetSchema } from '@/lib/contracts/responses'
import { cliFolder } from '@/lib/testing/cli-folder'
import { addFake } from '@/lib/testing/job-study'

// Node, tsx and a worker of its own are started for each call.
const SLOW = 240_000
const SEEDS = 6
const { folder, evolens, fill } = cliFolder()

const PLAN = `name: By file
scenario: { kind: evol-instruct, rounds: 1 }
arms:
  - { key: cold, label: Cold, backend: Fake, decoding: { temperature: 0, maxTokens: 64 } }
  - { key: warm, label: Warm, backend: Fake, decoding: { maxTokens: 64 } }
responses: { backend: Fake, maxTokens: 32 }
`

it(
  'tries a plan file, starts it, goes on with a changed one, and answers its rows again',
  async () => {
    const write = (name: string, text: string) => {
      fs.writeFileSync(path.join(folder, name), text)
      return path.join(folder, name)
    }
    await fill(({ db }) => addFake(db))
    const rows = Array.from({ length: SEEDS }, (_, i) => ({ instruction: `Explain step ${i}.` }))
    const seeds = write('steps-seeds.json', JSON.stringify(rows))
    await evolens('import', '--study', 'S', '--seed-set', 'steps', '--seeds', seeds)
    const plan = write('plan.yaml', PLAN)
    const more = write('more.yaml', PLAN.replace('rounds: 1', 'rounds: 2'))

    const tried = await evolens('--json', 'evolve', plan, '--study', 'S', '--dry-run')
    expect([tried.code, tried.err]).toEqual([0, ''])
    const trial = planTrialSchema.parse(JSON.parse(tried.out))
    expect(trial).toMatchObject({ seeds: 3, allSeeds: SEEDS })
    expect(trial.stages.every(({ asked, total }) => asked === 3 && total === SEEDS)).toBe(true)

    const wrong = write('wrong.yaml', PLAN.replace('rounds: 1', 'rounds: 9'))
    const refused = await evolens('evolve', wrong, '--study', 'S')
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('scenario.rounds')

    const stagesOf = (out: string) =>
      stageInfoSchema
        .array()
        .parse(JSON.parse(out))
        .map(({ arm, stage, state, counts }) => [arm, stage, state, counts.ok])
    const done = await evolens('--json', 'evolve', plan, '--study', 'S', '--wait')
    expect([done.code, done.err]).toEqual([0, ''])
    expect(stagesOf(done.out)).toEqual([
      ['cold', 'round-1', 'done', SEEDS],
      ['warm', 'round-1', 'done', SEEDS],
      // The file brought no responses.
      ['', 'respond-seeds', 'done', SEEDS],
      ['cold', 'respond-round-1', 'done', SEEDS],
      ['warm', 'respond-round-1', 'done', SEEDS],
    ])
    const change = ['experiment', 'change', 'By file', more, '--study', 'S', '--wait']
    const changed = await evolens('--json', ...change)
    expect([changed.code, changed.err]).toEqual([0, ''])
    expect(stagesOf(changed.out)).toContainEqual(['warm', 'round-2', 'done', SEEDS])

    const asked = ['--backend', 'Fake', '--mode', 'chat', '--max-tokens', '16', '--name', 'Chats']
    const where = '{"is": "origin", "arms": ["warm"]}'
    const writing = ['responses', 'write', '--study', 'S', ...asked, '--where', where, '--wait']
    const answered = await evolens('--json', ...writing)
    expect([answered.code, answered.err]).toEqual([0, ''])
    const { sets } = z.object({ sets: responseSetSchema.array() }).parse(JSON.parse(answered.out))
    expect(sets.map(({ label, files }) => [label, files.length])).toEqual([
      ['Chats', 2],
      ['Fake, greedy', 5],
    ])
    const named = ['responses', 'change', 'Chats', '--study', 'S', '--name', 'Short', '--current']
    const chosen = await evolens('--json', ...named)
    expect(responseSetSchema.parse(JSON.parse(chosen.out))).toMatchObject({
      label: 'Short',
      files: [
        { isCurrent: true, answered: SEEDS },
        { isCurrent: true, answered: SEEDS },
      ],
    })
  },
  SLOW,
)
