import { DASH } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { ImportPreview } from '@/lib/contracts/study'

// Two lines in the preview; the whole text is seen after the import.
const SHOWN_CHARACTERS = 220

function Cell({ text, missing }: { text: string | null; missing: string }) {
  if (text === null || text === '') {
    return (
      <td className="ev-dim" title={missing}>
        {DASH}
      </td>
    )
  }
  return (
    <td dir="auto" style={{ maxWidth: 420, overflowWrap: 'anywhere' }}>
      {text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text}
    </td>
  )
}

/** The first rows as they would be stored. */
export function ImportPreviewTable({ rows }: { rows: ImportPreview['rows'] }) {
  return (
    <ScrollRegion label="First rows" style={{ maxHeight: 280 }}>
      <table className="ev-table">
        <thead>
          <tr>
            <th scope="col" className="ev-num">
              Row
            </th>
            <th scope="col">Instruction</th>
            <th scope="col">Input</th>
            <th scope="col">Response</th>
            <th scope="col">Flags</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.index}>
              <td className="ev-num">{row.index}</td>
              <Cell text={row.instruction} missing="The instruction is empty" />
              <Cell text={row.input} missing="No input" />
              <Cell text={row.output} missing="No response; it is marked as missing" />
              <td className="ev-dim">{row.flags.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
