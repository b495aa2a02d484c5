import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { views } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import type { PageState, SavedView, ViewFile } from '@/lib/contracts/views'
import { AppError } from '@/lib/errors'
import { markDeleted } from '../deletion'
import { getStudy } from '../studies'

/** Returns the study's saved views, oldest first, those that cannot be read last. */
export function listViews(db: Db, studyId: string): SavedView[] {
  const query = db
    .select({ id: views.id, name: views.name, state: views.state, createdAt: views.createdAt })
    .from(views)
    .where(and(eq(views.studyId, studyId), isNull(views.deletedAt)))
    .orderBy(asc(views.createdAt), asc(views.id))
  const { rows, unreadable } = readableRows(() => query.all())
  return [...rows, ...unreadable.map(({ row }) => ({ ...row, state: null }) as SavedView)]
}

/** Saves a view under a name and returns it; a view of the same name is replaced. */
export function saveView(db: Db, studyId: string, given: string, state: PageState): SavedView {
  getStudy(db, studyId)
  const name = cleanName(given)
  if (name === '') throw new AppError('invalid_input', 'Give the view a name.')
  const same = listViews(db, studyId).find((view) => view.name === name)
  if (same) {
    db.update(views).set({ state }).where(eq(views.id, same.id)).run()
    return { ...same, state }
  }
  if (listViews(db, studyId).length >= LIMITS.views) {
    throw new AppError(
      'conflict',
      `A study keeps at most ${LIMITS.views} views. Delete some first.`,
    )
  }
  const view = { id: randomUUID(), name, state, createdAt: Date.now() }
  db.insert(views)
    .values({ ...view, studyId })
    .run()
  return view
}

/** Returns a view as a file that another study or installation can open; `not_found` or `data_error` where it cannot be read. */
export function viewFile(db: Db, studyId: string, viewId: string): ViewFile {
  const study = getStudy(db, studyId)
  const view = listViews(db, studyId).find(({ id }) => id === viewId)
  if (!view) throw new AppError('not_found', 'This study has no such view.')
  if (!view.state) throw new AppError('data_error', `The view "${view.name}" cannot be read.`)
  const { name, state } = view
  return { evolens_view: 1, study: { id: study.id, name: study.name }, name, state }
}

/** Removes a saved view; `not_found` when the study has none of this id. */
export function deleteView(db: Db, studyId: string, viewId: string): void {
  markDeleted(db, views, studyId, viewId, 'view')
}
