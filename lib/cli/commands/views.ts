import fs from 'node:fs'
import type { Command } from 'commander'
import { missingText, stateOfAddress, viewAddress } from '@/lib/contracts/views'
import { AppError } from '@/lib/errors'
import { checkViewFile } from '@/lib/services/studies/view-check'
import { deleteView, listViews, saveView, viewFile } from '@/lib/services/studies/views'
import { printJson, printRows, say } from '../output'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

/** Returns the study and the view that is named by its name or id. */
function openView(options: OfStudy, named: string) {
  const { db, studyId } = openStudy(options)
  const view = listViews(db, studyId).find(({ id, name }) => named === name || named === id)
  if (view) return { db, studyId, view }
  throw new AppError('not_found', `This study has no view "${named}". "views list" names them.`)
}

/** Adds `views list|save|file|open|remove`: what pages showed, under names. */
export function addViewCommands(program: Command): void {
  const { add, json } = addStudyGroup(program, 'views', 'named views: what pages showed')
  add('list', 'the saved views of a study, with their addresses').action((options: OfStudy) => {
    const { db, studyId } = openStudy(options)
    const all = listViews(db, studyId)
    const rows = all.map(({ name, state }) => ({
      name,
      page: state?.page ?? 'cannot be read',
      address: state ? viewAddress(studyId, state) : '',
    }))
    printRows(json() ? all : rows, json())
  })
  add('save <name> <address>', 'save the address of a page under a name').action(
    (name: string, address: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const state = stateOfAddress(address)
      if (!state) {
        const message = `"${address}" is no address of a study's page. Copy one from the browser.`
        throw new AppError('invalid_input', message)
      }
      const view = saveView(db, studyId, name, state)
      if (json()) printJson(view)
      else say('Saved', view.name)
    },
  )
  add('file <name>', 'print a view as a file that others can open').action(
    (name: string, options: OfStudy) => {
      const { db, studyId, view } = openView(options, name)
      printJson(viewFile(db, studyId, view.id))
    },
  )
  add('open <file>', 'save a view file; what the study lacks of it is left out').action(
    (file: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const checked = checkViewFile(db, studyId, fs.readFileSync(file, 'utf8'))
      const view = saveView(db, studyId, checked.name, checked.state)
      if (json()) {
        printJson({ ...checked, id: view.id })
        return
      }
      say('Saved', view.name)
      if (checked.from !== null) say('From', `the study "${checked.from}"`)
      if (checked.missing.length > 0) say('Left out', missingText(checked.missing))
      say('Address', viewAddress(studyId, checked.state))
    },
  )
  add('remove <name>', 'delete a view').action((name: string, options: OfStudy) => {
    const { db, studyId, view } = openView(options, name)
    deleteView(db, studyId, view.id)
    say('Deleted', view.name)
  })
}
