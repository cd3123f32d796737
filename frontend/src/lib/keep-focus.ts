/** Where the focus is: the element, and the row or item that it is a control of. */
interface Place {
  element: HTMLElement;
  page: string;
  /** Whether it is one of the actions at the head of the page, which take turns. */
  isAtHead: boolean;
  list: Element | null;
  /** Its row or item within the list. */
  index: number;
  /** Which of the controls of that it is. */
  control: number;
}

let place: Place | null = null;

/**
 * Gives the focus a sensible place when the element that had it goes, as a button whose work is done or a row that was deleted:
 * otherwise the browser forgets it, and the next Tab begins at the top of the document.
 */
export function watchFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    // A dialog gives the focus back to what opened it. Where that has gone, what had the focus before it is no better than nothing.
    if (!(target instanceof HTMLElement) || target.closest('[role="dialog"]')) {
      return;
    }
    if (target.id === 'content' && place && !canTakeFocus(place.element)) {
      requestAnimationFrame(keepFocus);
    } else {
      place = placeOf(target);
    }
  });
  document.addEventListener('focusout', ({ target }) =>
    requestAnimationFrame(() => {
      // Who clicks beside everything, or leaves a field with Escape, wants it so.
      if (place && place.element === target && isLost() && canTakeFocus(place.element)) {
        place = null;
      }
    }),
  );
  new MutationObserver(() => {
    if (place && document.activeElement === place.element) {
      // Rows before it come and go. The address changes before the page does.
      place = { ...placeOf(place.element), page: place.page };
    } else if (place && isLost()) {
      // A dialog needs a frame to give the focus back.
      requestAnimationFrame(() => requestAnimationFrame(keepFocus));
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });
}

function keepFocus(): void {
  if (!place || !isLost() || document.querySelector('[role="dialog"]')) {
    return;
  }
  const next = canTakeFocus(place.element) ? place.element : elsewhere(place);
  next?.focus({ preventScroll: true });
  if (next && next === document.activeElement) {
    place = placeOf(next);
  }
}

function placeOf(element: HTMLElement): Place {
  const item = element.closest('[aria-rowindex], li');
  const list = item?.closest('[role="rowgroup"], ul') ?? null;
  return {
    element,
    page: location.pathname,
    isAtHead: element.closest('.page-header, .in-bin') !== null,
    list,
    index: item ? indexOf(item) : -1,
    control: item ? controlsOf(item).indexOf(element) : -1,
  };
}

/** What is nearest to a place whose element has gone; null while that is still loading. */
function elsewhere({ page, isAtHead, list, index, control }: Place): HTMLElement | null {
  const content = document.getElementById('content');
  if (page !== location.pathname) {
    return content;
  }
  if (list?.isConnected) {
    const items = [...list.querySelectorAll('[aria-rowindex], li')];
    const item = items.find(one => indexOf(one) === index) ?? items.findLast(one => indexOf(one) === index - 1);
    const controls = item ? controlsOf(item) : [];
    const next = controls[control] ?? controls.at(-1);
    if (next) {
      return next;
    }
  }
  if (document.querySelector('#content .skeletons')) {
    return null;
  }
  // On a phone, a search that has the focus brings up the keyboard.
  const search = matchMedia('(pointer: coarse)').matches ? null : '.filters [data-main-search]';
  const rest = [
    '.table-body',
    isAtHead && ':is(.page-header, .in-bin) button',
    '.versions-side .batch-report button',
    '.versions :is(a, button)',
    search,
  ];
  return rest.map(one => one && document.querySelector<HTMLElement>(one)).find(Boolean) || content;
}

function indexOf(item: Element): number {
  return Number(item.getAttribute('aria-rowindex') ?? [...item.parentElement!.children].indexOf(item));
}

function controlsOf(item: Element): HTMLElement[] {
  return [...item.querySelectorAll<HTMLElement>('a[href], button, input')];
}

/** Whether nothing has the focus, or only the page as a whole. */
function isLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === 'content';
}

function canTakeFocus(element: HTMLElement): boolean {
  return element.isConnected && element.checkVisibility() && !element.matches(':disabled');
}
