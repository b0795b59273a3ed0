// The upload page: send a photo, show the answer. What the server says is inserted as text only.
"use strict";

const byId = (id) => document.getElementById(id);
const form = byId("form");
const address = new URLSearchParams(location.search);

const VERDICTS = {
  confirmed: "We are sure",
  likely: "We think",
  unknown: "Not in this collection",
};

function say(text, isError = false) {
  byId("state").textContent = text;
  byId("state").classList.toggle("error", isError);
  if (text) byId("state").scrollIntoView({ block: "nearest" });
}

// A room's QR code opens the page with the room in its address.
function showPlace() {
  const name = placeName(address.get("exhibition"), address.get("room"));
  byId("place-name").textContent = name;
  byId("place").hidden = !name;
}

function placeName(exhibition, room) {
  return [exhibition, room].filter(Boolean).join(" · ");
}

// The outline of the work over the photo, the rest of which is shaded.
function drawOutline(corners) {
  const points = (Array.isArray(corners) ? corners : []).map(([x, y]) => `${+x},${+y}`);
  byId("outline").toggleAttribute("hidden", points.length === 0);
  byId("edge").setAttribute("points", points.join(" "));
  byId("shade").setAttribute("d", `M0,0H1V1H0Z${points.length ? `M${points.join("L")}Z` : ""}`);
  byId("preview").alt = points.length ? "Your photo, the work in it outlined" : "Your photo";
}

byId("image").addEventListener("change", () => {
  const file = byId("image").files[0];
  const preview = byId("preview");
  URL.revokeObjectURL(preview.src);
  byId("photo").hidden = !file;
  if (file) preview.src = URL.createObjectURL(file);
  byId("result").hidden = true;
  drawOutline(null);
  say("");
});

function listItem(work) {
  const item = document.createElement("li");
  const title = document.createElement("em");
  title.textContent = work?.title || "Untitled";
  const place = placeName(work?.exhibition, work?.room);
  item.append(title, work?.artist ? `, ${work.artist}` : "", place && ` (${place})`);
  return item;
}

function showOthers(works, heading) {
  byId("others-title").textContent = heading;
  byId("similar").replaceChildren(...works.map(listItem));
  byId("others").hidden = works.length === 0;
}

function showWork(answer, similar) {
  const place = placeName(answer.exhibition, answer.room);
  byId("title").textContent = answer.title || "Untitled";
  byId("byline").textContent = [answer.artist, answer.years, answer.period]
    .filter(Boolean)
    .join(", ");
  byId("hangs").textContent = place && `Where it hangs: ${place}`;
  byId("description").textContent = answer.description || "";
  showOthers(similar, "Similar works");
}

// An answer of "unknown" names the nearest work; to a visitor it is one more suggestion.
function showUnknown(answer, similar) {
  byId("title").textContent = "We do not know this one";
  byId("byline").textContent = byId("hangs").textContent = "";
  byId("description").textContent = answer.message || "";
  showOthers(answer.title ? [answer, ...similar] : similar, "These look most like it");
}

// Rounded down, so that only certainty is 100 %.
function confidenceText(confidence) {
  if (typeof confidence !== "number") return "";
  return `Confidence: ${Math.floor(Math.round(confidence * 1000) / 10)} %`;
}

function show(answer) {
  const isUnknown = answer.match === "unknown";
  byId("verdict").textContent = VERDICTS[answer.match] || "";
  byId("verdict").className = VERDICTS[answer.match] ? answer.match : "";
  byId("confidence").textContent = isUnknown ? "" : confidenceText(answer.confidence);
  (isUnknown ? showUnknown : showWork)(answer, Array.isArray(answer.similar) ? answer.similar : []);
  drawOutline(isUnknown ? null : answer.corners);
  byId("result").hidden = false;
  say(`Answered in ${answer.response_time.toFixed(2)} seconds.`);
  byId("result").focus({ preventScroll: true });
  byId("photo").scrollIntoView();
}

async function recognize() {
  const file = byId("image").files[0];
  const data = new FormData(form);
  data.set("show_context", form.elements.show_context.checked);
  data.set("lang", navigator.language || "en");
  for (const name of ["exhibition", "room", "scope"]) {
    if (address.get(name)) data.set(name, address.get(name));
  }
  const response = await fetch(form.action, { method: "POST", body: data });
  const answer = await response.json();
  if (file !== byId("image").files[0]) return; // another photo was chosen meanwhile
  if (!response.ok) throw new Error(answer.message);
  show(answer);
}

async function ask() {
  byId("send").disabled = true;
  byId("result").hidden = true;
  drawOutline(null);
  say("Looking…");
  try {
    await recognize();
  } catch (error) {
    const isNetwork = error instanceof TypeError || error instanceof SyntaxError;
    say(isNetwork ? "The server could not be reached. Please try again." : error.message, true);
  } finally {
    byId("send").disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});

// A sample takes the place of a photo that the visitor chose.
async function trySample(sample) {
  if (byId("send").disabled) return;
  const response = await fetch(sample.url).catch(() => null);
  if (!response?.ok) return say("The sample could not be read. Please try again.", true);
  const photo = await response.blob();
  const chosen = new DataTransfer();
  chosen.items.add(new File([photo], sample.name, { type: photo.type }));
  byId("image").files = chosen.files;
  byId("image").dispatchEvent(new Event("change"));
  ask();
}

function sampleItem(sample) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const picture = document.createElement("img");
  button.type = "button";
  button.addEventListener("click", () => trySample(sample));
  picture.src = sample.url;
  picture.alt = "";
  picture.loading = "lazy";
  button.append(picture, sample.name);
  item.append(button);
  return item;
}

// What the server has to say of itself; without it the page works as well.
async function getJson(url) {
  try {
    const response = await fetch(url);
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

async function showServer() {
  const samples = (await getJson("/api/samples")).samples || [];
  byId("samples").replaceChildren(...samples.map(sampleItem));
  byId("try").hidden = samples.length === 0;
  const { recognition } = await getJson("/ready");
  byId("recognition").hidden = recognition !== "local features";
}

showPlace();
showServer();
