import { stringify } from 'csv-stringify/sync'
import type { FigureTable } from '@/lib/contracts/figure'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'

/** Returns a table as a CSV file for download; of the name only letters, digits and hyphens are kept. */
export function csvResponse(table: FigureTable, name: string): Response {
  return new Response(stringify(tableRecords(table), TABLE_CSV), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name.replaceAll(/[^a-z0-9-]/g, '')}.csv"`,
      'cache-control': 'no-store',
    },
  })
}
