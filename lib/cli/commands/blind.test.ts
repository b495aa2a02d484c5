import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cliFolder } from '@/lib/testing/cli-folder'

// Node and tsx are started for each call.
const SLOW = 240_000

const { folder, evolens } = cliFolder()
const of = ['--study', 'S']
const rows = (word: string) =>
  JSON.stringify(
    [1, 2, 3].map((n) => ({ instruction: `${word} ${n}`, input: `basket ${n}`, output: 'x' })),
  )

beforeAll(async () => {
  for (const [name, ...more] of [
    ['count', '--seeds'],
    ['reckon', '--arm', 'small', '--round', '1', '--align', 'index'],
  ]) {
    const file = path.join(folder, `${name}.json`)
    fs.writeFileSync(file, rows(name ?? ''))
    await evolens('import', ...more, '--seed-set', 'fruit', ...of, file)
  }
}, SLOW)

it(
  'starts a session that tells nothing of its sides, and writes result and judgements once it has ended',
  async () => {
    const sides = ['--a', 'small.1', '--b', 'seeds', '--size', '2']
    const started = await evolens('blind', 'start', ...of, '--person', 'AB', ...sides, '--json')
    const { id } = JSON.parse(started.out)
    const again = await evolens('blind', 'start', ...of, '--person', 'CD', '--like', id)
    expect(again.out).toMatch(/^Started +[0-9a-f-]{36}: 2 pairs for CD/)
    const listed = await evolens('blind', 'list', ...of)
    expect(listed.out).toMatch(new RegExp(`${id} +AB +Which instruction is harder\\? +2 +0 +0`))
    expect(listed.out).not.toMatch(/small|seeds/)
    const early = await evolens('blind', 'result', id, ...of)
    expect([early.code, early.out]).toEqual([2, ''])
    expect(early.err).toMatch(/session is open/)
    expect((await evolens('blind', 'end', id, ...of)).out).toMatch(/^Ended +0 of 2 pairs judged/)
    const result = await evolens('blind', 'result', id, ...of)
    expect(result.out).toMatch(/no pair was decided. The session was ended early, after 0 of 2/)
    const out = path.join(folder, 'judgements.csv')
    expect((await evolens('blind', 'export', id, ...of, '--out', out)).code).toBe(0)
    expect(fs.readFileSync(out, 'utf8')).toMatch(/^Pair,Seed set,Seed,Left,Right,Verdict,/)
    await evolens('blind', 'delete', id, ...of)
    expect((await evolens('blind', 'restore', id, ...of)).code).toBe(0)
  },
  SLOW,
)
