import { afterEach, beforeEach } from 'vitest'
import { testStudy, type TestStudy } from './job-study'
import { closeWire, openWire } from './route-fetch'

/** Opens a study of so many rows over the wire before each test of the file, and closes it afterwards. */
export function wireStudy(rows: number, onOpen: (study: TestStudy) => void): void {
  let study: TestStudy | undefined
  beforeEach(() => {
    study = testStudy(rows)
    openWire(study)
    onOpen(study)
  })
  afterEach(() => {
    closeWire()
    study?.close()
  })
}
