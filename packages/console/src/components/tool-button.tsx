import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithRef } from 'react';
import styles from './tool-button.module.css';

/**
 * One of the tools above a text. Its word stays the same whatever it does: that it is pressed (`aria-pressed`), or that
 * something of it is open (`aria-expanded`), is drawn.
 */
export function ToolButton(props: ButtonProps & ComponentPropsWithRef<'button'>) {
  return <Button variant="subtle" {...props} className={styles.tool} />;
}
