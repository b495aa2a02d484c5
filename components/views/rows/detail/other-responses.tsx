import { Stack } from '@mantine/core'
import { ClampedText } from '@/components/ui/clamped-text'
import type { RowResponse } from '@/lib/contracts/rows'
import { statusSentence } from '@/lib/contracts/status'
import classes from './detail.module.css'

function endText({ finishReason }: RowResponse): string {
  if (finishReason === 'length') return ', cut by the token limit'
  return finishReason === null || finishReason === 'stop' ? '' : `, ended by "${finishReason}"`
}

/** The responses of a row in the sets beside the current one, and which set the shown response is of. */
export function OtherResponses({ responses }: { responses: readonly RowResponse[] }) {
  if (responses.length === 0) return null
  const [first] = responses
  if (responses.length === 1 && first && endText(first) === '') return null
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>Response sets</h3>
      <Stack gap="sm">
        {responses.map((one) => (
          <div key={one.key}>
            <p className={classes.sub} dir="auto">
              {one.label}
              {one.isCurrent ? ' (current, shown above)' : ''}
              {endText(one)}
            </p>
            {one.isCurrent ? null : one.text ? (
              <ClampedText text={one.text} />
            ) : (
              <p className={classes.sub}>{statusSentence(one.status)}</p>
            )}
          </div>
        ))}
      </Stack>
    </section>
  )
}
