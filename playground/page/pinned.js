// A list of messages stays at its end when it grows or changes its size, unless
// the person has scrolled up.

export function pin(list) {
  let atEnd = true;
  const toEnd = () => {
    atEnd = true;
    list.scrollTop = list.scrollHeight;
  };
  const settle = () => atEnd && toEnd();
  list.addEventListener("scroll", () => {
    atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  });
  new ResizeObserver(settle).observe(list);
  return { toEnd, settle };
}
