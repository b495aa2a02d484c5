import { expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { pictureFilesOf } from './picture-files'

it('gives each file the look that the flags ask for, with the defaults of the export dialog', () => {
  const common = { scale: 4, fontPt: 8, title: false, transparent: false }
  expect(
    pictureFilesOf({ svg: 'a.svg', png: 'b.png', widthMm: '85', grey: true, caption: true }),
  ).toEqual([
    {
      file: 'a.svg',
      choices: { ...common, format: 'svg', widthMm: 85, grey: true, caption: true },
    },
    {
      file: 'b.png',
      choices: { ...common, format: 'png', widthMm: 85, grey: true, caption: true },
    },
  ])
  const [plain] = pictureFilesOf({ pdf: 'c.pdf', caption: false, scale: '2' })
  expect(plain?.choices).toMatchObject({ widthMm: 174, grey: false, caption: false, scale: 2 })
  expect(pictureFilesOf({})).toEqual([])
})

it.each([
  [{ widthMm: '8' }, /^--width-mm: .*>=40/],
  [{ widthMm: '4000' }, /^--width-mm: .*<=400/],
  [{ fontPt: 'tiny' }, /^--font-pt: .*number/],
  [{ scale: '3' }, /^--scale: Choose 2 or 4/],
])('refuses %o by the name of the flag', (flags, message) => {
  expect(() => pictureFilesOf({ svg: 'a.svg', ...flags })).toThrow(AppError)
  expect(() => pictureFilesOf({ svg: 'a.svg', ...flags })).toThrow(message)
})
