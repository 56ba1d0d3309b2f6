// The HTTP API: every request carries the function key, every error says what the API said.

const KEY = "hybriddb-key";

export const key = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (text) => sessionStorage.setItem(KEY, text),
};

export async function request(method, path, body) {
  const headers = key.get() ? { "x-functions-key": key.get() } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  // The page is /api/ui, so a relative path stays within the app; nextLink is absolute.
  const url = new URL(path, document.baseURI);
  const answer = await fetch(url, { method, headers, body });
  if (answer.status === 401) throw failed(401, "The app asks who you are: enter a function key above, or sign in.");
  const text = await answer.text();
  let told = {};
  try {
    told = text ? JSON.parse(text) : {};
  } catch {
    throw failed(answer.status, `HTTP ${answer.status}: not what the app answers`);
  }
  if (!answer.ok) throw failed(answer.status, reason(answer.status, told.error));
  return told;
}

function reason(status, error) {
  if (!error) return `HTTP ${status}`;
  const details = (error.details ?? []).map((d) => `\n${d.target}: ${d.message}`);
  return `${error.code}: ${error.message}${details.join("")}`;
}

const failed = (status, message) => Object.assign(new Error(message), { status });
