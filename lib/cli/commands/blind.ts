import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import type { BlindAgreement, BlindResult } from '@/lib/contracts/blind'
import { startBlindSchema } from '@/lib/contracts/blind'
import { formatDuration } from '@/lib/contracts/format'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import {
  deleteSession,
  endSession,
  listSessions,
  restoreSession,
  startSession,
} from '@/lib/services/blind'
import { drawBlindPairs } from '@/lib/services/blind/draw'
import { blindExport, blindResult, blindTable } from '@/lib/services/blind/result'
import { findStudy, openContext } from '../context'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say } from '../output'
import { number, share } from './agreement'
import { parseSideOption } from './compare'
