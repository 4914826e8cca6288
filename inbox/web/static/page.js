// Small conveniences; every page works without them.
document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

for (const select of document.querySelectorAll("select[data-fill]")) {
  select.addEventListener("change", () => {
    const area = document.getElementById(select.dataset.fill);
    if (select.value) {
      area.value = area.value ? `${area.value}\n\n${select.value}` : select.value;
      area.focus();
    }
    select.value = "";
  });
}

// The first field with a mistake is where to go on.
document.querySelector('[aria-invalid="true"]')?.focus();

// What is too large is said before it is sent, while the text is still there.
for (const input of document.querySelectorAll("input[data-max]")) {
  input.addEventListener("change", () => {
    const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
    input.parentElement.querySelector("output").textContent = [...input.files].map((file) => file.name).join(", ");
    input.setCustomValidity(bytes > Number(input.dataset.max) ? input.dataset.said : "");
    input.reportValidity();
  });
}

// Ctrl+Enter sends what is written, by the button that is in sight.
document.getElementById("text")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const button = [...event.target.form.querySelectorAll(".row button")].find((one) => one.offsetParent);
  event.target.form.requestSubmit(button);
});

// An open menu closes by Escape and by a click beside it.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A link from a notification has no anchor: open at the latest message all the same.
if (document.getElementById("messages") && !location.hash) {
  document.getElementById("latest")?.closest("li").scrollIntoView({ block: "start" });
}
for (const one of document.querySelectorAll(":is(.conversations, .states, nav) [aria-current]")) {
  one.scrollIntoView({ block: "nearest", inline: "nearest" });
}
