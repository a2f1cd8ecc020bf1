import { createTheme, defaultVariantColorsResolver, type VariantColorsResolver } from '@mantine/core';

/** Buttons and fields take their colours from the tokens; Mantine's palettes are not used. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const isDanger = input.color === 'broken';
  switch (input.variant) {
    case 'filled':
      return isDanger
        ? {
            background: 'var(--broken)',
            hover: 'var(--broken)',
            color: 'var(--surface)',
            border: '1px solid transparent',
          }
        : {
            background: 'var(--act)',
            hover: 'var(--act-hover)',
            color: 'var(--on-act)',
            border: '1px solid transparent',
          };
    case 'default':
      return {
        background: 'var(--surface)',
        hover: 'var(--hover)',
        color: isDanger ? 'var(--broken)' : 'var(--ink)',
        border: '1px solid var(--line-strong)',
      };
    case 'subtle':
      return {
        background: 'transparent',
        hover: 'var(--hover)',
        color: isDanger ? 'var(--broken)' : 'var(--ink-muted)',
        border: '1px solid transparent',
      };
    default:
      return defaultVariantColorsResolver(input);
  }
};

export const mantineTheme = createTheme({
  fontFamily: 'var(--font-sans)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: {
    xs: 'var(--text-xs)',
    sm: 'var(--text-sm)',
    md: 'var(--text-md)',
    lg: 'var(--text-lg)',
    xl: 'var(--text-xl)',
  },
  lineHeights: { xs: '1.4', sm: '1.4', md: 'var(--line)', lg: '1.4', xl: '1.3' },
  defaultRadius: 'var(--radius)',
  variantColorResolver,
  components: {
    Button: { defaultProps: { variant: 'default', size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 32 } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: { centered: true, transitionProps: { duration: 120 }, overlayProps: { blur: 0 } },
    },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        shadow: 'none',
        // The first entry takes the focus: an element beside the entries that takes it belongs in no menu.
        withInitialFocusPlaceholder: false,
        portalProps: { target: '#menus' },
      },
    },
  },
});

/** Mantine's own variables, pointed at the tokens, which know both themes. */
export function mantineVariables() {
  const variables = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-muted)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--broken)',
    '--mantine-primary-color-filled': 'var(--focus)',
    '--mantine-color-disabled': 'var(--sunken)',
    '--mantine-color-disabled-color': 'var(--ink-faint)',
    '--mantine-color-disabled-border': 'var(--line-soft)',
  };
  return { variables: {}, light: variables, dark: variables };
}
