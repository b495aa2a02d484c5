import fs from 'node:fs'
import { describe, expect, it } from 'vitest'

// A path in backticks, or in the picture of the processes; not a pattern such as lib/metrics/<id>.ts.
const PATH = /(?<![\w/])(?:lib|app|components|db)\/[\w./()[\]-]*[\w)\]]/g

function pathsOf(file: string): string[] {
  const text = fs.readFileSync(file, 'utf8').replaceAll(/\S*[<*]\S*/g, '')
  return [...new Set(text.match(PATH))]
}

describe('the documents name what is there', () => {
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'])('%s', (file) => {
    // A bracket at the end may be the sentence's.
    const isThere = (path: string) => fs.existsSync(path) || fs.existsSync(path.replace(/\)$/, ''))
    expect(pathsOf(file).filter((path) => !isThere(path))).toEqual([])
  })

  it('and the three walks name their files', () => {
    expect(pathsOf('ARCHITECTURE.md').length).toBeGreaterThan(40)
  })
})
