// The title says how many chats wait, and the icon has a dot while any does: whatever the document shows.
(() => {
  const DOT = '<circle cx="15" cy="5" r="4.5" fill="#d64545" stroke="#fff"/></svg>';
  const icon = document.querySelector("link[rel=icon]"), plain = icon.href;
  let dotted = "", drawn;

  const count = () => +(document.getElementById("waiting-all")?.dataset.count ?? 0);

  // Whoever writes the title, a swap or we, the number stands before it once.
  function name() {
    const title = document.title.replace(/^\(\d+\) /, "");
    const wanted = count() ? `(${count()}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
    mark(count() > 0);
  }

  async function mark(waits) {
    if (waits === drawn) return;
    drawn = waits;
    if (waits && !dotted) {
      try {
        const drawing = await (await fetch(plain)).text();
        dotted = `data:image/svg+xml,${encodeURIComponent(drawing.replace("</svg>", DOT))}`;
      } catch { return; } // the number is in the title all the same
    }
    icon.href = drawn ? dotted || plain : plain;
  }

  new MutationObserver(name).observe(document.head, { subtree: true, childList: true, characterData: true });
  document.addEventListener("htmx:after:swap", name);
  document.addEventListener("DOMContentLoaded", name);
})();
