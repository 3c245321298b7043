// "Ask the customer": a polite question goes into the composer, behind what is there already; sending it is hers to do.
(() => {
  let asked = null; // the field into which she was led, while the panes change

  function write(field, question) {
    const typed = field.value.trimEnd();
    if (!typed.endsWith(question)) field.value = typed ? `${typed}\n${question}` : question;
    field.dispatchEvent(new Event("input", { bubbles: true })); // kept as a draft, as if she had typed it
  }

  function go(field) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollTop = field.scrollHeight;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-asks]");
    const field = button && document.getElementById(button.dataset.asks)?.elements.body;
    if (!field) return;
    write(field, button.dataset.question);
    if (field.checkVisibility()) return go(field);
    asked = field.id; // a narrow screen shows the customer alone: back to the chat first
    document.getElementById("context-back")?.click();
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const field = asked && ctx.target?.id === "panes" && document.getElementById(asked);
    if (!field) return;
    asked = null;
    queueMicrotask(() => go(field)); // after the heading, where whoever moves is taken
  });
})();
