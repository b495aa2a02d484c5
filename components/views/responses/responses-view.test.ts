import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { withNuqsTestingAdapter } from 'nuqs/adapters/testing'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { studyKeys } from '@/components/hooks/keys'
import type { ResponseSet } from '@/lib/contracts/responses'
import { OtherResponses } from '../rows/detail/other-responses'
import { ResponsesView } from './responses-view'

const FILE = { cellId: 'c', seedSetKey: 'alpaca', evolver: 'Small', round: 1, rows: 9 }
const SETS: ResponseSet[] = [
  {
    key: 'f'.repeat(64),
    label: 'Sampled <b>chats</b>',
    kind: 'generated',
    definition: {
      model: { model: 'writer' },
      mode: 'chat',
      decoding: { temperature: 0.7, topP: 0.9 },
    },
    createdAt: 1,
    files: [{ ...FILE, answered: 7, truncated: 2, failed: 1, isCurrent: false }],
    runs: 0,
  },
  {
    key: 'imported',
    label: 'From the files',
    kind: 'imported',
    definition: null,
    createdAt: 1,
    files: [{ ...FILE, answered: 9, truncated: 0, failed: 0, isCurrent: true }],
    runs: 3,
  },
]

function drawn(sets: ResponseSet[]): string {
  const client = new QueryClient()
  const study = { study: { id: 's', name: 'S', rowCount: 9 }, cells: [], arms: [], seedSets: [] }
  client.setQueryData(studyKeys.detail('s'), study)
  client.setQueryData(studyKeys.responses('s'), sets)
  const view = createElement(ResponsesView, { studyId: 's' })
  const page = createElement(MantineProvider, null, view)
  const asked = createElement(QueryClientProvider, { client }, page)
  return renderToStaticMarkup(withNuqsTestingAdapter()({ children: asked }))
}

it('lists who wrote each set, how far it is current, and leads to the rows that were cut', () => {
  const html = drawn(SETS)
  expect(html).toContain('Sampled &lt;b&gt;chats&lt;/b&gt;')
  expect(html).toContain('writer, as a chat, temperature 0.7, top-p 0.9')
  expect(html).toContain('0 of 1 files')
  const links = [...html.matchAll(/href="(\/studies\/s\/rows\?[^"]+)"/g)].map(([, href]) =>
    decodeURIComponent(String(href)),
  )
  expect(
    links.some((href) => href.includes('"truncated"') && href.includes(SETS[0]?.key ?? '')),
  ).toBe(true)
  expect(html.match(/aria-label="Delete/g)).toHaveLength(1)
  expect(html.match(/aria-label="Make .* current"/g)).toHaveLength(1)
  expect(drawn([])).toContain('No responses yet')
})

it('shows the responses of a row beside each other, and why one is missing or was cut', () => {
  const one = {
    key: 'a',
    label: 'A',
    isCurrent: true,
    text: 'x',
    status: 'ok',
    finishReason: 'stop',
  }
  const draw = (responses: Parameters<typeof OtherResponses>[0]['responses']) => {
    const part = createElement(OtherResponses, { responses })
    return renderToStaticMarkup(createElement(MantineProvider, null, part))
  }
  expect(draw([one])).not.toContain('Response sets')
  expect(draw([{ ...one, finishReason: 'length' }])).toContain('cut by the token limit')
  const missing = { ...one, key: 'b', label: 'B', isCurrent: false, text: null, status: 'error' }
  expect(draw([one, missing])).toContain('The request failed')
  expect(draw([one, { ...missing, text: 'Other text' }])).toContain('Other text')
})
