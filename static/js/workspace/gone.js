// What is pushed cannot name the document. A pane that took the place of another, because what was there is gone, carries
// the title in its data-title, so that neither the tab nor the heading goes on naming it.
document.addEventListener("htmx:after:swap", () => {
  const pane = document.querySelector("#panes [data-title]"), heading = document.getElementById("title");
  if (!pane || heading?.textContent === pane.dataset.title) return;
  heading.textContent = pane.dataset.title;
  document.title = `${pane.dataset.title} · Rapport`;
});
