import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement, type ComponentProps } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { Condition } from '@/lib/contracts/condition'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { Builder } from './builder'

type Props = ComponentProps<typeof Builder>

const detail = {
  study: { id: 's' },
  columns: [],
  arms: [{ key: 'small', label: 'Small model' }],
  seedSets: [],
  cells: [],
} as unknown as Props['detail']

function drawn(where?: Condition): string {
  const filter = rowFilterSchema.parse(where ? { where } : {})
  const client = new QueryClient()
  const builder = createElement(Builder, { detail, filter, controls: {} as Props['controls'] })
  const page = createElement(MantineProvider, null, builder)
  return renderToStaticMarkup(createElement(QueryClientProvider, { client }, page))
}

const ATOMS: Condition[] = [
  { is: 'range', column: 'mnd.mnd', min: 0.5, max: null, missing: false },
  { is: 'values', column: 'c.source', match: 'any', values: ['web'], missing: false },
  { is: 'partner', of: { arm: 'small' }, column: 'mnd.mnd', min: null, max: 1 },
  { is: 'export', id: 'e1', inside: false },
  { is: 'origin', seedSets: [], arms: ['small'], rounds: [1] },
  { is: 'operators', names: ['deepening'] },
  { is: 'marks', kinds: ['star'] },
  { is: 'text', text: 'tide' },
  { is: 'note', text: 'look' },
  { is: 'response', states: ['truncated', 'missing'] },
  { is: 'rows', files: [{ cellId: 'a', rows: [1, 2] }] },
]

it.each(ATOMS.map((atom) => [atom]))('draws fields for %j', (atom) => {
  const html = drawn({ not: { any: [atom, { off: atom }] } })
  expect(html.match(/aria-label="Duplicate"/g)).toHaveLength(2)
  expect(html.match(/data-off="true"/g)).toHaveLength(1)
  expect(html).toContain('Kept: not (')
})

it('begins with a place to add the first condition', () => {
  const html = drawn()
  expect(html).toContain('aria-label="Add a condition"')
  expect(html).not.toContain('Kept:')
})
