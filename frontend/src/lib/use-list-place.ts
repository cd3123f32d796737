import { useLocation } from '@tanstack/react-router';
import { useLayoutEffect, useRef, type MouseEvent, type RefObject } from 'react';
import { placeOf, rowsAbove, setPlace } from './list-places';

/** Which link of a list was followed last, by the entry in the history that showed it. */
const followed = { entry: '', key: '' };

/**
 * Keeps the place of a list that the page scrolls: Back, Forward and a reload lead to it, and Back to the link that was followed.
 * Items have a `data-key`, which names them among those of the list.
 * @param name Tells the list from others of the same entry in the history.
 */
export function useListPlace(name: string): {
  list: RefObject<HTMLOListElement | null>;
  onClick: (event: MouseEvent) => void;
} {
  const entry = useLocation({ select: location => location.state.__TSR_key ?? '' }) + name;
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const scroller = document.getElementById('content');
    if (!scroller || !list.current) {
      return;
    }
    const { current: element } = list;
    const items = element.children;
    const topOf = (index: number) =>
      (items[index]?.getBoundingClientRect().top ?? element.getBoundingClientRect().bottom) -
      scroller.getBoundingClientRect().top;
    const place = Math.min(placeOf(entry), items.length);
    if (place > 0) {
      const index = Math.floor(place);
      scroller.scrollTop += topOf(index) + (place - index) * (topOf(index + 1) - topOf(index));
    }
    if (followed.entry === entry && isFree(document.activeElement)) {
      const item = [...items].find(one => one instanceof HTMLElement && one.dataset.key === followed.key);
      item?.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true });
    }
    const note = () => setPlace(entry, rowsAbove(items.length, topOf));
    scroller.addEventListener('scroll', note, { passive: true });
    return () => scroller.removeEventListener('scroll', note);
  }, [entry]);
  const onClick = ({ target }: MouseEvent) => {
    const item = target instanceof Element && target.closest('a') ? target.closest<HTMLElement>('[data-key]') : null;
    if (item) {
      Object.assign(followed, { entry, key: item.dataset.key });
    }
  };
  return { list, onClick };
}

/** Whether nothing that one works with has the focus. */
function isFree(element: Element | null): boolean {
  return element === null || element === document.body || element.id === 'content';
}
