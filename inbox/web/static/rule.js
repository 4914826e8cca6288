// The rule editor: fitting controls for each fact, more rows, and what the rule would have done, while it is written.
const form = document.getElementById("rule");
const offers = JSON.parse(document.getElementById("offers").content.textContent);

// What is most often asked of each kind of fact.
const usual = { text: "has_any", name: "is_any", list: "is_any", number: "at_least", flag: "exists" };

function fit(row) {
  const [fact, operator] = row.querySelectorAll("select");
  const values = row.querySelector("textarea");
  const kind = fact.selectedOptions[0]?.dataset.kind ?? "text";
  for (const option of operator.options) {
    const kinds = option.dataset.kinds.split(" ");
    option.hidden = option.disabled = !kinds.includes(kind) && !kinds.includes(fact.value);
  }
  if (operator.selectedOptions[0]?.disabled ?? true) {
    operator.value = [...operator.options].find((one) => !one.disabled)?.value ?? "";
  }
  values.hidden = ["exists", "missing"].includes(operator.value);
  offer(row, fact.value, values);
}

// The words that are known for a fact, to be pressed instead of typed.
function offer(row, fact, values) {
  row.querySelector(".offers")?.remove();
  const words = offers[fact] ?? [];
  if (values.hidden || words.length === 0 || words.length > 30) return;
  const box = document.createElement("div");
  box.className = "offers";
  for (const word of words) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word;
    button.setAttribute("aria-pressed", String(chosen(values).includes(word)));
    button.addEventListener("click", () => {
      const now = chosen(values);
      values.value = (now.includes(word) ? now.filter((one) => one !== word) : [...now, word]).join(", ");
      button.setAttribute("aria-pressed", String(chosen(values).includes(word)));
      values.dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.append(button);
  }
  values.after(box);
}

const chosen = (values) => values.value.split(",").map((one) => one.trim()).filter(Boolean);

function another(rows) {
  const last = [...rows.querySelectorAll(".condition")].at(-1);
  const number = rows.querySelectorAll(".condition").length;
  const made = last.cloneNode(true);
  for (const field of made.querySelectorAll("[id]")) field.id = field.id.replace(/-\d+-/, `-${number}-`);
  made.querySelectorAll("textarea").forEach((one) => (one.value = ""));
  made.querySelectorAll("select").forEach((one) => (one.selectedIndex = 0));
  made.querySelectorAll(".error").forEach((one) => one.remove());
  last.after(made);
  fit(made);
  made.querySelector("select").focus();
}

for (const row of form.querySelectorAll(".condition")) fit(row);
for (const button of form.querySelectorAll(".add")) {
  button.hidden = false;
  button.addEventListener("click", () => another(button.closest(".rows")));
}

const trial = document.getElementById("trial");
let waiting = 0;
let asked = 0;
async function attempt() {
  const number = ++asked;
  trial.setAttribute("aria-busy", "true");
  const answer = await fetch(form.dataset.try, { method: "POST", body: new FormData(form) });
  const text = answer.ok ? await answer.text() : "";
  if (number !== asked) return;
  trial.innerHTML = text;
  trial.removeAttribute("aria-busy");
}
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(attempt, 400);
}
form.addEventListener("input", (event) => {
  const row = event.target.closest(".condition");
  if (row && event.target.tagName === "SELECT") {
    const [fact, operator] = row.querySelectorAll("select");
    if (event.target === fact) operator.value = usual[fact.selectedOptions[0].dataset.kind] ?? operator.value;
    fit(row);
  }
  soon();
});
attempt();
