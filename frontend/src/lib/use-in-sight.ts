import { useEffect, useRef, useState } from 'react';

/** How far outside the viewport something is already drawn. */
const margin = '200px';

/** Whether an element is in the viewport, or close to it. */
export function useInSight<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return;
    }
    const observer = new IntersectionObserver(entries => setInSight(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: margin,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, inSight };
}
