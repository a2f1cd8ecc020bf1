/** Directives for helmet. Styles may be written by the console only with the page's nonce; scripts come from files alone. */
export function contentSecurityPolicy(styleNonce?: string) {
  const nonce = styleNonce === undefined ? [] : [`'nonce-${styleNonce}'`];
  return {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", ...nonce],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'worker-src': ["'self'"],
      'manifest-src': ["'self'"],
      'base-uri': ["'self'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    },
  };
}

/** The policy as a header's value. */
export function contentSecurityPolicyText(styleNonce: string): string {
  const { directives } = contentSecurityPolicy(styleNonce);
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
}
