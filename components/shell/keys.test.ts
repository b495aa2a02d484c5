import fs from 'node:fs'
import { expect, it } from 'vitest'
import { ALL_KEYS, KEYS } from './keys'

it('has no key twice in a group, so that a list never shows two meanings of one press', () => {
  const places = ALL_KEYS.map(({ group, keys }) => `${group}: ${keys}`)
  expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([])
})

it('lists no key that nothing registers', () => {
  const files = (fs.readdirSync('components', { recursive: true }) as string[])
    .filter((file) => file.endsWith('.tsx'))
    .map((file) => fs.readFileSync(`components/${file}`, 'utf8'))
    .join('\n')
  const silent = Object.keys(KEYS).filter((name) => !files.includes(`useShortcut(KEYS.${name},`))
  expect(silent).toEqual([])
})
