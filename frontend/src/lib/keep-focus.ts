/**
 * What had the focus is about to go, as a button whose work is done: then the page gets it, so that keys go on from there and not from
 * the beginning of the document. A dialog first gives it back to what opened it, which takes a frame.
 */
export function keepFocus(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.activeElement === null || document.activeElement === document.body) {
        document.getElementById('content')?.focus();
      }
    }),
  );
}
