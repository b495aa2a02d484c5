import fc from 'fast-check'
import { expect, it } from 'vitest'
import { scanModule } from './assemble'
import { openScan } from './scan.mjs'

const TILE = 32

it('finds the products that reach the limit of their row or column, the largest first', async () => {
  const scan = openScan(await scanModule(), TILE)
  const bytes = (length: number) =>
    fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 127, 128, 254, 255)), {
      minLength: length,
      maxLength: length,
    })
  fc.assert(
    fc.property(bytes(TILE * TILE), bytes(TILE), bytes(TILE), (products, rows, columns) => {
      scan.products.set(products)
      scan.rows.set(rows)
      scan.columns.set(columns)
      const expected = products.flatMap((value, at) => {
        const isFound = [rows[Math.floor(at / TILE)], columns[at % TILE]].some(
          (limit = 0) => value >= limit,
        )
        return isFound ? [at] : []
      })
      expected.sort((a, b) => (products[b] ?? 0) - (products[a] ?? 0) || a - b)
      expect([...scan.find()]).toEqual(expected)
    }),
  )
  scan.rows.fill(255)
  scan.columns.fill(255)
  scan.products.fill(254)
  expect(scan.find()).toHaveLength(0)
})
