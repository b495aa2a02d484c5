import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { addPaperMap } from './paper-map'
import { fillPaperStudy } from './paper-study'

// Fills the data folder with a study as large as the paper's and a map of it, and prints its id, for browser tests that measure.
const db = openDatabase(readConfig().databasePath)
migrateDatabase(db)
const { studyId, rows } = fillPaperStudy(db)
addPaperMap(db, studyId)
db.$client.close()
console.log(JSON.stringify({ studyId, rows }))
