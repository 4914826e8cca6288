// The preview of the chat draws itself anew with whatever is typed beside it.
const form = document.getElementById("chat-settings");
const frame = document.getElementById("chat-preview");
const labels = JSON.parse(form.dataset.labels);
const value = (name) => form.elements[name].value.trim() || form.elements[name].placeholder || "";
const ticked = (name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((one) => one.value);

function show() {
  const needed = ticked("needed");
  const asked = new Set([...ticked("ask"), ...needed]);
  const topics = form.elements.topics.value.split("\n").map((one) => one.trim()).filter(Boolean);
  const questions = labels.filter(([name]) => asked.has(name)).map(([name, label]) => ({
    name, label, required: needed.includes(name), choices: name === "topic" ? topics : [],
  }));
  const told = { questions, position: form.elements.position.value };
  for (const name of ["colour", "bubble", "title", "greeting", "consent"]) told[name] = value(name);
  frame?.contentWindow.postMessage({ centralino: told }, location.origin);
}

form.addEventListener("input", show);
form.addEventListener("change", show);
frame?.addEventListener("load", () => setTimeout(show, 500));
