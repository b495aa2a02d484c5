import fs from 'node:fs'
import path from 'node:path'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { cliFolder } from '@/lib/testing/cli-folder'
import { alpacaRows } from '@/lib/testing/imports'
import { entriesOf, entryPlace, readPlanFile } from './import-plan-file'

const { folder, evolens } = cliFolder()
const bytes = (rows: readonly unknown[]) => Buffer.from(JSON.stringify(rows))

/** Three seed sets, two evolvers, three rounds: 21 files named like those of the study. */
function paperFiles(): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (const [k, set] of ['alpaca', 'gsm8k', 'code_alpaca'].entries()) {
    files[`${set}-seeds.json`] = bytes(alpacaRows(4 + k, `${set} seed`))
    for (const who of ['Llama-3.1-8B-Instruct', 'Llama-3.1-70B-Instruct']) {
      for (const round of [1, 2, 3]) {
        files[`${set}-iter${round}-${who}.json`] = bytes(alpacaRows(4 + k, `${who} ${round}`))
      }
    }
  }
  return files
}

function write(name: string, files: Record<string, Uint8Array>): string {
  const at = path.join(folder, name)
  fs.mkdirSync(at)
  for (const [file, content] of Object.entries(files))
    fs.writeFileSync(path.join(at, file), content)
  return at
}

interface Facts {
  file: string
  seedSet: string
  arm: string | null
  round: number
  isPlaced: boolean
  shape: string
  mapping: { instruction: string }
  problems: { kind: string }[]
  trouble: string | null
  remembered: { isApplied: boolean } | null
}

async function dryRun(...args: string[]): Promise<Facts[]> {
  const { out } = await evolens('--json', 'import', '--study', 'S', '--dry-run', ...args)
  return JSON.parse(out) as Facts[]
}

describe('a whole study on the command line', { timeout: 240_000 }, () => {
  it('reads 21 files of a folder or an archive as one matrix and prints it', async () => {
    const files = paperFiles()
    const at = write('gen2', files)
    const zip = path.join(folder, 'gen2.zip')
    fs.writeFileSync(zip, zipSync(files))
    for (const source of [at, zip]) {
      const facts = await dryRun(source)
      const places = new Set(facts.map(({ seedSet, arm, round }) => `${seedSet} ${arm} ${round}`))
      expect([facts.length, places.size]).toEqual([21, 21])
      expect(facts.every(({ isPlaced, problems }) => isPlaced && problems.length === 0)).toBe(true)
      expect(new Set(facts.map(({ shape }) => shape)).size).toBe(1)
    }
    const { out } = await evolens('import', '--study', 'S', '--dry-run', at)
    const head = out.split('\n').find((line) => line.startsWith('seed set')) ?? ''
    expect(head.match(/Llama-3\.1-8B-Instruct, [123]/g)).toHaveLength(3)
    expect(out).toMatch(/^Gsm8k +5( +5){6}$/m)
  })

  it('says what stands in the way, and takes corrections from a plan file that it wrote', async () => {
    const at = write('wrong', {
      'sums-seeds.json': bytes(alpacaRows(4, 'seed')),
      'sums-iter1-small.json': bytes(alpacaRows(3, 'one')),
      'sums-iter3-small.json': bytes(alpacaRows(4, 'three')),
      'notes.json': bytes(alpacaRows(4, 'two')),
    })
    const plan = path.join(folder, 'plan.yaml')
    const facts = await dryRun('--save-plan', plan, at)
    const found = facts.map(({ file, problems }) => [file, ...problems.map(({ kind }) => kind)])
    expect(found).toEqual([
      ['notes.json'],
      ['sums-iter1-small.json', 'sizes_differ'],
      ['sums-iter3-small.json', 'no_parent'],
      ['sums-seeds.json'],
    ])
    expect(facts[0]).toMatchObject({ isPlaced: false, trouble: expect.stringContaining('--plan') })
    const again = await evolens('import', '--study', 'S', '--dry-run', '--save-plan', plan, at)
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('already') })

    const written = parse(fs.readFileSync(plan, 'utf8')) as {
      mappings: object
      files: { file: string; import?: boolean; round?: number; arm?: string; seedSet: string }[]
    }
    expect(Object.keys(written.mappings)).toHaveLength(1)
    const [notes, one] = written.files
    expect(notes?.import).toBe(false)
    Object.assign(notes!, { import: true, seedSet: 'sums', arm: 'small', round: 2, align: 'index' })
    one!.import = false
    fs.writeFileSync(plan, stringify(written))
    const corrected = await dryRun('--plan', plan, at)
    expect(corrected.map(({ file, arm, round, trouble }) => [file, arm, round, trouble])).toEqual([
      ['notes.json', 'small', 2, null],
      ['sums-iter3-small.json', 'small', 3, null],
      ['sums-seeds.json', null, 0, null],
    ])
    const imported = await evolens('import', '--study', 'Corrected', '--plan', plan, at)
    expect(imported).toMatchObject({ code: 0, err: '' })
  })

  it('refuses a plan file that names what is not there, and says where it is wrong', () => {
    const target = path.join(folder, 'bad.yaml')
    const tried = (value: object) => () => {
      fs.writeFileSync(target, stringify({ evolens_import: 1, ...value }))
      const plan = readPlanFile(target)
      return entriesOf(plan, ['x/a.json', 'y/a.json', 'z/b.json']).map(
        (entry) => entry && entryPlace(entry),
      )
    }
    const file = 'z/b.json'
    expect(tried({ files: [{ file: 'c.json' }] })).toThrow(/names c\.json: no such file/)
    expect(tried({ files: [{ file: 'a.json' }] })).toThrow(/several of the files/)
    expect(tried({ files: [{ file }, { file: 'b.json' }] })).toThrow(/twice/)
    expect(tried({ files: [{ file, evolver: 'x' }] })).toThrow(/at file 1.*evolver/)
    expect(tried({ files: [{ file, mapping: 'm' }] })).toThrow(/no mapping "m"/)
    expect(tried({ files: [{ file, operators: 'all' }] })).toThrow(/rotation4/)
    const found = tried({ files: [{ file: 'home/z/b.json', round: 2 }, { file: 'x/a.json' }] })()
    expect(found).toEqual([{}, undefined, { round: 2 }])
  })

  it('takes the mapping used last for files of one shape until it is forgotten', async () => {
    const rows = (n: number) =>
      Array.from({ length: n }, (_, k) => ({
        instruction: `Question ${k}`,
        output: `Answer ${k}`,
        wording: `Better question ${k}`,
      }))
    const at = write('shapes', {
      'one-seeds.json': bytes(rows(3)),
      'two-seeds.json': bytes(rows(2)),
    })
    const [one, two] = ['one', 'two'].map((name) => path.join(at, `${name}-seeds.json`))
    await evolens('import', '--study', 'M', '--instruction', 'wording', one!)
    const [next] = await dryRun(two!)
    expect(next).toMatchObject({ mapping: { instruction: 'wording' }, trouble: null })
    expect(next?.remembered?.isApplied).toBe(true)
    const [plain] = await dryRun('--no-remembered', two!)
    expect(plain?.mapping.instruction).toBe('instruction')
    const { out } = await evolens('mappings')
    expect(out).toMatch(/instruction=wording, .*output=output +one-seeds\.json +M /)
    expect(await evolens('mappings', 'forget', 'nothing')).toMatchObject({ code: 2 })
    await evolens('mappings', 'forget', next!.shape.slice(0, 12))
    const [forgotten] = await dryRun(two!)
    expect(forgotten?.mapping.instruction).toBe('instruction')
  })
})
