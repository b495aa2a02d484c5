import type { OperatorRule } from '@/lib/contracts/operators'

interface OptionGroup {
  group: string
  items: { value: OperatorRule; label: string }[]
}

/** Returns the ways in which the operators of a file can be known, for a select. */
export function operatorOptions(
  columns: readonly string[],
  operatorNames: readonly string[],
): OptionGroup[] {
  const groups: OptionGroup[] = [
    {
      group: 'Rule',
      items: [
        { value: 'none', label: 'Not known' },
        { value: 'rotation4', label: 'Four depth operators, rotating' },
        { value: 'rotation5', label: 'Four depth operators and breadth, rotating' },
      ],
    },
    {
      group: 'Column of the file',
      items: columns.map((name) => ({ value: `column:${name}`, label: `Column "${name}"` })),
    },
    {
      group: 'Same for all rows',
      items: operatorNames.map((name) => ({ value: `one:${name}`, label: `All rows: ${name}` })),
    },
  ]
  return groups.filter(({ items }) => items.length > 0)
}

/** Ways to align rows with their parents. */
export const ALIGN_OPTIONS = [
  { value: 'index', label: 'By row number' },
  { value: 'id', label: 'By id' },
  { value: 'text', label: 'By parent text' },
  { value: 'lineage', label: 'As recorded by an export' },
  { value: 'similarity', label: 'By likeness of the texts' },
  { value: 'embedding', label: 'By likeness of the embeddings' },
  { value: 'none', label: 'None' },
]

/** Those of them that a file can be imported with. */
export const IMPORT_ALIGN_OPTIONS = ALIGN_OPTIONS.filter(({ value }) => value !== 'embedding')
