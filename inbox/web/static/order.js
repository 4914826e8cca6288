// The order of the rules by drag; the arrows do the same by keyboard.
const list = document.querySelector("ol.rules[data-order]");
let held = null;

for (const row of list?.querySelectorAll("li[data-slug]") ?? []) {
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    held = row;
    row.classList.add("held");
    event.dataTransfer.effectAllowed = "move";
  });
  row.addEventListener("dragend", () => {
    row.classList.remove("held");
    held = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!held || held === row) return;
    event.preventDefault();
    const below = event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;
    row[below ? "after" : "before"](held);
  });
  row.addEventListener("drop", (event) => event.preventDefault());
}
list?.addEventListener("dragend", () => {
  const form = document.getElementById("order");
  form.elements.order.value = [...list.querySelectorAll("li[data-slug]")].map((one) => one.dataset.slug).join(",");
  if (form.elements.order.value !== list.dataset.order) form.requestSubmit();
});
