import process from 'node:process'
import { openDatabase } from '@/db/client'
import { emptyFilter } from '@/lib/contracts/filter'
import { getStudyFigure } from '@/lib/services/figures'
import { filterFacets, listRows } from '@/lib/services/rows'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { peakMb } from './peak-memory'

// The largest working set of a process that reads all columns of a study, as the query worker of the web process may.
const [file = '', studyId = ''] = process.argv.slice(2)
const db = openDatabase(file)
const asked = performance.now()
const figure = { figureId: 'mnd-density', options: {}, filter: emptyFilter() }
await getStudyFigure(db, studyId, figure)
const figureMs = performance.now() - asked
const sort = { column: 'position', descending: false }
const page = { filter: emptyFilter(), columns: [], offset: 0, limit: 50 }
const columns = getStudyDetail(db, studyId).columns.filter(
  ({ shape }) => shape === 'scalar' || shape === 'enum',
)
for (const { id } of columns) {
  await filterFacets(db, studyId, { ...page, sort, counted: [id] })
  await listRows(db, studyId, { ...page, sort: { column: id, descending: true }, columns: [id] })
}
for (const query of ['sources', 'tide', '"the moon"']) {
  const filter = { ...emptyFilter(), find: { is: 'words' as const, query } }
  await listRows(db, studyId, { ...page, filter, sort })
}
console.log(JSON.stringify({ columns: columns.length, figureMs, peakMb: peakMb() }))
