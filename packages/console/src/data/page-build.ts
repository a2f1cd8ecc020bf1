const NAME = /^[0-9a-f]{16}$/;

/** The build that this page is of, as the server wrote it into the page; undefined where a development server did not. */
export function pageBuild(): string | undefined {
  const content = document.querySelector<HTMLMetaElement>('meta[name="drover-build"]')?.content ?? '';
  return NAME.test(content) ? content : undefined;
}
