import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { describeOptions } from '@/lib/contracts/options'
import { prepared, written } from '@/lib/testing/formats/written'
import { plainRow } from '@/lib/testing/formats/made'
import { listWriters, WRITERS, writerOf } from './index'

const ROWS = [
  { row: plainRow(0, { instruction: 'a', output: 'b' }), mapping: null },
  { row: plainRow(1, { instruction: 'c', input: 'i', output: 'd' }), mapping: null },
]

describe('writer registry', () => {
  it('holds every format once and names those there are where one is not known', () => {
    const ids = WRITERS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(listWriters().map(({ id }) => id)).toEqual(ids)
    expect(() => writerOf('xlsx')).toThrow(`Choose one of: ${ids.join(', ')}`)
  })

  it('means the same by an option in every format that has it, so that one flag serves all', () => {
    const fields = new Map<string, unknown>()
    for (const { options } of WRITERS) {
      for (const field of describeOptions(options)) {
        expect(fields.get(field.name) ?? field).toEqual(field)
        fields.set(field.name, field)
      }
    }
  })

  it.each(WRITERS.map((writer) => [writer.id, writer] as const))(
    '%s describes itself, counts its rows and takes wrong options for what they are',
    async (id, writer) => {
      expect(writer.label.length).toBeGreaterThan(2)
      expect(writer.description.endsWith('.')).toBe(true)
      expect(writer.extension).toMatch(/^[a-z]+$/)
      expect(writer.mediaType).toMatch(/^[a-z]+\//)
      expect(writer.options.safeParse({}).success).toBe(true)
      expect(await prepared(id, ROWS)).toMatchObject({ rowsKept: 2, blocking: [] })
      for (const { name, kind } of describeOptions(writer.options)) {
        const wrong = { [name]: kind === 'switch' ? 'yes' : true }
        await expect(prepared(id, ROWS, wrong)).rejects.toThrow(name)
      }
    },
  )

  it('writes the same bytes in another process, at another time and in another time zone', async () => {
    const here: Record<string, string> = {}
    for (const { id } of WRITERS) here[id] = sha256(await written(id, ROWS))
    const script = `
      const { WRITERS } = await import('@/lib/formats/writers')
      const { written } = await import('@/lib/testing/formats/written')
      const { createHash } = await import('node:crypto')
      const rows = ${JSON.stringify(ROWS)}
      const out = {}
      for (const { id } of WRITERS)
        out[id] = createHash('sha256').update(await written(id, rows)).digest('hex')
      process.stdout.write(JSON.stringify(out))`
    const env = { ...process.env, TZ: 'Pacific/Kiritimati' }
    const args = ['--import', 'tsx', '--input-type=module', '-e', script]
    expect(JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))).toEqual(
      here,
    )
  }, 60_000)
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
