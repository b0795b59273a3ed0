// The upload page: send a photo, show the answer. What the server says is inserted as text only.
"use strict";

const byId = (id) => document.getElementById(id);
const form = byId("form");

function say(text, isError = false) {
  byId("state").textContent = text;
  byId("state").classList.toggle("error", isError);
}

byId("image").addEventListener("change", () => {
  const file = byId("image").files[0];
  const preview = byId("preview");
  URL.revokeObjectURL(preview.src);
  preview.hidden = !file;
  if (file) preview.src = URL.createObjectURL(file);
  byId("result").hidden = true;
  say("");
});

function percent(confidence) {
  return typeof confidence === "number" ? `${Math.round(confidence * 100)} %` : "";
}

function showSimilar(works) {
  const items = (Array.isArray(works) ? works : []).map((work) => {
    const item = document.createElement("li");
    item.textContent = [work?.title, work?.artist].filter(Boolean).join(", ");
    return item;
  });
  byId("similar").replaceChildren(...items);
  byId("others").hidden = items.length === 0;
}

function show(answer) {
  const isUnknown = answer.match === "unknown";
  byId("title").textContent = isUnknown
    ? "This does not seem to be in the collection"
    : answer.title || "Untitled";
  byId("byline").textContent = isUnknown
    ? ""
    : [answer.artist, answer.period].filter(Boolean).join(", ");
  byId("confidence").textContent =
    percent(answer.confidence) && `Confidence: ${percent(answer.confidence)}`;
  byId("description").textContent = answer.description || "";
  showSimilar(answer.similar);
  byId("result").hidden = false;
  byId("result").focus();
  say(`Answered in ${answer.response_time.toFixed(2)} seconds.`);
}

async function recognize() {
  const data = new FormData(form);
  data.set("show_context", form.elements.show_context.checked);
  data.set("lang", navigator.language || "en");
  const response = await fetch(form.action, { method: "POST", body: data });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  show(answer);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("send").disabled = true;
  byId("result").hidden = true;
  say("Looking…");
  try {
    await recognize();
  } catch (error) {
    const isNetwork = error instanceof TypeError || error instanceof SyntaxError;
    say(isNetwork ? "The server could not be reached. Please try again." : error.message, true);
  } finally {
    byId("send").disabled = false;
  }
});
