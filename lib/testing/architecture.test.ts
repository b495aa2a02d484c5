import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import manifest from '@/package.json'

// A path in backticks, or in the picture of the processes; not a pattern such as lib/metrics/<id>.ts.
const PATH = /(?<![\w/])(?:lib|app|components|db)\/[\w./()[\]-]*[\w)\]]/g
// A file in backticks, however short its path is written.
const FILE = /`([\w./()[\]-]+\.(?:tsx?|mjs|json|py|css))`/g
// The folder of a pattern such as `lib/metrics/<id>.ts`.
const PATTERN = /`((?:lib|app|components|db)\/[\w./-]*\/)<\w+>/g
// A name of the code: camel case, a class or type, a constant.
const NAME = /`(?:[a-z]+\.)?([A-Za-z]+[A-Z_]\w*)(?:\(.*?\))?`/g
const FOLDERS = ['app', 'components', 'db', 'lib', 'e2e', 'public']
const DOCUMENTS = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md']

const read = (file: string) => fs.readFileSync(file, 'utf8')

function pathsOf(file: string): string[] {
  const text = read(file).replaceAll(/\S*[<*]\S*/g, '')
  return [...new Set(text.match(PATH))]
}

const files = [
  ...FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`),
  ),
  ...fs.readdirSync('.'),
]
const source = files
  .filter((file) => /\.(tsx?|mjs|py)$/.test(file) && !/\.test\.|\/testing\/arch/.test(file))
  .map(read)
  .join('\n')
const words = new Set(source.match(/\w+/g))

/** What stands in backticks and is not there. */
function absent(file: string, found: RegExp, isThere: (name: string) => boolean): string[] {
  return [...read(file).matchAll(found)].flatMap(([, name = '']) => (isThere(name) ? [] : [name]))
}

describe('the documents name what is there', () => {
  it.each(DOCUMENTS)('%s: paths', (file) => {
    // A bracket at the end may be the sentence's.
    const isThere = (name: string) => fs.existsSync(name) || fs.existsSync(name.replace(/\)$/, ''))
    expect(pathsOf(file).filter((name) => !isThere(name))).toEqual([])
  })

  // The README names files of users too.
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])(
    '%s: short paths and names of the code',
    (file) => {
      const isFile = (name: string) =>
        files.some((known) => known === name || known.endsWith(`/${name}`))
      expect(absent(file, FILE, isFile)).toEqual([])
      expect(absent(file, PATTERN, (name) => fs.existsSync(name))).toEqual([])
      expect(absent(file, NAME, (name) => words.has(name))).toEqual([])
    },
  )

  it.each(DOCUMENTS)('%s: scripts', (file) => {
    const isScript = (name: string) => Object.hasOwn(manifest.scripts, name)
    expect(absent(file, /npm run ([\w:]+)/g, isScript)).toEqual([])
  })

  it('and the three walks name their files', () => {
    expect(pathsOf('ARCHITECTURE.md').length).toBeGreaterThan(40)
  })

  it('and the picture of the layers has every folder of lib, and of its large ones every folder in them', () => {
    const layers = /## Layers([\s\S]*?)\n## /.exec(read('ARCHITECTURE.md'))?.[1] ?? ''
    const foldersIn = (folder: string) =>
      fs
        .readdirSync(folder, { withFileTypes: true })
        .flatMap((one) => (one.isDirectory() ? [one.name] : []))
    expect(foldersIn('lib').filter((name) => !layers.includes(`lib/${name} `))).toEqual([])
    const inner = ['metrics', 'figures', 'backends', 'formats'].flatMap((name) =>
      foldersIn(`lib/${name}`),
    )
    expect(inner.filter((name) => !layers.includes(` ${name}/`))).toEqual([])
  })
})
