import { z } from 'zod'
import { numbers, numbersOrNull, texts } from './fields'
import { plainObjectSchema } from './plain-object'

/** A run whose ratings can be set beside those of another run. */
export const ratedRunSchema = z.object({
  ...texts('runId', 'label'),
  /** Runs with the same key rate on the same scale. */
  scaleKey: z.string(),
  model: z.string().nullable(),
  /** Name or short hash of each prompt. */
  prompts: z.array(z.string()),
  ...numbersOrNull('temperature', 'repeat'),
  rowSet: plainObjectSchema,
  ...numbers('done', 'total', 'createdAt'),
})
export type RatedRun = z.infer<typeof ratedRunSchema>

/** k of n with its interval. */
export const shareSchema = z.object({
  ...numbers('k', 'n'),
  /** Wilson score interval, 95 %; null for n = 0. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type RatedShare = z.infer<typeof shareSchema>

/** What one run's ratings look like by themselves. */
export const ratingProfileSchema = z.object({
  runId: z.string(),
  rated: z.number(),
  mean: z.number().nullable(),
  /** Ratings at the top of the scale, of all ratings. */
  ceiling: shareSchema,
  /** Rows that were asked and gave no rating, of all rows done. */
  failed: shareSchema,
  /** Status name -> rows, of the rows without a rating. */
  reasons: z.record(z.string(), z.number()),
  /** Rating points per 100 characters of instruction, by least squares; null where it does not exist. */
  lengthSlope: z.number().nullable(),
})
export type RatingProfile = z.infer<typeof ratingProfileSchema>

export const agreementSchema = z.object({
  scale: z.object({
    label: z.string(),
    levels: z.array(z.string()).nullable(),
    ...numbers('min', 'max'),
    /** Ratings at most this far apart are adjacent. */
    within: z.number(),
  }),
  runs: z.array(ratedRunSchema),
  profiles: z.array(ratingProfileSchema),
  /** Parts of the definitions in which the first two runs differ; empty = the same definition. */
  differs: z.array(z.string()),
  /** Rows that the first two runs both rated, and rows that only one of them rated. */
  n: z.number(),
  ...numbers('onlyFirst', 'onlySecond'),
  /** Seed slots that those rows come from: the units of resampling. */
  clusters: z.number(),
  exact: shareSchema,
  adjacent: shareSchema,
  /** Second minus first; null without rows. */
  meanDifference: z.number().nullable(),
  /** Quadratic weighted kappa with its percentile bootstrap interval; null where it does not exist, with the reason. */
  kappa: z
    .object({
      ...numbers('value', 'resamples'),
      ...numbersOrNull('low', 'high'),
      /** Resamples in which every rating was the same, so that kappa does not exist. */
      withoutValue: z.number(),
    })
    .nullable(),
  kappaReason: z.string().nullable(),
  /**
   * Cohen's kappa without weights, and Gwet's AC1 (without) and AC2 (quadratic weights), of levels or whole steps; null
   * where the scale is finer or the coefficient does not exist.
   */
  unweightedKappa: z.number().nullable(),
  ac1: z.number().nullable(),
  ac2: z.number().nullable(),
  /** Counts: rows are the first run's ratings, columns the second's. Numbers are binned for the table only. */
  table: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.number())) }),
  /** Over all the runs that were named. */
  consistency: z
    .object({
      ...numbers('units', 'pairs', 'unanimous'),
      /** Krippendorff's alpha (interval); null when all ratings are equal. */
      alpha: z.number().nullable(),
    })
    .nullable(),
})
export type AgreementReport = z.infer<typeof agreementSchema>

/** Runs of a study that can be compared, and the report on those that were named. */
export const agreementReplySchema = z.object({
  candidates: z.array(ratedRunSchema),
  report: agreementSchema.nullable(),
})
export type AgreementReply = z.infer<typeof agreementReplySchema>

/** How a judge's replies were read: exact and tolerant side by side. */
export const judgingSummarySchema = z.object({
  /** Rows done. */
  asked: z.number(),
  /** Rows whose reply the exact parser reads; null where a schema constrained the reply, so that it says nothing. */
  exact: z.number().nullable(),
  /** Rows read by the exact or the tolerant parser; null where only the exact one was asked, or a schema constrained. */
  tolerant: z.number().nullable(),
  /** Rows whose reply fits the schema; null where nothing constrained it. */
  schema: z.number().nullable(),
  /** Ratings at the top of the scale, of all ratings. */
  ceiling: shareSchema,
  /** Name of the top of the scale. */
  top: z.string(),
  /** Whether so many ratings are at the top that harder rows cannot be told apart. */
  saturated: z.boolean(),
})
export type JudgingSummary = z.infer<typeof judgingSummarySchema>
