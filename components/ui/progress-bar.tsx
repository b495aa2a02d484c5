import classes from './ui.module.css'

interface ProgressBarProps {
  /** 0..1, or null while the total is unknown. */
  share: number | null
  label: string
  tone?: 'accent' | 'ok' | 'warn' | 'error'
  height?: number
}

const TONES = {
  accent: 'var(--ev-bar-strong)',
  ok: 'var(--ev-ok)',
  warn: 'var(--ev-warn)',
  error: 'var(--ev-error)',
}

export function ProgressBar({ share, label, tone = 'accent', height = 6 }: ProgressBarProps) {
  const value = share === null ? null : Math.max(0, Math.min(1, share))
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(value === null ? {} : { 'aria-valuenow': Math.round(value * 100) })}
      className={classes.progress}
      style={{ height, borderRadius: height / 2 }}
    >
      <div style={{ width: `${(value ?? 0) * 100}%`, background: TONES[tone] }} />
    </div>
  )
}
