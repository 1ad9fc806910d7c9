// Speaks with the server: JSON, streams of events, files. Relative addresses, so that a proxy may put the page anywhere.

import { askForKey, key } from "./key.js";
import { words } from "./words.js";

/** Sends a request; a body makes it a POST. Asks for the key where the server wants one. */
async function send(path, body, signal) {
  for (;;) {
    const headers = key() ? { Authorization: `Bearer ${key()}` } : {};
    const request = { headers, signal, cache: "no-store" };
    if (body !== undefined) {
      Object.assign(request, { method: "POST", body: JSON.stringify(body) });
      headers["Content-Type"] = "application/json";
    }
    const response = await fetch(path, request).catch(lost(words.noServer));
    if (response.ok) return response;
    if (response.status !== 401) throw new Error(await complaint(response));
    await askForKey(headers.Authorization !== undefined);
  }
}

/** What a lost connection is, in the page's words; browsers have words of their own for it. */
function lost(told) {
  return (error) => {
    throw error.name === "AbortError" ? error : new Error(told);
  };
}

async function complaint(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return words.serverSaid(response.status);
  }
}

/** The answer to a request, as data. */
export async function ask(path, body, signal) {
  return (await send(path, body, signal)).json().catch(lost(words.noServer));
}

/** The answer to a request, as a file. */
export async function askForFile(path, body) {
  return (await send(path, body)).blob().catch(lost(words.noServer));
}

/** The events of an answer that comes piece by piece. */
export async function* stream(path, body, signal) {
  const response = await send(path, { ...body, stream: true }, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read().catch(lost(words.cutShort));
    if (done) throw new Error(words.cutShort);
    const lines = (waiting + value).split("\n");
    waiting = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const data = line.slice("data:".length).trim();
      if (data === "[DONE]") return;
      const event = JSON.parse(data);
      if (event.error) throw new Error(event.error.message);
      yield event;
    }
  }
}
