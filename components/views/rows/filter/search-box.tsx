'use client'

import { Checkbox, CloseButton, Group, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useRegexError } from '@/components/hooks/use-rows'
import type { FilterPatch } from '@/components/hooks/use-view-state'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import type { RowFilter } from '@/lib/contracts/filter'
import { FIND_FIELDS, type FindField } from '@/lib/contracts/find'
import { parseWords } from '@/lib/contracts/word-query'

// Long enough to type a word without a request a letter, short enough to feel at once.
const DEBOUNCE_MS = 250

/** What the box holds, whatever part of the filter it becomes. */
interface Search {
  mode: 'text' | 'words' | 'regex'
  text: string
  matchCase: boolean
  field: FindField | ''
}

const MODES = [
  { value: 'text', label: 'Text' },
  { value: 'words', label: 'Words' },
  { value: 'regex', label: 'Regex' },
]
const FIELDS = [
  { value: '', label: 'Any text' },
  { value: 'instruction', label: 'Instruction' },
  { value: 'input', label: 'Input' },
  { value: 'response', label: 'Response' },
]
const PLACEHOLDER: Record<Search['mode'], string> = {
  text: 'Search texts  ( / )',
  words: 'evol* "a phrase" -not OR',
  regex: 'RE2 pattern, as ^Write.*list',
}

/** Returns what the box shows of a filter. */
export function searchOf({ text, find }: Pick<RowFilter, 'text' | 'find'>): Search {
  if (!find) return { mode: 'text', text, matchCase: false, field: '' }
  const field = find.in ?? ''
  if (find.is === 'words') return { mode: 'words', text: find.query, matchCase: false, field }
  if (find.is === 'text')
    return { mode: 'text', text: find.text, matchCase: find.matchCase ?? false, field }
  return { mode: 'regex', text: find.pattern, matchCase: !find.ignoreCase, field }
}

/** Returns the parts of a filter that a search becomes; plain text keeps its own short one. */
export function patchOf({ mode, text, matchCase, field }: Search): FilterPatch {
  const place = field === '' ? {} : { in: field }
  if (text.trim() === '') return { text: '', find: undefined }
  if (mode === 'words') return { text: '', find: { is: 'words', query: text, ...place } }
  if (mode === 'regex') {
    const folds = matchCase ? {} : { ignoreCase: true }
    return { text: '', find: { is: 'regex', pattern: text, ...folds, ...place } }
  }
  if (!matchCase && field === '') return { text, find: undefined }
  return { text: '', find: { is: 'text', text, ...(matchCase ? { matchCase } : {}), ...place } }
}

interface SearchBoxProps {
  filter: Pick<RowFilter, 'text' | 'find'>
  onFilter(patch: FilterPatch): void
}

/** Search of the rows by text, words or regular expression; `/` goes to it. What cannot be run is said below and not sent. */
export function SearchBox({ filter, onFilter }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const [search, setSearch] = useState(() => searchOf(filter))
  const [settled] = useDebouncedValue(search, DEBOUNCE_MS)
  const patch = patchOf(settled)
  const asked = JSON.stringify([patch.text, patch.find])
  const inFilter = JSON.stringify([filter.text, filter.find])
  // The filter may change elsewhere (a chip, back): the box follows. What went out from here is left, as more may have
  // been typed meanwhile.
  const [shown, setShown] = useState(inFilter)
  if (shown !== inFilter) {
    setShown(inFilter)
    if (asked !== inFilter) {
      setSearch((own) =>
        filter.text === '' && !filter.find ? { ...own, text: '' } : searchOf(filter),
      )
    }
  }
  useShortcut(KEYS.search, () => input.current?.focus())

  const isRegex = settled.mode === 'regex'
  const regex = useRegexError(isRegex ? settled.text : null, !settled.matchCase)
  const words =
    settled.mode === 'words' && settled.text.trim() !== '' ? parseWords(settled.text) : null
  const wrong = isRegex ? regex.error : words && 'error' in words ? words.error : null
  const isReady = wrong === null && (!isRegex || settled.text === '' || regex.isChecked)

  const handled = useRef(settled)
  useEffect(() => {
    // Each state of the box is sent once; what came with the filter is there already.
    if (!isReady || handled.current === settled) return
    handled.current = settled
    if (asked !== inFilter) onFilter(patchOf(settled))
  }, [settled, isReady, asked, inFilter, onFilter])

  const set = (part: Partial<Search>) => setSearch((own) => ({ ...own, ...part }))
  return (
    <Group gap={6} align="flex-start" wrap="nowrap">
      <NativeSelect
        aria-label="Search by"
        data={MODES}
        value={search.mode}
        onChange={(event) => set({ mode: event.currentTarget.value as Search['mode'] })}
      />
      <TextInput
        ref={input}
        w={240}
        aria-label="Search in instructions, inputs and responses"
        placeholder={PLACEHOLDER[search.mode]}
        leftSection={<IconSearch size={14} />}
        rightSection={
          search.text ? (
            <CloseButton
              size="xs"
              aria-label="Clear the search"
              onClick={() => set({ text: '' })}
            />
          ) : null
        }
        value={search.text}
        error={wrong ? `Character ${wrong.at + 1}: ${wrong.message}` : null}
        onChange={(event) => set({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {search.text === '' ? null : (
        <>
          <NativeSelect
            aria-label="Search in"
            data={FIELDS}
            value={search.field}
            onChange={(event) => {
              const { value } = event.currentTarget
              set({ field: FIND_FIELDS.find((field) => field === value) ?? '' })
            }}
          />
          {search.mode === 'words' ? null : (
            <Checkbox
              mt={6}
              label="Aa"
              aria-label="Capital letters count"
              checked={search.matchCase}
              onChange={(event) => set({ matchCase: event.currentTarget.checked })}
            />
          )}
        </>
      )}
    </Group>
  )
}
