'use client'

import { Anchor, Text } from '@mantine/core'
import {
  downloadUrl,
  recipeUrl,
  useDownloadStarted,
  usePreviousExports,
} from '@/components/hooks/use-export'
import { DASH, formatBytes, formatCount, formatDateTime, shortHash } from '@/components/ui/format'
import { Term } from '@/components/ui/info-tip'
import { Section } from '@/components/ui/page'
import { LoadingLines, QueryState } from '@/components/ui/states'

/** Exports made before, each with its recipe and a link that makes it again. */
export function PreviousExports({ studyId }: { studyId: string }) {
  const query = usePreviousExports(studyId)
  const started = useDownloadStarted(studyId)
  return (
    <Section
      title="Previous exports"
      note="Downloading again uses the same filter and order with the current values"
    >
      <QueryState
        query={query}
        what="The previous exports could not be read"
        skeleton={<LoadingLines lines={3} />}
      >
        {(exports) =>
          exports.length === 0 ? (
            <Text c="dimmed">
              No export yet. Each download is listed here with its recipe: filters, runs, source
              hashes and row counts.
            </Text>
          ) : (
            <div className="ev-panel ev-scroll-x">
              <table className="ev-table">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Format</th>
                    <th className="ev-num">Rows</th>
                    <th className="ev-num">Size</th>
                    <th>
                      <Term tip="SHA-256 of the file that was sent.">Hash</Term>
                    </th>
                    <th>Created</th>
                    <th>Files</th>
                  </tr>
                </thead>
                <tbody>
                  {exports.map((one) => (
                    <tr key={one.id}>
                      <td>{one.name}</td>
                      <td>{one.formatLabel ?? DASH}</td>
                      <td className="ev-num">{formatCount(one.rowCount)}</td>
                      <td className="ev-num">
                        {one.bytes === null && one.problem ? (
                          DASH
                        ) : one.bytes === null ? (
                          <Term tip="Still being sent, or interrupted before the end.">
                            incomplete
                          </Term>
                        ) : (
                          formatBytes(one.bytes)
                        )}
                      </td>
                      <td className="ev-mono" title={one.sha256 ?? ''}>
                        {one.sha256 ? shortHash(one.sha256) : DASH}
                      </td>
                      <td>{formatDateTime(one.createdAt)}</td>
                      <td>
                        {one.request ? (
                          <Anchor
                            href={downloadUrl(one.request)}
                            download
                            size="sm"
                            onClick={started}
                            mr="sm"
                          >
                            Download again
                          </Anchor>
                        ) : null}
                        {one.hasRecipe ? (
                          <Anchor href={recipeUrl(studyId, one.id)} download size="sm">
                            Recipe
                          </Anchor>
                        ) : null}
                        {one.problem ? <Text size="sm">{one.problem}</Text> : null}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </QueryState>
    </Section>
  )
}
