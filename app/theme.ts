import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core'
import { createTheme } from '@mantine/core'

// One accent for controls, apart from every data palette.
const ink: MantineColorsTuple = [
  '#eff0fb',
  '#dfe1f4',
  '#c0c4e8',
  '#9fa6dc',
  '#8088d0',
  '#6871c4',
  '#525cb4',
  '#454e9f',
  '#3f4896',
  '#333b7e',
]

// Mantine's dark greys, tinted like the surfaces of globals.css.
const slate: MantineColorsTuple = [
  '#e7e9ed',
  '#c3c7cf',
  '#a3a9b4',
  '#737a86',
  '#4a505c',
  '#31363f',
  '#22262c',
  '#1c1f24',
  '#15171b',
  '#101216',
]

const SMALL = [
  'Autocomplete',
  'Button',
  'Checkbox',
  'MultiSelect',
  'NumberInput',
  'PasswordInput',
  'Radio',
  'Switch',
  'TagsInput',
  'Textarea',
  'TextInput',
]

const overlay = {
  defaultProps: {
    transitionProps: { duration: 100 },
    closeButtonProps: { 'aria-label': 'Close' },
  },
  styles: {
    title: { fontWeight: 600, fontSize: '1rem', lineHeight: 1.3, overflowWrap: 'anywhere' },
  },
}

const popover = { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } }

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 6 },
  colors: { ink, dark: slate },
  autoContrast: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'var(--ev-mono)',
  fontSizes: {
    xs: '0.75rem',
    sm: '0.8125rem',
    md: '0.875rem',
    lg: '1rem',
    xl: '1.125rem',
  },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ...Object.fromEntries(SMALL.map((name) => [name, { defaultProps: { size: 'xs' } }])),
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false } },
    Fieldset: {
      styles: {
        root: { margin: 0, padding: 0, border: 0, minWidth: 0 },
        legend: { marginBottom: 4, padding: 0, fontWeight: 600, fontSize: '0.8125rem' },
      },
    },
    SegmentedControl: { defaultProps: { size: 'xs' }, styles: { label: { padding: '3px 10px' } } },
    Tooltip: { defaultProps: { openDelay: 250, multiline: true, maw: 360, withArrow: false } },
    Modal: { ...overlay, defaultProps: { ...overlay.defaultProps, yOffset: 48 } },
    Drawer: overlay,
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Popover: popover,
    Menu: popover,
  },
})

// Mantine's own text greys stay below 4.5:1 on our surfaces; these do not.
const surfaces = {
  '--mantine-color-body': 'var(--ev-surface)',
  '--mantine-color-text': 'var(--ev-text)',
  '--mantine-color-dimmed': 'var(--ev-dim)',
  '--mantine-color-placeholder': 'var(--ev-dim)',
  '--mantine-color-error': 'var(--ev-error)',
  '--mantine-color-anchor': 'var(--ev-accent)',
  '--mantine-color-default': 'var(--ev-surface)',
  '--mantine-color-default-hover': 'var(--ev-hover)',
  '--mantine-color-default-color': 'var(--ev-text)',
  '--mantine-color-default-border': 'var(--ev-border-strong)',
}

/** Points Mantine's surfaces at the variables of globals.css in both themes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: surfaces,
  dark: surfaces,
})
