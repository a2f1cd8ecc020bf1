import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

interface LinkButtonProps
  extends ButtonProps,
    Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps | 'type'> {
  readonly ref?: Ref<HTMLAnchorElement>;
}

function AnchorButton({ ref, ...props }: LinkButtonProps) {
  return <Button component="a" ref={ref} {...props} />;
}

/** A link that looks like a button, because it is a page's main way on. */
export const LinkButton = createLink(AnchorButton);
