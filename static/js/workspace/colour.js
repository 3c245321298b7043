// The picker beside a field for a colour: each follows the other. Without a script there is the field alone.
(() => {
  const HEX = /^#[0-9a-f]{6}$/i;
  const field = (picker) => document.getElementById(picker.dataset.colourFor);
  const pickers = () => [...document.querySelectorAll("[data-colour-for]")];

  function begin() {
    for (const picker of pickers()) picker.hidden = false;
  }

  document.addEventListener("input", ({ target }) => {
    if (target.dataset.colourFor) {
      field(target).value = target.value;
      field(target).dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    const picker = pickers().find((each) => field(each) === target);
    if (picker && HEX.test(target.value)) picker.value = target.value;
  });
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:after:swap", begin);
})();
