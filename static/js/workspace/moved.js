// What moved on while she looked or typed is said where she is: a chat that a colleague linked to somebody else under the
// form that she has open, and a row of the banner whose button came too late.
(() => {
  let links = new Map(); // of panel: which link it showed last
  const marked = new Map(); // of row: its values and its remark, until the values change

  function sentence(panel, before) {
    const how = +panel.dataset.link === 0 ? "unlinked" : +before === 0 ? "linked" : "moved";
    return panel.dataset[how] ?? "";
  }

  // A form is left as it is, with all that is typed; what it is about may not be what the chat is linked to any more.
  function tell() {
    const now = new Map();
    for (const panel of document.querySelectorAll("[data-link]")) {
      const { id, dataset } = panel, before = links.get(id);
      now.set(id, dataset.link);
      for (const notice of panel.querySelectorAll("[data-begun]")) {
        const moved = notice.dataset.begun !== dataset.link && sentence(panel, notice.dataset.begun) !== "";
        notice.hidden = !moved;
        if (moved) notice.querySelector("[data-moved-how]").textContent = sentence(panel, notice.dataset.begun);
      }
      if (before !== undefined && before !== dataset.link && !dataset.mine) window.say(sentence(panel, before));
    }
    links = now;
  }

  // The push that follows draws the row without its remark: it stays until what stands in the row is something else.
  function keep() {
    const rows = [...document.querySelectorAll("[data-testid=conflict-row]")];
    for (const row of rows) {
      const values = row.querySelector("dl").textContent, before = marked.get(row.id);
      const remark = row.querySelector(".diff__say");
      if (remark) {
        if (before?.values !== values) window.say(remark.textContent);
        marked.set(row.id, { values, remark: remark.cloneNode(true) });
      } else if (before?.values === values) {
        row.dataset.refreshed = "";
        row.querySelector("dl").after(before.remark.cloneNode(true));
      } else marked.delete(row.id);
    }
    for (const id of marked.keys()) if (!rows.some((row) => row.id === id)) marked.delete(id);
  }

  // htmx takes the focus to [autofocus] after every swap around it: once, when the form opens, is enough.
  document.addEventListener("htmx:before:swap", () => {
    for (const element of document.querySelectorAll("[autofocus]")) element.removeAttribute("autofocus");
  });
  for (const when of ["DOMContentLoaded", "htmx:after:swap"]) document.addEventListener(when, () => { tell(); keep(); });
})();
